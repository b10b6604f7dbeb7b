"""Links by which somebody without an account pays a bill."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.actions import audit
from portal.foundation.errors import NotFound, Refused
from portal.payments.actions.settling import locked_bill, require_link
from portal.payments.kinds import BillState
from portal.payments.models import Bill, PaymentLink

LINK_LASTS: Final = timedelta(days=7)
SEAL_BYTES: Final = 20
MOST_LINKS: Final = 5
"""Of one bill at the same time."""


def make(session: Session, bill_id: UUID, *, person_id: UUID, now: datetime) -> PaymentLink:
    """A new link to this bill, for a week, or as long as the bill may be paid."""
    bill = locked_bill(session, bill_id)
    if bill.state is not BillState.OWED or (bill.pay_by is not None and bill.pay_by <= now):
        raise Refused("payment.not_owed")
    alive = session.scalar(
        sa.select(sa.func.count())
        .select_from(PaymentLink)
        .where(PaymentLink.bill_id == bill.id, PaymentLink.revoked_at.is_(None), PaymentLink.expires_at > now)
    )
    if (alive or 0) >= MOST_LINKS:
        raise Refused("payment.too_many_links")
    expires_at = now + LINK_LASTS if bill.pay_by is None else min(now + LINK_LASTS, bill.pay_by)
    link = PaymentLink(bill_id=bill.id, created_by=person_id, created_at=now, expires_at=expires_at)
    session.add(link)
    session.flush()
    audit.record(
        session, "payments.make_link", f"payment_link:{link.id}", by=person_id, now=now,
        after={"dossier": bill.dossier_code},
    )  # fmt: skip
    return link


def revoke(session: Session, dossier_id: UUID, link_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """The link opens nothing any more."""
    link = session.scalars(
        sa.select(PaymentLink)
        .join(Bill, Bill.id == PaymentLink.bill_id)
        .where(PaymentLink.id == link_id, Bill.dossier_id == dossier_id)
        .with_for_update(of=PaymentLink)
    ).one_or_none()
    if link is None:
        raise NotFound("payment.link_unknown")
    if link.revoked_at is None:
        link.revoked_at = now
        audit.record(session, "payments.revoke_link", f"payment_link:{link.id}", by=person_id, now=now)
    session.flush()


def word_of(link_id: UUID, secret_key: str) -> str:
    """The unguessable word of the address: the id and its seal, so that the database alone opens no link."""
    return base64.urlsafe_b64encode(link_id.bytes + _seal(link_id, secret_key)).decode().rstrip("=")


def opened(session: Session, word: str, secret_key: str, *, now: datetime) -> PaymentLink:
    """The link of this word with its bill. Raises `NotFound` for anything else, in the same words."""
    link_id = _id_in(word, secret_key)
    found = (
        link_id
        and session.scalars(
            sa.select(PaymentLink)
            .where(PaymentLink.id == link_id)
            .options(joinedload(PaymentLink.bill, innerjoin=True))
        ).one_or_none()
    )
    return require_link(found or None, now)


def _id_in(word: str, secret_key: str) -> UUID | None:
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 16 + SEAL_BYTES:
        return None
    link_id = UUID(bytes=raw[:16])
    return link_id if hmac.compare_digest(raw[16:], _seal(link_id, secret_key)) else None


def _seal(link_id: UUID, secret_key: str) -> bytes:
    return hmac.new(secret_key.encode(), b"payment link " + link_id.bytes, hashlib.sha256).digest()[:SEAL_BYTES]
