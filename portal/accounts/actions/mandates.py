"""Mandates: a company or person lets an agent act for it, within limits, until it says stop."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import tax_codes
from portal.accounts.actions.audit import record
from portal.accounts.actions.parties import require_owner
from portal.accounts.models import Mandate, Party, PartyStatus
from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, Refused


def grant(
    session: Session,
    principal_id: UUID,
    *,
    agent_tax_code: str,
    fields: Sequence[str],
    procedures: Sequence[str],
    valid_from: date,
    valid_until: date,
    by: UUID,
    now: datetime,
) -> Mandate:
    """An owner of the principal offers a mandate; it is in force once the agent accepts.

    Empty `fields` and `procedures` mean everything. Days are office days, both inclusive.
    """
    require_owner(session, principal_id, by)
    wrong = mistakes(
        session, principal_id, agent_tax_code=agent_tax_code, valid_from=valid_from, valid_until=valid_until, now=now
    )
    agent = _agent(session, agent_tax_code)
    if wrong or agent is None:
        raise Invalid(fields=wrong)
    mandate = Mandate(
        id=new_id(),
        principal_id=principal_id,
        agent_id=agent.id,
        fields=sorted(set(fields)),
        procedures=sorted(set(procedures)),
        valid_from=valid_from,
        valid_until=valid_until,
        principal_accepted_at=now,
    )
    session.add(mandate)
    session.flush()
    _record(session, "accounts.grant_mandate", mandate, by=by, now=now)
    return mandate


def mistakes(
    session: Session,
    principal_id: UUID,
    *,
    agent_tax_code: str,
    valid_from: date | None,
    valid_until: date | None,
    now: datetime,
) -> dict[str, str]:
    """What `grant` would refuse, by field, all of it at once. A day that cannot be read is None and not judged."""
    wrong = {}
    agent = _agent(session, agent_tax_code)
    if tax_codes.canonical(agent_tax_code) is None:
        wrong["agent_tax_code"] = "accounts.tax_code_wrong"
    elif agent is None:
        wrong["agent_tax_code"] = "accounts.no_such_agent"
    elif agent.id == principal_id:
        wrong["agent_tax_code"] = "accounts.agent_is_self"
    if valid_until and valid_from and valid_until < valid_from:
        wrong["valid_until"] = "accounts.ends_before_it_begins"
    elif valid_until and valid_until < office_day(now):
        wrong["valid_until"] = "accounts.already_over"
    return wrong


def accept(session: Session, mandate_id: UUID, *, agent_id: UUID, by: UUID, now: datetime) -> Mandate:
    """An owner of the agent accepts; from now on its people may act for the principal."""
    mandate = _locked(session, mandate_id)
    if mandate.agent_id != agent_id:
        raise NotFound
    require_owner(session, agent_id, by)
    if mandate.revoked_at is not None:
        raise Refused("accounts.mandate_revoked")
    if mandate.valid_until < office_day(now):
        raise Refused("accounts.mandate_over")
    if mandate.agent_accepted_at is None:
        mandate.agent_accepted_at = now
        _record(session, "accounts.accept_mandate", mandate, by=by, now=now)
    return mandate


def revoke(session: Session, mandate_id: UUID, *, party_id: UUID, by: UUID, now: datetime) -> Mandate:
    """An owner of either side ends the mandate at once: the agent's next act is refused."""
    mandate = _locked(session, mandate_id)
    if party_id not in {mandate.principal_id, mandate.agent_id}:
        raise NotFound
    require_owner(session, party_id, by)
    if mandate.revoked_at is None:
        mandate.revoked_at = now
        _record(session, "accounts.revoke_mandate", mandate, by=by, now=now)
    return mandate


def _agent(session: Session, tax_code: str) -> Party | None:
    code = tax_codes.canonical(tax_code)
    approved = sa.select(Party).where(Party.tax_code == code, Party.status == PartyStatus.APPROVED)
    return session.scalar(approved) if code else None


def _locked(session: Session, mandate_id: UUID) -> Mandate:
    mandate = session.scalar(sa.select(Mandate).where(Mandate.id == mandate_id).with_for_update())
    if mandate is None:
        raise NotFound
    return mandate


def _record(session: Session, verb: str, mandate: Mandate, *, by: UUID, now: datetime) -> None:
    record(
        session,
        verb,
        f"mandate:{mandate.id}",
        by=by,
        now=now,
        after={
            "principal": str(mandate.principal_id),
            "agent": str(mandate.agent_id),
            "fields": mandate.fields,
            "procedures": mandate.procedures,
            "valid_from": mandate.valid_from.isoformat(),
            "valid_until": mandate.valid_until.isoformat(),
        },
    )
