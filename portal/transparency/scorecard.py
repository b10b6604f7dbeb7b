"""The index of Decision 766/QĐ-TTg as far as the portal can count it, and an honest gap where it cannot.

Maxima of the groups: 18 publicity, 20 progress, 12 online service, 10 online payment, 22 digitisation, 18
satisfaction. Only the maxima of 1.2, 2.1 and 5.4 are confirmed; the others are marked. Formulas follow the
transcribed working paper "Mô tả công thức tính chỉ số 766"; what it leaves open is said in docs/figures.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calendars.queries import in_force as calendar_in_force
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import all_in_force, definition_of
from portal.clock.zone import VIETNAM, office_day
from portal.facts.models import DossierFact
from portal.facts.turnaround import LONGEST_WINDOW
from portal.transparency import sheets

POSTING_WORKING_DAYS = 5
"""A province posts an announced procedure within so many working days. Source: Decision 766/QĐ-TTg, 1.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator. `most`: its maximum in points, None where nobody could tell; `full_at`: the share that earns it.

    `is_confirmed`: the maximum was found in a published source.
    """

    code: str
    group: str
    most: Fraction | None = None
    is_confirmed: bool = False
    full_at: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """An indicator and what was counted for it; `whole` None: the portal has no data."""

    indicator: Indicator
    part: int | None
    whole: int | None

    @property
    def share(self) -> Fraction | None:
        """Part of whole; of nothing there is none."""
        if self.part is None or not self.whole:
            return None
        return Fraction(self.part, self.whole)

    @property
    def points(self) -> Fraction | None:
        """Share × maximum ÷ the share that earns it all, at most the maximum; two decimals are shown."""
        most = self.indicator.most
        if self.share is None or most is None:
            return None
        return min(most, self.share * most / self.indicator.full_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """All indicators as of a day, and the points of those that are measured."""

    on: date
    scores: Sequence[Score]

    @property
    def points(self) -> Fraction:
        """The points of all measured indicators."""
        return sum((score.points for score in self.scores if score.points is not None), Fraction(0))

    @property
    def reachable(self) -> Fraction:
        """The most points that the measured indicators can give."""
        return sum(
            (score.indicator.most or Fraction(0) for score in self.scores if score.points is not None), Fraction(0)
        )


FOUR, SIX, TWENTY = Fraction(4), Fraction(6), Fraction(20)
MOSTLY = Fraction(4, 5)
INDICATORS: Sequence[Indicator] = (
    Indicator(code="1.1", group="publicity", most=FOUR),
    Indicator(code="1.2", group="publicity", most=FOUR, is_confirmed=True),
    Indicator(code="1.3", group="publicity", most=FOUR),
    Indicator(code="1.4", group="publicity", most=SIX),
    Indicator(code="2.1", group="progress", most=TWENTY, is_confirmed=True),
    Indicator(code="3.1", group="online", full_at=MOSTLY),
    Indicator(code="3.2", group="online"),
    Indicator(code="3.3", group="online", full_at=Fraction(1, 2)),
    Indicator(code="3.5", group="payment", full_at=MOSTLY),
    Indicator(code="3.6", group="payment"),
    Indicator(code="4.1", group="digitisation"),
    Indicator(code="4.2", group="digitisation", full_at=MOSTLY),
    Indicator(code="4.3", group="digitisation", full_at=MOSTLY),
    Indicator(code="4.4", group="digitisation"),
    Indicator(code="4.5", group="digitisation"),
    Indicator(code="5.2", group="satisfaction", most=SIX),
    Indicator(code="5.3", group="satisfaction", most=SIX),
    Indicator(code="5.4", group="satisfaction", most=SIX, is_confirmed=True, full_at=Fraction(9, 10)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saveable:
    """An open dossier that still counts as kept: its promised day, and the points it costs if that passes."""

    dossier_id: Any
    procedure_code: str
    promised_on: date
    points: Fraction


def scorecard(session: Session, *, on: date, agency: str | None = None) -> Scorecard:
    """The scorecard of the province, or of one agency by its id as text: then only what dossiers tell."""
    sheet = sheets.of(session, sheets.AGENCY if agency else sheets.PROVINCE, agency or "")
    counted: dict[str, tuple[int, int]] = {}
    if sheet is not None:
        counted = _of_sheet(sheet.figures)
    if agency is None:
        counted |= _of_procedures(session, on)
    return Scorecard(on=on, scores=[_score(indicator, counted) for indicator in INDICATORS])


def _of_sheet(figures: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """2.1 of the window; 3.6, 5.2 and 5.4 of the last 365 days, as far as there is anything to count."""
    counted = {"2.1": (figures["now"]["on_time_766"], figures["now"]["counted_766"])}
    shares = figures["heard"]["shares"] if "heard" in figures else {}
    for code, name in (("3.6", "online_payment"), ("5.2", "feedback_on_time")):
        if name in shares and shares[name]["n"]:
            counted[code] = (shares[name]["part"], shares[name]["n"])
    service = figures.get("service")
    if service and service["settled"]:
        # 100 % − (share that was late + share that was disliked): one that was both counts twice, as the formula says
        content = service["settled"] - service["late_766"] - service["disliked"]
        counted["5.4"] = (max(0, content), service["settled"])
    return counted


def saveable(session: Session, *, on: date, agency: str | None = None, most: int = 20) -> list[Saveable]:
    """Open dossiers that count as kept and are promised soonest: each, if late, costs 20 ÷ all counted points."""
    card = scorecard(session, on=on, agency=agency)
    whole = next((score.whole for score in card.scores if score.indicator.code == "2.1"), None)
    if not whole:
        return []
    fact = DossierFact
    statement = sa.select(fact.dossier_id, fact.procedure_code, fact.promised_due_at).where(
        fact.ended_on.is_(None),
        fact.accepted_on.is_not(None),
        fact.clock_stopped_at.is_(None),
        fact.supplement_rounds <= 1,
        sa.cast(sa.func.timezone(VIETNAM.key, fact.promised_due_at), sa.Date) >= on,
    )
    if agency is not None:
        statement = statement.where(sa.cast(fact.agency_id, sa.Text) == agency)
    rows = session.execute(statement.order_by(fact.promised_due_at, fact.dossier_id).limit(most)).all()
    return [
        Saveable(
            dossier_id=dossier_id,
            procedure_code=code,
            promised_on=office_day(promised),
            points=TWENTY / whole,
        )
        for dossier_id, code, promised in rows
        if promised is not None
    ]


def _score(indicator: Indicator, counted: Mapping[str, tuple[int, int]]) -> Score:
    part, whole = counted.get(indicator.code, (None, None))
    return Score(indicator=indicator, part=part, whole=whole)


def _of_procedures(session: Session, on: date) -> dict[str, tuple[int, int]]:
    """1.2, 1.3, 3.1 and 3.2, from the procedures that are published on this portal."""
    versions = all_in_force(session, on=on)
    if not versions:
        return {}
    definitions = {version.code: definition_of(version) for version in versions}
    complete = sum(all(part(one) for part in _PARTS) for one in definitions.values())
    online = {code for code, one in definitions.items() if "online" in one.manner}
    since = on - timedelta(days=LONGEST_WINDOW)
    used = set(session.scalars(sa.select(DossierFact.procedure_code).where(DossierFact.filed_on > since).distinct()))
    found = {
        "1.3": (complete, len(definitions)),
        "3.1": (len(online), len(definitions)),
        "3.2": (len(online & used), len(online)),
    }
    posted = _posted(session, since, on)
    return found | ({"1.2": (sum(posted.values()), len(posted))} if posted else {})


def _posted(session: Session, since: date, on: date) -> dict[str, bool]:
    """Of each procedure with a dated decision in the period: whether all its versions were posted in time."""
    version, calendar = ProcedureVersion, calendar_in_force(session).calendar
    statement = sa.select(version.code, version.decided_on, version.published_at).where(
        version.decided_on > since, version.decided_on <= on
    )
    found: dict[str, bool] = {}
    for code, decided_on, published_at in session.execute(statement):
        if decided_on is None:
            continue
        in_time = office_day(published_at) <= calendar.add_working_days(decided_on, POSTING_WORKING_DAYS)
        found[code] = found.get(code, True) and in_time
    return found


_PARTS: Sequence[Callable[[Any], bool]] = (
    lambda one: bool(one.name.vi),
    lambda one: bool(one.steps),
    lambda one: bool(one.manner),
    lambda one: bool(one.documents) and one.sets >= 1,
    lambda one: bool(one.limits),
    lambda one: bool(one.audience),
    lambda one: bool(one.competence),
)
"""The seven parts of a published procedure. Source: Decree 63/2010/NĐ-CP, Article 8(2)."""
