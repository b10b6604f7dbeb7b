"""Letters of the accounts: asked for here, written and sent by the notices, which stand above this room."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.models import MailedLink
from portal.foundation.outbox import Job, enqueue


def send_link(session: Session, link: MailedLink, kind: str, **known: Any) -> None:
    """Mail the link; the letter says until when it is good. Only its identifier is written down."""
    params = {link.purpose.value: str(link.id), "at": link.expires_at.isoformat(), **known}
    if link.address:
        params["address"] = link.address
    _send(session, link.person_id, kind, params)


def tell(session: Session, person_id: UUID, kind: str, *, now: datetime, **known: Any) -> None:
    """Tell a person what has happened to their account. `address` sends it there instead of to their own."""
    _send(session, person_id, kind, {"at": now.isoformat(), **known})


def _send(session: Session, person_id: UUID, kind: str, params: dict[str, Any]) -> None:
    enqueue(session, Job.SEND_NOTICE, {"person_id": str(person_id), "kind": kind, "params": params})
