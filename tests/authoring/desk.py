"""What the tests of the editor share: two administrators, drafts, and the second factor."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, SignIn
from portal.authoring import actions, documents, queries
from portal.authoring.documents import Document
from portal.authoring.models import ProcedureDraft
from portal.catalogue.queries import definition_of
from tests.factories.world import World


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Desk:
    """Two administrators at the editor."""

    session: Session
    world: World
    one: Person
    other: Person

    def next_version(self, code: str = "1.013225", *, by: Person | None = None) -> ProcedureDraft:
        """A draft of the next version of a published procedure."""
        version = self.world.versions[code]
        person = by or self.one
        draft = actions.start_from(
            self.session, definition_of(version), by=person.id, now=now(), based_on=version.number
        )
        self.session.commit()
        return draft

    def change(self, draft: ProcedureDraft, document: Document, *, by: Person | None = None) -> ProcedureDraft:
        """Somebody saves a change."""
        changed = actions.change(
            self.session, draft.id, document, version=draft.version, what="test", by=(by or self.one).id, now=now()
        )
        self.session.commit()
        return changed

    def document(self, draft_id: UUID) -> Document:
        """The draft as it is now."""
        self.session.expire_all()
        return documents.read(queries.draft(self.session, draft_id).text)

    def version(self, draft_id: UUID) -> int:
        self.session.expire_all()
        return queries.draft(self.session, draft_id).version

    def step_up(self, at: datetime | None = None) -> None:
        """Whoever is signed in has just shown the second factor."""
        self.session.execute(sa.update(SignIn).values(stepped_up_at=at or now()))
        self.session.commit()
