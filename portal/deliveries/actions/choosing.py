"""Choosing how the result comes: while the draft is written, and later as long as the result is at the office."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.viewer import FILING_ROLES, Viewer
from portal.deliveries import queries
from portal.deliveries.actions import counter
from portal.deliveries.models import BookingState
from portal.dossiers.models import Dossier, Draft, ResultWish
from portal.dossiers.policy import capacities
from portal.dossiers.receiving import Way
from portal.dossiers.record import Happening, new_salt, record
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.workflow.events import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the post brings it. `commune` is the number of a home commune, or the name of one elsewhere."""

    recipient: str
    phone: str
    province: str
    commune: str
    street: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How somebody wants the result; the address only for the post."""

    way: Way
    address: Address | None = None


def choose_for_draft(session: Session, draft: Draft, wanted: Wanted, *, now: datetime) -> None:
    """Keep the choice with the draft (locked); the dossier made of it takes it over."""
    _require_offered(wanted, queries.of_draft(session, draft).ways)
    _keep(session, draft.client_key, wanted, now=now)


def choose(session: Session, dossier: Dossier, wanted: Wanted, *, viewer: Viewer, now: datetime) -> None:
    """Choose for a dossier (locked). A booked slot that is not needed any more is free again.

    Raises Forbidden for somebody who does not file for its party, Refused once the result has left the office.
    """
    require_filer(viewer, dossier)
    before = queries.of_dossier(session, dossier)
    if before.is_on_the_way:
        raise Refused("deliveries.in_the_post")
    if not before.may_change:
        raise Refused("deliveries.too_late")
    _require_offered(wanted, before.ways)
    if wanted.way is not Way.COUNTER and before.booking is not None:
        counter.release(session, dossier, before.booking, BookingState.CANCELLED, actor=viewer.actor, now=now)
    wish = _keep(session, dossier.client_key, wanted, now=now)
    chosen = Happening(
        kind=EventKind.DELIVERY_CHOSEN,
        params={"how": wanted.way.value},
        data={"address": (address_of(wish), wish.salt)} if wanted.address else {},
    )
    record(session, dossier, [chosen], actor=viewer.actor, now=now)


def require_filer(viewer: Viewer, dossier: Dossier) -> None:
    """Raises Forbidden for whoever does not file for the dossier's party."""
    if not FILING_ROLES & capacities(viewer, dossier):
        raise Forbidden("dossier.role_may_not")


def address_of(wish: ResultWish) -> dict[str, str]:
    """The address as plain values, for an envelope and for a commitment."""
    names = ("recipient", "phone", "province", "commune", "street")
    return {name: getattr(wish, name) or "" for name in names}


def _require_offered(wanted: Wanted, ways: tuple[Way, ...]) -> None:
    if wanted.way not in ways or (wanted.way is Way.POST) != (wanted.address is not None):
        raise Invalid("deliveries.no_such_way")


def _keep(session: Session, client_key: UUID, wanted: Wanted, *, now: datetime) -> ResultWish:
    wish = session.get(ResultWish, client_key)
    if wish is None:
        wish = ResultWish(client_key=client_key)
        session.add(wish)
    address = wanted.address
    wish.way, wish.salt, wish.chosen_at = wanted.way, new_salt(), now
    wish.recipient = address.recipient if address else None
    wish.phone = address.phone if address else None
    wish.province = address.province if address else None
    wish.commune = address.commune if address else None
    wish.street = address.street if address else None
    session.flush()
    return wish
