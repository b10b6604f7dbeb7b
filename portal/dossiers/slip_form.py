"""Form 06 as a letter: the visits of the slip as hand-overs, printed without a seal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from portal.catalogue.text import Text
from portal.clock.explain import Kind, Line
from portal.clock.verdict import Closed
from portal.dossiers import narrative
from portal.dossiers.following import Clock, line_words
from portal.dossiers.slip import Row, Slip
from portal.dossiers.terms import Terms
from portal.dossiers.writing import Writer
from portal.foundation import formats
from portal.foundation.errors import Refused
from portal.letters import contents as say
from portal.letters import wording
from portal.workflow.projection import Interval, Projection

RESULTS = {
    Closed.EARLY: say.Punctuality.EARLY,
    Closed.ON_TIME: say.Punctuality.ON_TIME,
    Closed.OVERDUE: say.Punctuality.OVERDUE,
}
NOTED = frozenset(
    {
        Kind.PAUSE, Kind.PAUSE_OPEN, Kind.PAUSE_WITHOUT_EFFECT, Kind.RESTART, Kind.HELD, Kind.EXTENSION, Kind.REOPENED,
    }
)  # fmt: skip
"""Lines of the clock's ledger that make the date another than intake and limit alone would."""


def control_slip(
    writer: Writer,
    slip: Slip,
    projected: Projection,
    clock: Clock,
    *,
    texts: Mapping[tuple[int, str], str],
    now: datetime,
) -> say.ControlSlip:
    """What the form states as of `now`; `texts` are the words kept apart from the dossier's events.

    Raises `Refused` before acceptance: nothing has been handed over yet.
    """
    dossier = writer.dossier
    if dossier.accepted_at is None or clock.promised is None:
        raise Refused("dossier.after_intake_only")
    limit = Terms.from_json(dossier.terms).statutory
    pause = projected.open_pause if clock.is_stopped else None
    return say.ControlSlip(
        head=writer.head(dossier.agency_id or dossier.intake_agency_id),
        subject=writer.subject,
        owner=writer.owner,
        accepted_at=dossier.accepted_at,
        promised_at=clock.promised.due_at,
        limit=wording.limit(int(limit.amount), limit.unit.value),
        handovers=tuple(_handovers(slip.rows, projected)),
        issued_at=now,
        stopped_since=pause.began_at if pause is not None else None,
        notes=tuple(_note(line, texts) for line in clock.ledger if line.kind in NOTED),
    )


def _note(line: Line, texts: Mapping[tuple[int, str], str]) -> Text:
    """A line of the ledger; a stop with the article its letter cites, unless that has been erased."""
    cited = (texts.get((int(event), "legal_ground"), "") for event in line.events if event.isdecimal())
    ground = next((one for one in cited if one), "")
    if ground and line.kind is not Kind.EXTENSION:
        line = replace(line, parameters={**line.parameters, "legal_ground": ground})
    return Text(vi=line_words(line, "vi"), en=line_words(line, "en"), zh=line_words(line, "zh"))


def _handovers(rows: Sequence[Row], projected: Projection) -> Iterator[say.Handover]:
    """A row for each step: who handed the dossier to it, who received it, when, and when they were done."""
    for row in rows:
        late = say.Punctuality.OVERDUE if row.is_late else None
        yield say.Handover(
            giver=_giver(rows, row),
            receiver=row.agency,
            step=Text(vi=row.step),
            received_at=row.entered_at,
            due_at=row.due_at,
            done_at=row.left_at,
            result=RESULTS[row.verdict] if row.verdict else late,
            note=_stops(row, projected.pauses),
        )


def _giver(rows: Sequence[Row], received: Row) -> str:
    """Whose step ended last before this one began; the filer where none did."""
    earlier = [
        (row.left_at, row.number, row.agency)
        for row in rows
        if row.number < received.number and row.left_at is not None and row.left_at <= received.entered_at
    ]
    return max(earlier)[2] if earlier else narrative.FILER.vi


def _stops(row: Row, pauses: Sequence[Interval]) -> Text | None:
    """The stops of the clock that began while the dossier lay at this step."""
    within = [
        pause
        for pause in pauses
        if not pause.before_intake
        and row.entered_at <= pause.began_at
        and (row.left_at is None or pause.began_at < row.left_at)
    ]
    if not within:
        return None
    return Text(vi=_said(within, "vi"), en=_said(within, "en"), zh=_said(within, "zh"))


def _said(pauses: Sequence[Interval], language: formats.Language) -> str:
    return "; ".join(_stop(pause, language) for pause in pauses)


def _stop(pause: Interval, language: formats.Language) -> str:
    days = {"since": formats.day(pause.began_at, language), "until": formats.day(pause.ended_at, language)}
    return narrative.STOPS["open" if pause.ended_at is None else "over"].words(language).format(**days)
