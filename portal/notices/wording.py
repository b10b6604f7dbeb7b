"""The words of a notice in the language of whoever it is for, on a page as in a mail.

Workers have no web application, so the words are made by an environment of their own from the same
catalogues.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import jinja2
import jinja2.meta
from babel.support import NullTranslations, Translations

from portal.accounts import links
from portal.accounts.models import LinkPurpose
from portal.foundation import catalogues, formats
from portal.foundation.formats import Language
from portal.foundation.languages import DEFAULT, LANGUAGES, TAGS, TRANSLATIONS
from portal.foundation.settings import PROJECT
from portal.notices.kinds import NoticeKind
from portal.texts import blanks

TEMPLATES = PROJECT / "templates"
_OF_ACCOUNT = "/accounts"
_FORGOTTEN = "/sign-in/forgotten"
_SETS_PASSWORD = (links.PATHS[LinkPurpose.INVITATION], links.PATHS[LinkPurpose.RESET])
_FIGURES = "/figures"
_ABOUT_ACCOUNT = (
    NoticeKind.NEW_SIGN_IN, NoticeKind.FACTOR_RESET, NoticeKind.PASSWORD_CHANGED, NoticeKind.ADDRESS_CHANGED,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a notice says. `paragraphs` are plain text; `link` is a path of the portal.

    `stop` is the path that ends mails somebody has asked for; empty for all that is told because it must be.
    """

    subject: str
    paragraphs: tuple[str, ...]
    link: str
    stop: str = ""

    @property
    def is_about_account(self) -> bool:
        """Whether it is about the reader's account, or their company's, and no dossier."""
        return self.link == _OF_ACCOUNT or self.link.startswith(f"{_OF_ACCOUNT}/")

    @property
    def sets_password(self) -> bool:
        """Whether it leads to where the reader chooses a password."""
        return self.link.startswith(_SETS_PASSWORD) or self.link == _FORGOTTEN

    @property
    def confirms_address(self) -> bool:
        """Whether it leads to where the reader confirms an address."""
        return self.link.startswith(links.PATHS[LinkPurpose.ADDRESS_CHECK])

    @property
    def is_about_figures(self) -> bool:
        """Whether it leads to a page of figures."""
        return self.link.startswith(_FIGURES)


def words_of(kind: str, params: Mapping[str, Any], language: str, *, written: Mapping[str, Any] | None = None) -> Words:
    """Put the notice into words; a kind of a newer release is said in general terms.

    `written`: the version of the house's own text that counted when the notice was written, if there was one.
    """
    spoken: Language = language if language in LANGUAGES else DEFAULT
    environment = _environment(spoken)
    values = {**_values(params, spoken), "kind": kind}
    known = kind if kind in {one.value for one in NoticeKind} else "other"
    if written is not None:
        return _in_own_words(kind, params, values, written, spoken)
    subject = environment.get_template(f"notices/{known}/subject.txt").render(values)
    body = environment.get_template(f"notices/{known}/body.txt").render(values)
    return Words(
        subject=" ".join(subject.split()),
        paragraphs=tuple(" ".join(line.split()) for line in body.splitlines() if line.strip()),
        link=_link(kind, params),
        stop=str(params.get("stop") or ""),
    )


def blanks_of(kind: str) -> tuple[str, ...]:
    """The blanks a house's own text of this kind may have: the values its own templates use."""
    environment, names = _environment(DEFAULT), set[str]()
    for part in PARTS:
        source = (TEMPLATES / "notices" / kind / f"{part}.txt").read_text("utf-8")
        names |= jinja2.meta.find_undeclared_variables(environment.parse(source))
    return tuple(sorted(name for name in names if name in _VALUES))


def packaged(kind: str, language: Language) -> dict[str, str]:
    """The text that comes with the portal, with its blanks in braces, as somebody would begin to rewrite it."""
    environment = _environment(language)
    named: dict[str, Any] = {name: f"{{{name}}}" for name in _VALUES}
    found = {}
    for part in PARTS:
        template = environment.get_template(f"notices/{kind}/{part}.txt")
        text = template.render(named | dict.fromkeys(_CONDITIONS, True) | {"kind": kind})
        found[part] = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    return found


def _in_own_words(
    kind: str, params: Mapping[str, Any], values: Mapping[str, Any], written: Mapping[str, Any], language: Language
) -> Words:
    """The house's own words; a language it has not written is told in Vietnamese, which counts."""
    own = written.get(language) or written[DEFAULT]
    named = {name: str(values[name]) for name in _VALUES}
    return Words(
        subject=" ".join(blanks.filled(own["subject"], named).split()),
        paragraphs=tuple(blanks.lines(own["body"], named)),
        link=_link(kind, params),
        stop=str(params.get("stop") or ""),
    )


def _link(kind: str, params: Mapping[str, Any]) -> str:
    """Where the notice leads: `link` where the act that wrote it says so, else the dossier it is about."""
    if params.get("link"):
        return str(params["link"])
    if code := params.get("dossier_code"):
        return f"/dossiers/{code}"
    for purpose in LinkPurpose:
        if link_id := params.get(purpose.value):
            return links.path_of(purpose, UUID(link_id))
    if kind == NoticeKind.ADDRESS_KNOWN:
        return _FORGOTTEN
    return _OF_ACCOUNT if kind in _ABOUT_ACCOUNT else "/notices"


def html_of(words: Words, *, language: str, name: str, address: str, stop: str = "") -> str:
    """The mail as a page, in the one layout all mails share; `address` is where its link leads, `stop` what ends it."""
    spoken: Language = language if language in LANGUAGES else DEFAULT
    template = _environment(spoken).get_template("notices/mail.html")
    return template.render(words=words, name=name, address=address, stop=stop, language_tag=TAGS[spoken])


def text_of(words: Words, *, language: str, name: str, address: str, stop: str = "") -> str:
    """The mail as plain text."""
    spoken: Language = language if language in LANGUAGES else DEFAULT
    template = _environment(spoken).get_template("notices/mail.txt")
    return template.render(words=words, name=name, address=address, stop=stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One notice of the mail of the day: what it says, and the whole address where it leads."""

    words: Words
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The mail of the day, written."""

    subject: str
    text: str
    html: str


def digest_of(items: Sequence[Item], *, language: str, name: str, change: str) -> Digest:
    """Write the mail of the day; `change` is where the reader chooses otherwise."""
    spoken: Language = language if language in LANGUAGES else DEFAULT
    environment = _environment(spoken)
    values = {"items": items, "name": name, "change": change, "language_tag": TAGS[spoken]}
    subject = environment.get_template("notices/digest/subject.txt").render(values)
    return Digest(
        subject=" ".join(subject.split()),
        text=environment.get_template("notices/digest/mail.txt").render(values),
        html=environment.get_template("notices/digest/mail.html").render(values),
    )


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
        **_moved(params, language),
        **_delivery(params, language),
        **_figures(params, language),
        "has_expired": bool(params.get("has_expired")),
        "has_promise": bool(params.get("promised_due_at")),
        "has_answer_day": bool(params.get("answer_due_on")),
        "has_acceptance": bool(params.get("acceptance_due_at")),
    }


def _moved(params: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What a notice says of a date that another calendar has moved: from when, to when, by which day."""
    days = {"moved_from": _instant(params.get("moved_from")), "moved_to": _instant(params.get("moved_to"))}
    said = {name: _inside_a_sentence(formats.weekday(value, language), language) for name, value in days.items()}
    because = _inside_a_sentence(formats.weekday(_day(params.get("because")), language), language)
    return {
        **said,
        "because": because,
        "has_cause": bool(params.get("because")),
        "has_pause": bool(params.get("is_paused")),
    }


def _delivery(params: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What a notice says of how a result comes, or of a company's registration."""
    return {
        "slot": formats.instant(_instant(params.get("slot_at")), language),
        "office": _in(params.get("office"), language),
        "carrier": params.get("carrier") or "",
        "tracking": params.get("tracking") or "",
        "company": params.get("company") or "",
        "colleague": params.get("colleague") or "",
        "has_cosigning": bool(params.get("has_cosigning")),
        "reason": params.get("reason") or "",
        "has_result_online": params.get("how") not in {"counter", "post"},
        "has_result_at_counter": params.get("how") == "counter",
    }


def _figures(params: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What a mail of figures says; nothing is said of what was not counted."""
    counts = {name: formats.number(params.get(name), language) for name in ("n", "open", "open_overdue", "week")}
    return {
        **counts,
        "view": params.get("view") or "",
        "of": params.get("of") or "",
        "share": formats.percent(params.get("on_time_share"), language, 1),
        "has_share": params.get("on_time_share") is not None,
        "has_week": params.get("week") is not None,
        "bottleneck": _in(params.get("bottleneck"), language),
        "counted_at": formats.instant(_instant(params.get("counted_at")), language),
    }


def _in(names: Any, language: Language) -> str:
    return str((names or {}).get(language) or (names or {}).get("vi") or "")


def _inside_a_sentence(weekday: str, language: Language) -> str:
    return weekday[0].lower() + weekday[1:] if language == "vi" else weekday


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


PARTS = ("subject", "body")
_CONDITIONS = tuple(name for name in _values({}, DEFAULT) if name.startswith("has_"))
_VALUES = tuple(name for name in _values({}, DEFAULT) if not name.startswith("has_"))


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
