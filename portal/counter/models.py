"""Claims: somebody with an account says that a dossier filed at a counter is theirs."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Party, Person
from portal.dossiers.models import Dossier
from portal.foundation.database import Base, new_id


class PartyClaim(Base):
    """A person asks to act for a party that was taken down at a counter; an officer there decides, seeing their card.

    `dossier_id` is the dossier whose code they knew. Nothing is shown to them before `is_granted`.
    """

    __tablename__ = "party_claims"
    __table_args__ = (
        sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="decided"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by"),
        sa.Index(
            "uq_party_claims_open",
            "person_id",
            "party_id",
            unique=True,
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
        sa.Index("ix_party_claims_waiting", "agency_id", "made_at", postgresql_where=sa.text("decided_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parties.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    is_granted: Mapped[bool | None]
    reason: Mapped[str | None]

    party: Mapped[Party] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    dossier: Mapped[Dossier] = relationship(lazy="raise")
