"""How much work a post has: the one formula, for choosing among people and for showing them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from portal.accounts.models import Post
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import Dossier, DossierStep
from portal.routing.effort import GLOBAL_PRIOR, Counting, load_of
from portal.routing.models import StepEffort
from portal.workflow.lifecycle import CLOCK_RUNNING

EXPECTED = sa.func.coalesce(StepEffort.expected_minutes, GLOBAL_PRIOR)
"""The minutes a step is expected to take, where it is joined with its effort."""


def load(row: Any, calendar: Counting, *, now: datetime) -> int:
    """The working minutes still expected of a post, from a row with the columns of `with_work`.

    What the officer has in hand has run since it came or since they closed one last, whichever is later.
    """
    began = [moment for moment in (row.in_hand_since, row.free_since) if moment is not None]
    has_run = calendar.working_minutes(max(began), max(now, *began)) if row.in_hand_since else 0
    return load_of((row.expected,), in_hand=row.in_hand, has_run=has_run)


def with_work(statement: sa.Select[Any]) -> sa.Select[Any]:
    """A statement about posts, and for each: all it has open whose clock runs, what it has in hand, when it was free.

    In hand is the earliest due. Needs a parameter `now`.
    """
    running = Dossier.state.in_([sa.literal_column(f"'{state.value}'") for state in sorted(CLOCK_RUNNING)])
    open_steps = (
        sa.select(EXPECTED.label("expected"), DossierStep.entered_at, DossierStep.due_at, DossierStep.id)
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .outerjoin(
            StepEffort,
            sa.and_(StepEffort.procedure_code == ProcedureVersion.code, StepEffort.node_key == DossierStep.node_key),
        )
        .where(DossierStep.post_id == Post.id, DossierStep.closed_at.is_(None), running)
        .correlate(Post)
    )
    every = open_steps.subquery()
    overdue = every.c.due_at < sa.bindparam("now", type_=sa.TIMESTAMP(timezone=True))
    whole = sa.select(
        sa.func.count().label("open_steps"),
        sa.cast(sa.func.coalesce(sa.func.sum(every.c.expected), 0), sa.Integer).label("expected"),
        sa.func.count().filter(overdue).label("overdue"),
    ).lateral("whole")
    in_hand = open_steps.order_by(DossierStep.due_at, DossierStep.id).limit(1).lateral("in_hand")
    last = (
        sa.select(sa.func.max(DossierStep.closed_at).label("closed_at"))
        .where(DossierStep.post_id == Post.id, DossierStep.closed_at.is_not(None))
        .correlate(Post)
        .lateral("last")
    )
    columns = (
        whole.c.open_steps, whole.c.expected, whole.c.overdue,
        in_hand.c.expected.label("in_hand"), in_hand.c.entered_at.label("in_hand_since"),
        last.c.closed_at.label("free_since"),
    )  # fmt: skip
    return (
        statement.add_columns(*columns).join(whole, sa.true()).outerjoin(in_hand, sa.true()).outerjoin(last, sa.true())
    )
