"""The register (Form 07) as a letter: the office's lines of a period, printed without a seal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

from portal.accounts.models import Agency
from portal.catalogue.text import Text
from portal.desk.queries.register import Entry
from portal.foundation.formats import discreet
from portal.letters import contents as say
from portal.workflow.lifecycle import Outcome, State

PRINTED = 1000
"""Lines of one paper; the file for a spreadsheet has them all."""
NUMBER = "Mẫu số 07"

_ENDINGS: Mapping[State, say.Ending] = {
    State.NOT_ACCEPTED: say.Ending.NOT_ACCEPTED,
    State.STOPPED: say.Ending.STOPPED,
    State.RETURNED: say.Ending.RETURNED,
}


def register_paper(
    entries: Iterable[Entry], *, offices: Sequence[Agency], since: date, until: date, public_url: str, now: datetime
) -> say.Register:
    """What the form states as of `now` for the offices whose register it is; the first of them stands in the head."""
    found = list(islice(entries, PRINTED + 1))
    first = offices[0]
    return say.Register(
        head=say.Letterhead(agency=_text(first.names), place=first.town or "Lạng Sơn"),
        subject=say.Subject(code=NUMBER, procedure=Text(vi=""), procedure_code="", verification_url=public_url),
        since=since,
        until=until,
        lines=tuple(_line(one) for one in found[:PRINTED]),
        is_cut=len(found) > PRINTED,
        issued_at=now,
    )


def _line(one: Entry) -> say.RegisterLine:
    return say.RegisterLine(
        code=one.code,
        procedure=_text(one.procedure),
        owner=one.party,
        identifier=discreet(one.tax_code),
        filer=one.filer,
        phone=one.phone or "",
        agency=_text(one.agency or {"vi": "–"}),
        received_at=one.filed_at,
        promised_at=one.promised_due_at,
        ended_at=one.ended_at,
        ending=_ending(one),
    )


def _ending(one: Entry) -> say.Ending:
    if one.state is State.SETTLED:
        return say.Ending.REFUSED if one.outcome is Outcome.REFUSED else say.Ending.GRANTED
    return _ENDINGS.get(one.state, say.Ending.OPEN)


def _text(names: Mapping[str, str]) -> Text:
    return Text(vi=names["vi"], en=names.get("en", ""), zh=names.get("zh", ""))
