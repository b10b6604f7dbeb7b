"""Notes for colleagues beside a dossier. They are no part of its record and change nothing in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.desk.models import InternalNote
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid

LONGEST = 4000


def write(session: Session, dossier_id: UUID, words: str, *, post_id: UUID, now: datetime) -> InternalNote:
    """Put a note beside the dossier, in the name of the post it was written from."""
    if not words.strip() or len(words) > LONGEST:
        raise Invalid("note.missing", fields={"words": "missing"})
    note = InternalNote(id=new_id(), dossier_id=dossier_id, post_id=post_id, words=words.strip(), written_at=now)
    session.add(note)
    session.flush()
    return note
