"""What the record of changes calls the things it names and the values it keeps; unknown ones stand as they are."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from portal.accounts import consents
from portal.accounts.models import PartyKind, PartyStatus
from portal.accounts.wording import BUSINESS_FIELDS, LANGUAGE_NAMES, ROLES
from portal.administration.queries.records import Change
from portal.administration.wording import KINDS, LETTER_WORDS, NOTICE_WORDS, SOURCES, SUBJECTS
from portal.hearing.models import MatterState
from portal.payments.wording import GROUNDS, REFUNDS
from portal.routing.forms import KINDS as ABSENCES
from portal.routing.wording import SKILLS
from portal.workflow.lifecycle import CompanyRole

COMPANY_ROLES = {
    CompanyRole.OWNER: _("Owner"),
    CompanyRole.FILER: _("Filer"),
    CompanyRole.PAYER: _("Payer"),
    CompanyRole.VIEWER: _("Viewer"),
}
VALUES: Mapping[str, Mapping[Any, Any]] = {
    "direction": {"at_least": _("at least"), "at_most": _("at most")},
    "fields": BUSINESS_FIELDS,
    "ground": GROUNDS,
    "kind": {
        **ABSENCES,
        PartyKind.ORGANISATION: _("Organisation"),
        PartyKind.INDIVIDUAL: _("Individual"),
    },
    "language": LANGUAGE_NAMES,
    "measure": {"percent": _("per cent"), "working_day": _("working days"), "rank": _("place in the ranking")},
    "purpose": consents.TITLES,
    "role": {**COMPANY_ROLES, **ROLES},
    "skill": SKILLS,
    "skills": SKILLS,
    "source": SOURCES,
    "state": {
        **REFUNDS,
        MatterState.RAISED: _("raised"),
        MatterState.ASKED: _("more was asked"),
        MatterState.SETTLED: _("answered"),
        MatterState.REFUSED: _("refused"),
    },
    "status": {
        PartyStatus.WAITING: _("Waiting for the office"),
        PartyStatus.APPROVED: _("Approved"),
        PartyStatus.REFUSED: _("Refused"),
    },
}
"""By the field a value stands in: the same word may mean different things in two of them."""

THINGS = {
    "agency": _("Agency"),
    "calendar": _("Edition of the calendar"),
    "dossier": _("Dossier"),
    "draft": _("Draft"),
    "file": _("File"),
    "goal": _("Goal"),
    "job": _("Job of the background work"),
    "mandate": _("Mandate"),
    "outage": _("Outage"),
    "party": _("Company or person"),
    "payment": _("Payment"),
    "payment_link": _("Payment link"),
    "person": _("Person"),
    "post": _("Post"),
    "procedure": _("Procedure"),
    "procedure_draft": _("Draft of a procedure"),
    "publishing_rule": _("Rule for publishing procedures"),
    "reason": _("Reason"),
    "refund": _("Refund"),
    "retention": _("Retention rule"),
    "text": _("Text"),
}
SHOWN_BY_CODE = ("calendar", "dossier", "job", "procedure")
"""Their identifiers are what people call them by."""

FILES = {"audit": _("Record of changes"), "people": _("People")}


def value_words(field: str, value: str) -> str | None:
    """The stored value in the reader's words, by the field it stands in; None where it has none of its own."""
    words = VALUES.get(field, {}).get(value)
    return None if words is None else str(words)


def thing_words(row: Change, named: Mapping[str, str], language: str) -> str:
    """Whom or what a row is about, as people call it; a kind of a newer release stands as it was written."""
    kind, _colon, identifier = row.thing.partition(":")
    if kind not in THINGS:
        return row.thing
    name = row.thing_name or named.get(identifier) or _own_name(kind, identifier, row, named, language)
    if not name:
        return str(THINGS[kind])
    return name if kind in {"person", "party"} else f"{THINGS[kind]}: {name}"


def _own_name(kind: str, identifier: str, row: Change, named: Mapping[str, str], language: str) -> str:
    told = {**(row.before or {}), **(row.after or {})}
    if kind in SHOWN_BY_CODE:
        return identifier.partition(":")[0]
    if kind == "text":
        key = identifier.partition(":")[2]
        return str(NOTICE_WORDS.get(key) or LETTER_WORDS.get(key) or key)  # type: ignore[call-overload]
    if kind == "retention":
        return str(SUBJECTS[identifier][0]) if identifier in SUBJECTS else identifier  # type: ignore[index]
    if kind == "file":
        return str(FILES.get(identifier, identifier))
    if kind == "mandate":
        sides = [named.get(str(told.get(side)), "") for side in ("principal", "agent")]
        return gettext("%(agent)s for %(principal)s", principal=sides[0], agent=sides[1]) if all(sides) else ""
    words = told.get("names") or told.get("words") or {}
    said = str(words.get(language) or words.get("vi") or "") if isinstance(words, Mapping) else ""
    if kind == "reason" and not said:
        return str(KINDS.get(identifier.partition(":")[0], ""))  # type: ignore[call-overload]
    return said or str(told.get("code") or "")
