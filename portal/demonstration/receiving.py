"""How the results of the demonstration are received: some are fetched at booked times, some go by post.

They are arranged when the story has been told, from the results that are issued and not yet received.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Party
from portal.accounts.viewer import Viewer
from portal.catalogue.registers import places
from portal.clock.zone import office_day
from portal.deliveries import queries
from portal.deliveries.actions import choosing, counter, posting
from portal.deliveries.actions.choosing import Address, Wanted
from portal.deliveries.tracking import check_digit
from portal.demonstration.cast import Cast
from portal.dossiers.models import Dossier
from portal.dossiers.queries import locked
from portal.dossiers.receiving import Way
from portal.workflow.lifecycle import Role, State

ARRANGED = 8
"""So many results at most; the others are fetched online."""
PLANS = (Way.COUNTER, Way.POST, Way.COUNTER, Way.POST, Way.COUNTER, Way.POST, Way.COUNTER, Way.COUNTER)
SENT = (3, 5)
"""Which of them the post has already: the second of these has come back."""
UNBOOKED = 7
"""Which of them nobody has booked a time for yet."""


def arrange(session: Session, cast: Cast, *, now: datetime) -> int:
    """Let companies choose, book and get mail; returns for how many results."""
    filers = {party.id: viewer for party, viewer in cast.companies}
    waiting = session.scalars(
        sa.select(Dossier.id)
        .where(Dossier.state == State.SETTLED, Dossier.party_id.in_(filers))
        .order_by(Dossier.code.desc())
        .limit(ARRANGED)
    ).all()
    for number, dossier_id in enumerate(waiting):
        dossier = locked(session, dossier_id)
        if dossier is not None:
            _receive(session, cast, dossier, filers[dossier.party_id], number, now=now)
    return len(waiting)


def _receive(session: Session, cast: Cast, dossier: Dossier, filer: Viewer, number: int, *, now: datetime) -> None:
    way = PLANS[number]
    if way not in queries.of_dossier(session, dossier).ways:
        return
    address = _address(session.get_one(Party, dossier.party_id), number) if way is Way.POST else None
    choosing.choose(session, dossier, Wanted(way=way, address=address), viewer=filer, now=now)
    if way is Way.COUNTER and number != UNBOOKED:
        offer = queries.free_slots(session, dossier.intake_agency_id, since=office_day(now), now=now)
        slots = [slot for day in offer.days for slot in day.slots]
        if slots:
            counter.book(session, dossier, slots[number % len(slots)].starts_at, viewer=filer, now=now)
    if number in SENT:
        server = next(
            viewer
            for (_, role), viewer in cast.officers.items()
            if role is Role.ONE_STOP and viewer.post_for(dossier.intake_agency_id, Role.ONE_STOP)
        )
        serial = f"{47312480 + number:08d}"
        tracking = f"EA{serial}{check_digit(serial)}VN"
        posting.hand_to_post(session, dossier, carrier="VNPost", tracking=tracking, viewer=server, now=now)
        if number == SENT[-1]:
            posting.note_came_back(session, dossier, "Gọi ba lần không có người nhận.", viewer=server, now=now)


def _address(party: Party, number: int) -> Address:
    register = places()
    return Address(
        recipient=party.representative or party.name,
        phone=f"+8491234560{number}",
        province=register.home,
        commune=register.communes[number % len(register.communes)].code,
        street=f"Số {12 + number}, đường Hùng Vương",
    )
