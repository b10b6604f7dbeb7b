"""The certificates behind seals and signatures: whose they are, how they stand, when to warn that one expires."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from portal.clock.zone import office_day
from portal.letters.models import SignerCertificate
from portal.letters.outside import certificate_in
from portal.letters.printing import PrintingOffice
from portal.letters.signature import CertificateFacts
from portal.letters.trouble import SignerTrouble, Trouble

DEMO = "demo"
OUTSIDE = "outside"
"""A leader's own token: its certificate is known from the last paper that came back signed."""


class State(StrEnum):
    """How a certificate stands."""

    IN_ORDER = "in_order"
    SOON = "soon"  # it expires within the first warning
    EXPIRED = "expired"
    MISSING = "missing"  # an agency nobody has named a seal for: its letters and decisions cannot be issued
    UNREACHABLE = "unreachable"
    FAULTY = "faulty"  # the device or service was reached, and something is wrong
    UNCHECKED = "unchecked"  # named since the last look
    RENEWS_ITSELF = "renews_itself"  # of a demonstration
    OWN_TOKEN = "own_token"  # noqa: S105 - a leader who has not signed yet with the token of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An agency with its seal, or a leader. `key` is the agency's in the register, or the address of the leader."""

    key: str
    names: Mapping[str, str]
    agency_id: UUID | None = None
    person_id: UUID | None = None
    post_ids: tuple[UUID, ...] = ()

    @property
    def is_agency(self) -> bool:
        return self.agency_id is not None

    @property
    def id(self) -> UUID:
        """Of the agency, or of the person."""
        found = self.agency_id or self.person_id
        assert found is not None  # noqa: S101 - one of the two is given
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What looking at an owner's key brought: the certificate, or why there is none to see."""

    owner: Owner
    signer: str
    facts: CertificateFacts | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How one owner's certificate stands. `days_left`: whole days of the office to its last one."""

    owner: Owner
    signer: str
    state: State
    holder: str = ""
    issuer: str = ""
    expires_at: datetime | None = None
    days_left: int | None = None
    trouble: Trouble | None = None
    checked_at: datetime | None = None


def look(owner: Owner, office: PrintingOffice, signature: bytes | None, *, now: datetime) -> Found | None:
    """Look at the owner's certificate where it is; it may take as long as a device or service takes to answer.

    `signature`: the last one that came back from a leader who signs outside. None where there is nothing to look at.
    """
    name = owner.names["vi"]
    signer = office.keyed_seal(owner.key, name, now=now) if owner.is_agency else None
    signer = signer if owner.is_agency else office.keyed_leader(owner.key, name, now=now)
    if signer is None:
        return _outside(owner, signature)
    kind = signer.key.signer
    try:
        return Found(owner=owner, signer=kind, facts=signer.looked_at(now=now))
    except SignerTrouble as refused:
        return Found(owner=owner, signer=kind, trouble=refused.trouble)


def line(
    owner: Owner, office: PrintingOffice, row: SignerCertificate | None, *, warned_from: int, now: datetime
) -> Line:
    """How the owner's certificate stands by what was found last; `warned_from` days before its end it is soon over."""
    entry = (office.keys.agencies if owner.is_agency else office.keys.leaders).get(owner.key)
    kind = entry.signer if entry is not None else OUTSIDE
    if row is None or row.signer != kind:
        return _unseen(owner, office, kind if entry is not None else "")
    days_left = None if row.expires_at is None else (office_day(row.expires_at) - office_day(now)).days
    return Line(
        owner=owner,
        signer=row.signer,
        state=_state(row, days_left, warned_from=warned_from, now=now),
        holder=row.holder or "",
        issuer=row.issuer or "",
        expires_at=row.expires_at,
        days_left=days_left,
        trouble=Trouble(row.trouble) if row.trouble in set(Trouble) else None,
        checked_at=row.checked_at,
    )


def due_warning(row: SignerCertificate, thresholds: Sequence[int], *, now: datetime) -> int | None:
    """The warning that is due about this certificate: so many days before its end, 0 when it has expired.

    None where none is, or where it was given already. Of several that have come due at once only the last is.
    """
    if row.expires_at is None:
        return None
    left = (office_day(row.expires_at) - office_day(now)).days
    reached = [0] if row.expires_at <= now else [days for days in thresholds if left <= days]
    if not reached or (row.warned_days is not None and row.warned_days <= min(reached)):
        return None
    return min(reached)


def _outside(owner: Owner, signature: bytes | None) -> Found | None:
    if owner.is_agency or signature is None:
        return None
    try:
        return Found(owner=owner, signer=OUTSIDE, facts=certificate_in(signature))
    except ValueError:
        return None


def _unseen(owner: Owner, office: PrintingOffice, entry: str) -> Line:
    """An owner nothing was found for yet."""
    if entry:
        return Line(owner=owner, signer=entry, state=State.UNCHECKED)
    if not office.is_demo:
        state = State.MISSING if owner.is_agency else State.OWN_TOKEN
        return Line(owner=owner, signer="" if owner.is_agency else OUTSIDE, state=state)
    stems = [f"agency-{owner.key}"] if owner.is_agency else [f"leader-{post_id}" for post_id in owner.post_ids]
    made = next((facts for stem in stems if (facts := office.authority.known(stem)) is not None), None)
    return Line(
        owner=owner,
        signer=DEMO,
        state=State.RENEWS_ITSELF,
        holder=made.holder if made else "",
        issuer=made.issuer if made else "",
        expires_at=made.expires_at if made else None,
    )


def _state(row: SignerCertificate, days_left: int | None, *, warned_from: int, now: datetime) -> State:
    if row.trouble == Trouble.CERTIFICATE_EXPIRED or (row.expires_at is not None and row.expires_at <= now):
        return State.EXPIRED
    if row.trouble is not None:
        return State.UNREACHABLE if row.trouble == Trouble.UNREACHABLE else State.FAULTY
    return State.SOON if days_left is not None and days_left <= warned_from else State.IN_ORDER
