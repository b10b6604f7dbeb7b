"""What the tests of calendars share: a province with an administrator, and changing its calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Person
from portal.calendars import actions, editing, queries
from portal.calendars.documents import Document
from portal.calendars.models import CalendarEdition
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier
from portal.foundation.jobs import Claim
from portal.foundation.outbox import Job
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from tests.factories.world import MONDAY, World
from workers.calendars import apply_calendar
from workers.handlers import Work

IN_THE_WAY = date(2026, 3, 23)
"""The Monday on which what is accepted on Monday 2 March for twenty calendar days is due (the 22nd is a Sunday)."""


@dataclass
class CalendarDesk:
    """An administrator at the calendar."""

    session: Session
    world: World
    administrator: Person

    @property
    def document(self) -> Document:
        return queries.newest(self.session).document

    def publish(self, document: Document, *, now: datetime = MONDAY) -> CalendarEdition:
        """Put the document into force, as the page does; the job is not run."""
        actions.keep_draft(self.session, document, by=self.administrator.id, now=now)
        based_on = queries.newest(self.session).number
        made = actions.publish_draft(
            self.session, based_on=based_on, reason="Công văn 1/VPCP", by=self.administrator.id, now=now
        )
        self.session.commit()
        return made

    def with_day_off(self, on: date = IN_THE_WAY, *, document: Document | None = None) -> Document:
        return editing.add_day_off(document or self.document, on=on, name="swap", source="Công văn 1/VPCP")

    def run_job(self, made: CalendarEdition, *, after: UUID | None = None) -> None:
        """Do the first batch of the job; there are fewer dossiers than a batch holds."""
        payload = {"edition": made.number, **({"after": str(after)} if after else {})}
        claim = Claim(id=1, kind=Job.APPLY_CALENDAR.value, payload=payload, attempt=1, claimed_at=MONDAY)
        apply_calendar(Work(claim, close=lambda _session, _claim: MONDAY))
        self.session.commit()
        self.look_again()

    def look_again(self) -> Sequence[Dossier]:
        """All dossiers as others have saved them meanwhile."""
        self.session.expire_all()
        wanted = sa.select(Dossier).options(joinedload(Dossier.procedure), joinedload(Dossier.party))
        return self.session.scalars(wanted.execution_options(populate_existing=True)).all()

    def filed(self, *, seed: int = 1, now: datetime = MONDAY, code: str = "1.013225") -> Dossier:
        dossier = self.world.file(code, seed=seed, now=now)
        self.session.commit()
        return dossier

    def accepted(self, *, seed: int = 1, now: datetime = MONDAY, code: str = "1.013225") -> Dossier:
        dossier = self.filed(seed=seed, now=now, code=code)
        route(self.session, dossier.id, now=now)
        officer = self.world.viewer("service_centre", Role.ONE_STOP)
        intake.note_opened(self.session, dossier, viewer=officer, now=now)
        intake.accept(self.session, dossier, viewer=officer, now=now + timedelta(hours=1))
        route(self.session, dossier.id, now=now + timedelta(hours=1))
        self.session.commit()
        return dossier
