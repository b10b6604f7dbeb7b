"""The co-signature some companies ask for before anything is filed for them: whether it is there, and for what content.

A co-signature is given by an owner of the company the dossier is for, never by its agent, and counts for the content
that was signed and no other: going back to that content makes it count again, as with a signed declaration.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Membership, Person
from portal.accounts.viewer import Viewer
from portal.attachments.models import Attachment
from portal.catalogue.answers import read
from portal.catalogue.definition import Definition
from portal.catalogue.registers import places
from portal.catalogue.text import Text
from portal.dossiers.declaring import Content, Declared, changed, content_of
from portal.dossiers.models import Cosignature, Draft
from portal.dossiers.policy import drafts_of
from portal.foundation.errors import Invalid
from portal.workflow.lifecycle import CompanyRole

MOST_WAITING = 20


class Standing(enum.StrEnum):
    """How a draft stands with its co-signature."""

    TO_ASK = "to_ask"
    ASKED = "asked"
    DECLINED = "declined"
    CHANGED = "changed"  # it was signed, and something has been changed since
    GONE = "gone"  # whoever was asked, or has signed, is no owner of the company any more
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigning:
    """The open request, if there is one, and what follows from it. `changed` are the parts changed since."""

    standing: Standing
    row: Cosignature | None = None
    name: str = ""
    changed: tuple[Text, ...] = ()

    @property
    def is_signed(self) -> bool:
        """Whether the draft could be filed as far as this goes."""
        return self.standing is Standing.SIGNED

    @property
    def waits(self) -> bool:
        """Whether somebody has been asked and has not answered."""
        return self.standing is Standing.ASKED


class NotCosigned(Invalid):
    """The draft cannot be filed before a second person has co-signed it; `parts` are what has changed since."""

    default_code = "cosigning.missing"

    def __init__(self, code: str, parts: Sequence[Text] = (), *, name: str = "") -> None:
        super().__init__(code, name=name)
        self.parts = tuple(parts)


def needed(draft: Draft) -> bool:
    """Whether the company wants a second person's signature. At a counter the officer sees who stands there."""
    return draft.party.needs_cosignature and draft.walk_in_id is None


def content_now(draft: Draft, definition: Definition, attached: Sequence[Attachment]) -> Content:
    """The content of the draft as it stands, complete or not."""
    return content_of(draft, read(definition, draft.case_key, draft.answers, places=places()).answers, attached)


def standing_of(session: Session, draft: Draft, definition: Definition, content: Content) -> Cosigning:
    """How the draft stands with this content."""
    found = session.execute(
        sa.select(Cosignature, Person.name, sa.and_(Person.disabled_at.is_(None), _owns(draft)))
        .join(Person, Person.id == Cosignature.asked_of)
        .where(Cosignature.draft_id == draft.id, Cosignature.ended_at.is_(None))
    ).one_or_none()
    if found is None:
        return Cosigning(standing=Standing.TO_ASK)
    row, name, owns = found
    differing = tuple(changed(row.digests, content.digests(row.salt), definition))
    if row.declined_at is not None:
        standing = Standing.DECLINED
    elif not owns:
        standing = Standing.GONE
    elif row.signed_at is None:
        standing = Standing.ASKED
    else:
        standing = Standing.SIGNED if row.content_fingerprint == content.fingerprint else Standing.CHANGED
    return Cosigning(standing=standing, row=row, name=name, changed=differing)


def require(
    session: Session, draft: Draft, definition: Definition, content: Content, *, viewer: Viewer, declared: Declared
) -> Declared:
    """What the filing tells of its co-signature; nothing where none is asked for.

    Raises `NotCosigned` where it is missing, where it is of another content, where the same person would stand on both
    sides, or where one certificate would sign for two.
    """
    if not needed(draft):
        return Declared(params={}, texts={})
    found = standing_of(session, draft, definition, content)
    row = found.row
    if row is None or not found.is_signed:
        raise NotCosigned(f"cosigning.{_MISSING[found.standing]}", found.changed, name=found.name)
    if row.asked_of == viewer.person_id:
        raise NotCosigned("cosigning.same_person")
    own = row.certificate or {}
    if own and own.get("certificate") == declared.texts.get("certificate"):
        raise NotCosigned("cosigning.same_certificate")
    params = {"cosigned": "signature" if own else "step_up", "cosigner": f"person:{row.asked_of}"}
    params |= {"cosigned_at": row.signed_at.isoformat()} if row.signed_at else {}
    params |= {"cosignature": row.paper_sha256} if row.paper_sha256 else {}
    words = {f"cosigning_{name}": text for name, text in own.items()}
    return Declared(params=params, texts={"filed_by": viewer.name, "cosigned_by": found.name, **words})


_MISSING = {
    Standing.TO_ASK: "missing",
    Standing.ASKED: "waits",
    Standing.DECLINED: "declined",
    Standing.CHANGED: "content_changed",
    Standing.GONE: "signer_gone",
}


def signers(session: Session, draft: Draft, *, but: UUID) -> list[tuple[UUID, str]]:
    """Who may be asked: the owners of the company the dossier is for, without whoever asks."""
    rows = session.execute(
        sa.select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.party_id == draft.party_id,
            Membership.role == CompanyRole.OWNER,
            Membership.ended_at.is_(None),
            Person.disabled_at.is_(None),
            Person.email_verified_at.is_not(None),
            Person.id != but,
        )
        .order_by(Person.name, Person.id)
    )
    return [(person_id, name) for person_id, name in rows]


def name_of(session: Session, person_id: UUID) -> str:
    """The person's name."""
    return session.scalar(sa.select(Person.name).where(Person.id == person_id)) or ""


def waiting_for(session: Session, viewer: Viewer) -> Sequence[tuple[Draft, str]]:
    """The drafts the viewer has been asked to co-sign and has not answered about, with who asked, the oldest first."""
    rows = session.execute(
        sa.select(Draft, Person.name)
        .join(Cosignature, Cosignature.draft_id == Draft.id)
        .join(Person, Person.id == Cosignature.asked_by)
        .where(
            Cosignature.asked_of == viewer.person_id,
            Cosignature.ended_at.is_(None),
            Cosignature.signed_at.is_(None),
            Cosignature.declined_at.is_(None),
            Draft.closed_at.is_(None),
            drafts_of(viewer),
        )
        .options(joinedload(Draft.procedure, innerjoin=True), joinedload(Draft.party, innerjoin=True))
        .order_by(Cosignature.asked_at, Cosignature.id)
        .limit(MOST_WAITING)
    )
    return [(draft, name) for draft, name in rows]


def signed_before(session: Session, draft: Draft, person_id: UUID) -> Cosignature | None:
    """The last signature the person gave for this draft that a later request has put aside."""
    return session.scalars(
        sa.select(Cosignature)
        .where(
            Cosignature.draft_id == draft.id,
            Cosignature.asked_of == person_id,
            Cosignature.ended_at.is_not(None),
            Cosignature.signed_at.is_not(None),
        )
        .order_by(Cosignature.asked_at.desc(), Cosignature.id.desc())
        .limit(1)
    ).one_or_none()


def _owns(draft: Draft) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Membership.person_id == Cosignature.asked_of,
        Membership.party_id == draft.party_id,
        Membership.role == CompanyRole.OWNER,
        Membership.ended_at.is_(None),
    )
