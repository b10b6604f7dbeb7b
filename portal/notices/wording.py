"""The words of a notice in the language of whoever it is for, on a page as in a mail.

Workers have no web application, so the words are made by an environment of their own from the same
catalogues.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import jinja2
from babel.support import NullTranslations, Translations

from portal.accounts import invitations
from portal.foundation import catalogues, formats
from portal.foundation.formats import Language
from portal.foundation.languages import DEFAULT, LANGUAGES, TAGS, TRANSLATIONS
from portal.foundation.settings import PROJECT
from portal.notices.kinds import NoticeKind

TEMPLATES = PROJECT / "templates"
_OF_ACCOUNT = "/accounts"
_INVITATION = "/invitations/"
_ABOUT_ACCOUNT = (NoticeKind.NEW_SIGN_IN, NoticeKind.FACTOR_RESET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a notice says. `paragraphs` are plain text; `link` is a path of the portal."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str

    @property
    def is_about_account(self) -> bool:
        """Whether it is about the reader's account and no dossier."""
        return self.link == _OF_ACCOUNT or self.link.startswith(_INVITATION)


def words_of(kind: str, params: Mapping[str, Any], language: str) -> Words:
    """Put the notice into words; a kind of a newer release is said in general terms."""
    spoken: Language = language if language in LANGUAGES else DEFAULT
    environment = _environment(spoken)
    values = {**_values(params, spoken), "kind": kind}
    known = kind if kind in {one.value for one in NoticeKind} else "other"
    subject = environment.get_template(f"notices/{known}/subject.txt").render(values)
    body = environment.get_template(f"notices/{known}/body.txt").render(values)
    return Words(
        subject=" ".join(subject.split()),
        paragraphs=tuple(" ".join(line.split()) for line in body.splitlines() if line.strip()),
        link=_link(kind, params),
    )


def _link(kind: str, params: Mapping[str, Any]) -> str:
    """Where the notice leads: `link` where the act that wrote it says so, else the dossier it is about."""
    if params.get("link"):
        return str(params["link"])
    if code := params.get("dossier_code"):
        return f"/dossiers/{code}"
    if invitation := params.get("invitation"):
        return _INVITATION + invitations.token_of(UUID(invitation))
    return _OF_ACCOUNT if kind in _ABOUT_ACCOUNT else "/notices"


def html_of(words: Words, *, language: str, name: str, address: str) -> str:
    """The mail as a page, in the one layout all mails share; `address` is where its link leads."""
    spoken: Language = language if language in LANGUAGES else DEFAULT
    template = _environment(spoken).get_template("notices/mail.html")
    return template.render(words=words, name=name, address=address, language_tag=TAGS[spoken])


def text_of(words: Words, *, language: str, name: str, address: str) -> str:
    """The mail as plain text."""
    spoken: Language = language if language in LANGUAGES else DEFAULT
    return _environment(spoken).get_template("notices/mail.txt").render(words=words, name=name, address=address)


def _values(params: Mapping[str, Any], language: Language) -> dict[str, Any]:
    names = params.get("procedure") or {}
    return {
        "code": params.get("dossier_code") or "",
        "procedure": names.get(language) or names.get("vi") or "",
        "acceptance_due": formats.instant(_instant(params.get("acceptance_due_at")), language),
        "promised": _inside_a_sentence(formats.weekday(_instant(params.get("promised_due_at")), language), language),
        "answer_by": _inside_a_sentence(formats.weekday(_day(params.get("answer_due_on")), language), language),
        "signed_in_at": formats.instant(_instant(params.get("signed_in_at")), language),
        "amount": formats.money(params.get("amount_vnd"), language) if params.get("amount_vnd") else "",
        "happened_at": formats.instant(_instant(params.get("at")), language),
        "has_moment": bool(params.get("at")),
        "browser": params.get("browser") or "",
        "matter": params.get("matter") or "",
        "due": _inside_a_sentence(formats.weekday(_instant(params.get("due_at")), language), language),
        "expires_on": formats.day(_day(params.get("expires_on")), language),
        "step": _in(params.get("step"), language),
        "has_promise": bool(params.get("promised_due_at")),
        "has_answer_day": bool(params.get("answer_due_on")),
        "has_acceptance": bool(params.get("acceptance_due_at")),
    }


def _in(names: Any, language: Language) -> str:
    return str((names or {}).get(language) or (names or {}).get("vi") or "")


def _inside_a_sentence(weekday: str, language: Language) -> str:
    return weekday[0].lower() + weekday[1:] if language == "vi" else weekday


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=8)
def _environment(language: Language) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translations = _translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translations.ugettext, translations.ungettext, newstyle=True
    )
    return environment


def _translations(language: Language) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    catalogues.compile_stale(TRANSLATIONS)
    return Translations.load(TRANSLATIONS, [language], domain="notices")
