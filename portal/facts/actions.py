"""Keeping the turnaround facts: one upsert per act, and the daily cells that follow from them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.facts.models import DossierFact


def upsert(session: Session, fact: DossierFact) -> None:
    """Write the fact; an older version of the dossier never overwrites a newer one."""
    columns = [column.key for column in sa.inspect(DossierFact).columns]
    values = {name: getattr(fact, name) for name in columns}
    statement = insert(DossierFact).values(values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["dossier_id"],
            set_={name: statement.excluded[name] for name in columns if name != "dossier_id"},
            where=DossierFact.version <= statement.excluded.version,
        )
    )
