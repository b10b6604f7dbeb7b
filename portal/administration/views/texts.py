"""The words of notices and letters: as they count now, written anew, looked at before they count, every version."""

from collections.abc import Sequence
from http import HTTPStatus

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from portal.accounts.forms import show_refusal
from portal.administration import texts as known_texts
from portal.administration.texts import LANGUAGES, Known
from portal.administration.views.room import blueprint, done, me, now, page, version_in
from portal.administration.wording import LETTER_WORDS, NOTICE_WORDS
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.letters import own_words, sampling
from portal.letters.contents import LetterKind
from portal.letters.pdf import render
from portal.notices.kinds import NoticeKind
from portal.texts import actions, queries
from portal.texts.models import Area, WrittenText

LONGEST = {"subject": 200, "body": 3000, "sentence": 1000}
PREVIEW = "preview"


@blueprint.get("/texts")
@open_to(Audience.ADMINISTRATOR)
def texts() -> Response:
    """Every text that can be written anew, as it counts now."""
    session = request_session()
    own = {area: queries.current(session, area) for area in Area}
    notices = [_line(Area.NOTICE, kind.value, own[Area.NOTICE]) for kind in NoticeKind]
    letters = [_line(Area.LETTER, key, own[Area.LETTER]) for key in own_words.sentences()]
    return page("texts", notices=notices, letters=letters, notice_words=NOTICE_WORDS, letter_words=LETTER_WORDS)


@blueprint.get("/texts/<any(notice, letter):area>/<key>")
@open_to(Audience.ADMINISTRATOR)
def text(area: str, key: str) -> Response:
    """One text, to be written anew."""
    found = _known(area, key)
    versions = queries.versions(request_session(), found.area, key)
    newest = versions[0] if versions else None
    typed = found.typed(newest.words) if newest and newest.words is not None else dict(found.defaults)
    form = _form_of(found)(formdata=None, version=newest.number if newest else 0, **typed)
    return _page(found, form, versions)


@blueprint.post("/texts/<any(notice, letter):area>/<key>")
@open_to(Audience.ADMINISTRATOR)
def write_text(area: str, key: str) -> Response:
    """Keep it as the next version, or show how it would read."""
    found = _known(area, key)
    form, versions = _form_of(found)(), queries.versions(request_session(), found.area, key)
    if not form.validate_on_submit():
        return _page(found, form, versions, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    typed = {name: "\n".join(line.strip() for line in (form[name].data or "").splitlines()) for name in found.defaults}
    if wrong := found.wrong(typed):
        error = Invalid(fields=wrong, blanks=", ".join(f"{{{name}}}" for name in found.blanks) or "–")
        show_refusal(form, error)
        return _page(found, form, versions, status=error.status)
    if flask.request.form.get("act") == PREVIEW:
        return _preview(found, form, versions, typed)

    def verb(session: Session) -> None:
        actions.write(session, found.area, key, found.stored(typed), version=version_in(form), by=me(), now=now())

    with unit_of_work() as session:
        verb(session)
    return done(_address(found), _("The text is kept. What has been sent or printed stays as it was."))


@blueprint.post("/texts/<any(notice, letter):area>/<key>/restore")
@open_to(Audience.ADMINISTRATOR)
def restore_text(area: str, key: str) -> Response:
    """The words that come with the portal count again."""
    found, form = _known(area, key), RestoreForm()
    with unit_of_work() as session:
        actions.write(session, found.area, key, None, version=version_in(form), by=me(), now=now())
    return done(_address(found), _("The words that come with the portal count again."))


class RestoreForm(Form):
    version = HiddenField()


def _preview(found: Known, form: Form, versions: Sequence[WrittenText], typed: dict[str, str]) -> Response:
    if found.area is Area.NOTICE:
        shown = {
            language: {part: known_texts.example(typed[f"{language}_{part}"], language) for part in found.parts}
            for language in LANGUAGES
            if typed[f"{language}_subject"]
        }
        return _page(found, form, versions, preview=shown)
    own = own_words.overlay({found.key: found.stored(typed)})
    letter = sampling.sample(LetterKind(found.key.partition(".")[0]), at=now())
    answer = flask.make_response(render(letter, language=spoken(), demo=True, own=own))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = 'inline; filename="preview.pdf"'
    return answer


def _page(
    found: Known, form: Form, versions: Sequence[WrittenText], *, status: int = HTTPStatus.OK, preview: object = None
) -> Response:
    return page(
        "text",
        status=status,
        form=form,
        found=found,
        in_languages=LANGUAGES,
        versions=versions,
        title=_title(found),
        preview=preview,
        latest=versions[0] if versions else None,
    )


def _form_of(found: Known) -> type[Form]:
    """A form with a box for each part in each language; Vietnamese is needed, the others are a courtesy."""
    boxes: dict[str, object] = {"version": HiddenField()}
    for name in found.defaults:
        language, _separator, part = name.partition("_")
        label, needed = _label(language, part), [Length(max=LONGEST[part])]
        boxes[name] = (
            StringField(label, needed)
            if part == "subject"
            else TextAreaField(label, needed, render_kw={"rows": 6 if part == "body" else 3})
        )
    return type("TextForm", (Form,), boxes)


def _label(language: str, part: str) -> str:
    words = {
        "subject": {"vi": _("Subject in Vietnamese"), "en": _("Subject in English"), "zh": _("Subject in Chinese")},
        "body": {"vi": _("Text in Vietnamese"), "en": _("Text in English"), "zh": _("Text in Chinese")},
        "sentence": {"vi": _("In Vietnamese"), "en": _("In English"), "zh": _("In Chinese")},
    }
    return str(words[part][language])


def _line(area: Area, key: str, own: dict[str, queries.Words]) -> dict[str, object]:
    found = _known(area, key)
    typed = found.typed(own[key]) if key in own else found.defaults
    first, text = ("", typed["vi_sentence"]) if area is Area.LETTER else (typed["vi_subject"], typed["vi_body"])
    return {"area": area.value, "key": key, "first": first, "text": text, "is_own": key in own, "title": _title(found)}


def _title(found: Known) -> str:
    if found.area is Area.NOTICE:
        return str(NOTICE_WORDS.get(NoticeKind(found.key), found.key))
    return str(LETTER_WORDS[LetterKind(found.key.partition(".")[0])])


def _known(area: str, key: str) -> Known:
    found = known_texts.known(Area(area), key)
    if found is None:
        raise NotFound
    return found


def _address(found: Known) -> str:
    return flask.url_for("administration.text", area=found.area.value, key=found.key)
