"""How notices reach a person: by mail at once, once a day or only here; and to the telephone of whoever wants that."""

from datetime import UTC, datetime
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from portal.accounts.actions import consents
from portal.accounts.consents import SENTENCES, TITLES, WORDINGS, Purpose
from portal.accounts.entrance import current_viewer
from portal.accounts.models import Person
from portal.accounts.queries.consents import standing
from portal.accounts.views.room import see, settings
from portal.foundation import web
from portal.foundation.errors import Invalid
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.notices.choosing import choose, manners_of, wish_messages, wish_of
from portal.notices.messages import gateway_of
from portal.notices.preferences import MANNER_WORDS, OF_FILERS, OF_STAFF, TOPIC_WORDS, Channel, Manner, Topic

blueprint = flask.Blueprint("preferences", __name__)
blueprints = (blueprint,)

NONE = "none"

web.explain_refusals(
    {
        "notices.phone_wrong": lazy_gettext(
            "This is no telephone number. Write it like 0912 345 678 or +86 138 0013 8000."
        ),
        "notices.phone_missing": lazy_gettext("Enter the telephone number the messages go to."),
        "notices.consent_missing": lazy_gettext("Tick the box if you agree; without it no messages are sent."),
    }
)


@blueprint.get("/notices/preferences")
@open_to(Audience.SIGNED_IN)
def shown() -> Response:
    """What the person has chosen."""
    return _page()


@blueprint.post("/notices/preferences")
@open_to(Audience.SIGNED_IN)
def kept() -> Response:
    """Keep how the topics come by mail."""
    sent, viewer = flask.request.form, current_viewer()
    try:
        chosen = {topic: Manner(sent[topic.value]) for topic in _topics() if topic.value in sent}
    except ValueError:
        raise Invalid from None
    with unit_of_work() as session:
        choose(session, viewer.person_id, chosen, now=datetime.now(UTC))
    flask.flash(_("Your choice is kept and counts from now on."), "success")
    return see(flask.url_for("preferences.shown"))


@blueprint.post("/notices/preferences/telephone")
@open_to(Audience.SIGNED_IN)
def telephone() -> Response:
    """Keep whether messages go to a telephone. The consent is given by ticking its box, never otherwise."""
    sent, viewer, now = flask.request.form, current_viewer(), datetime.now(UTC)
    try:
        wanted = sent.get("channel", NONE)
        channel = None if wanted == NONE else Channel(wanted)
    except ValueError:
        raise Invalid from None
    try:
        with unit_of_work() as session:
            if channel is not None and f"agree-{channel.value}" in sent:
                purpose = Purpose(channel.value)
                consents.give(session, viewer.person_id, purpose, wording=WORDINGS[purpose], now=now)
            wish_messages(session, viewer.person_id, channel, phone=sent.get("phone", ""), now=now)
    except Invalid as error:
        return _page(error=error, channel=channel, phone=sent.get("phone", ""))
    flask.flash(_("Your choice is kept and counts from now on."), "success")
    return see(flask.url_for("preferences.shown"))


def _topics() -> tuple[Topic, ...]:
    viewer = current_viewer()
    of_filer = OF_FILERS if Audience.COMPANY in viewer.audiences else ()
    return (*of_filer, *(OF_STAFF if viewer.posts else ()))


def _page(*, error: Invalid | None = None, channel: Channel | None = None, phone: str | None = None) -> Response:
    session, viewer = request_session(), current_viewer()
    manners = manners_of(session, viewer.person_id)
    held = standing(session, viewer.person_id)
    wrong: dict[str, Any] = {
        field: web.explanation(Invalid(code)) for field, code in (error.fields if error else {}).items()
    }
    answer = flask.make_response(
        flask.render_template(
            "notices/preferences.html",
            topics=[(topic, TOPIC_WORDS[topic], manners.get(topic, Manner.AT_ONCE)) for topic in _topics()],
            manners=MANNER_WORDS,
            offers_messages=gateway_of(settings()) is not None,
            chosen=channel if error else wish_of(session, viewer.person_id),
            phone=phone if error else session.get_one(Person, viewer.person_id).phone,
            channels=[
                (one, TITLES[Purpose(one.value)], SENTENCES[Purpose(one.value)], Purpose(one.value) in held)
                for one in Channel
            ],
            wrong=wrong,
            wrong_list=[{"text": text, "href": f"#{field}"} for field, text in wrong.items()],
            error_count=len(wrong),
        )
    )
    answer.status_code = error.status if error else 200
    return answer
