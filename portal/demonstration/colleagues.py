"""More specialists in each office, so that there is something to share out: some of the work, an absence, a substitute.

They join when the story has been told. The office the tour goes through keeps its one specialist, so that whoever
takes the tour finds each step in the account that was printed.
"""

from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.models import AbsenceKind, Agency
from portal.accounts.viewer import Viewer
from portal.clock.zone import office_day
from portal.demonstration.cast import PASSWORD, Cast, appointed, email_of, invented_name, newcomer
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.queries import locked
from portal.routing.actions import give_to
from portal.routing.actions.people import Period, add_absence, add_substitution, set_skills
from portal.workflow.lifecycle import CLOCK_RUNNING, Role

TOUR_OFFICE = "construction"
JOINING = 2
"""New specialists of each office."""
AWAY_DAYS = 4
SHARED = 3
"""One of so many open steps goes to each of the new ones."""
NOTE = "Hồ sơ gấp đã báo trưởng phòng; có gì xin gọi số máy cơ quan."


def join(session: Session, cast: Cast, *, chance: Random, now: datetime) -> None:
    """Two more specialists where there is one; the second is away for some days and the third stands in."""
    password_hash = passwords.hash_password(PASSWORD)
    for (key, role), first in cast.officers.items():
        head = cast.officers.get((key, Role.HEAD))
        if role is not Role.SPECIALIST or head is None or key == TOUR_OFFICE:
            continue
        agency = session.get_one(Agency, first.posts[0].agency_id)
        new = []
        for number in range(2, 2 + JOINING):
            address = email_of(role, key).replace("@", f"-{number}@")
            who = newcomer(session, invented_name(chance), address, password_hash, now=now)
            new.append(appointed(session, who, agency, role, now=now))
        _share_out(session, first, new, head=head, now=now)
        _away(session, *new, head=head, now=now)


def _share_out(session: Session, first: Viewer, new: list[Viewer], *, head: Viewer, now: datetime) -> None:
    """The head gives a part of the first one's open steps to the others."""
    steps = session.execute(
        sa.select(DossierStep.dossier_id, DossierStep.node_key)
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .where(
            DossierStep.post_id == first.posts[0].id,
            DossierStep.closed_at.is_(None),
            Dossier.state.in_(sorted(CLOCK_RUNNING)),
        )
        .order_by(DossierStep.due_at, DossierStep.id)
    ).all()
    for place, (dossier_id, node) in enumerate(steps):
        share = place % SHARED
        dossier = locked(session, dossier_id) if share < len(new) else None
        if dossier is not None:
            give_to(session, dossier, node, post_id=new[share].posts[0].id, viewer=head, now=now)


def _away(session: Session, absent: Viewer, substitute: Viewer, *, head: Viewer, now: datetime) -> None:
    """One is on mission, the other stands in and speaks Chinese."""
    today = office_day(now)
    period = Period(first_day=today, last_day=today + timedelta(days=AWAY_DAYS))
    add_absence(session, absent.person_id, period, kind=AbsenceKind.MISSION, note=NOTE, viewer=head, now=now)
    add_substitution(session, absent.posts[0].id, substitute.posts[0].id, period, viewer=head, now=now)
    set_skills(session, substitute.person_id, ["language:zh"], viewer=head, now=now)
