"""How a counter serves: set by an administrator, one audit row per change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.models import Agency
from portal.deliveries.actions.counter import locked_counter
from portal.foundation.errors import Stale


def serve(
    session: Session, office: Agency, *, slot_minutes: int, capacity: int, version: int, by: UUID, now: datetime
) -> None:
    """Set the length of a slot and how many are served in one; what is booked stays booked. Raises Stale."""
    counter = locked_counter(session, office.id)
    if counter.version != version:
        raise Stale
    before = {"slot_minutes": counter.slot_minutes, "capacity": counter.capacity}
    after = {"slot_minutes": slot_minutes, "capacity": capacity}
    if before == after:
        return
    counter.slot_minutes, counter.capacity = slot_minutes, capacity
    counter.version += 1
    audit.record(session, "deliveries.serve", f"agency:{office.key}", by=by, now=now, before=before, after=after)
    session.flush()
