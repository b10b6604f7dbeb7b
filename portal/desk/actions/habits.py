"""How an officer likes the queue: which columns, and filters with a name."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.desk.models import QueueHabit
from portal.foundation.errors import Invalid

COLUMNS = ("company", "stands", "by_law", "filed", "rounds")
"""What a line may show beside the dossier and the time left, in this order."""

USUAL = ("company", "stands", "by_law")
MOST_VIEWS = 20
LONGEST_NAME = 60


def choose_columns(session: Session, person_id: UUID, columns: Collection[str], *, now: datetime) -> None:
    """Show these columns from now on; unknown names are left out."""
    habit = _habit(session, person_id, now)
    habit.columns, habit.changed_at = [name for name in COLUMNS if name in columns], now


def keep_view(
    session: Session, person_id: UUID, name: str, *, tab: str, chosen: Mapping[str, str], now: datetime
) -> None:
    """Keep a filter under a name; the same name again replaces it."""
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise Invalid("queue.name_missing", fields={"name": "missing"})
    habit = _habit(session, person_id, now)
    others = [view for view in habit.views if view["name"].casefold() != name.casefold()]
    if len(others) >= MOST_VIEWS:
        raise Invalid("queue.too_many_views", most=MOST_VIEWS)
    habit.views, habit.changed_at = [*others, {"name": name, "tab": tab, "filter": dict(chosen)}], now


def drop_view(session: Session, person_id: UUID, name: str, *, now: datetime) -> None:
    """Forget a filter; one that is not there is forgotten already."""
    habit = _habit(session, person_id, now)
    habit.views, habit.changed_at = [view for view in habit.views if view["name"] != name], now


def _habit(session: Session, person_id: UUID, now: datetime) -> QueueHabit:
    """The officer's row, locked; made where there is none."""
    session.execute(insert(QueueHabit).values(person_id=person_id, views=[], changed_at=now).on_conflict_do_nothing())
    return session.scalars(
        sa.select(QueueHabit)
        .where(QueueHabit.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
