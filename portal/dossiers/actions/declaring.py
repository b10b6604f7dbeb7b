"""Declaring by a digital signature: the content is printed, signed outside, and judged when it comes back.

The paper stands in the place of the tick on the page. It holds for the content it was made of and for no other, and
it must be signed with a certificate of the dossier's owner, or of the agent that files under a mandate.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, PartyKind
from portal.accounts.viewer import Viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments.actions import Shelf
from portal.attachments.models import Attachment
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.catalogue.requirements import subject_of
from portal.catalogue.text import Text
from portal.dossiers.actions import filing
from portal.dossiers.declaring import Content, Declared, changed, content_of, numbered, stated_files, stated_parts
from portal.dossiers.gathering import stated_party
from portal.dossiers.models import DeclarationPaper, Dossier, Draft
from portal.dossiers.narrative import DECLARATION
from portal.dossiers.record import new_salt
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, PortalError
from portal.foundation.formats import Language
from portal.letters import contents as say
from portal.letters import identifiers
from portal.letters.outside import LARGEST_BYTES, Returned, rightly_signed, with_room
from portal.letters.printing import PrintingOffice
from portal.letters.signature import CertificateFacts

FIELD = "Declaration"
KEPT_PAPERS = 20
"""Of one draft so many papers may be out; older ones are forgotten."""
SIGNED_NAME = "ban-cam-doan-{number}.pdf"


class ContentChanged(Invalid):
    """The signed paper was made of another content; `parts` are what has changed since."""

    default_code = "declaring.content_changed"

    def __init__(self, parts: Sequence[Text]) -> None:
        super().__init__()
        self.parts = tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper to be signed: its bytes and its number."""

    pdf: bytes
    number: str


def hand_out(
    session: Session, draft: Draft, *, viewer: Viewer, office: PrintingOffice, language: Language, now: datetime
) -> Paper:
    """Print the draft (locked by `drafts.editable`) to be signed. Raises as `filing.file`: it must be ready to file."""
    definition, content, attached = _ready(session, draft, viewer=viewer, now=now)
    number = numbered(content.fingerprint)
    letter = _letter(session, draft, definition, content, attached, viewer=viewer, office=office, now=now)
    pdf = with_room(office.print_only(letter, language=language), field=FIELD)
    salt = new_salt()
    session.add(
        DeclarationPaper(
            id=new_id(),
            draft_id=draft.id,
            made_by=viewer.person_id,
            made_at=now,
            content_fingerprint=content.fingerprint,
            digests=content.digests(salt),
            salt=salt,
            size_bytes=len(pdf),
            sha256=hashlib.sha256(pdf).hexdigest(),
        )
    )
    session.flush()
    _forget_old(session, draft)
    return Paper(pdf=pdf, number=number)


def file_signed(
    session: Session,
    draft: Draft,
    returned: bytes,
    *,
    viewer: Viewer,
    office: PrintingOffice,
    shelf: Shelf,
    language: Language,
    now: datetime,
) -> Dossier:
    """File the draft, declared by the signed paper. Filing again returns the same dossier.

    Raises `Invalid` with what is wrong with the paper, `ContentChanged` where the draft is not what was signed.
    """
    if draft.closed_at is not None:
        return filing.already_filed(session, draft)
    if not returned or len(returned) > LARGEST_BYTES:
        raise Invalid("declaring.too_large" if returned else "declaring.no_file")
    definition, content, _ = _ready(session, draft, viewer=viewer, now=now)
    judged = judged_paper(
        session,
        draft,
        returned,
        content=content,
        definition=definition,
        holders=_owner_and_agent(session, draft),
        office=office,
        now=now,
    )
    declared = _declared(judged, returned)
    dossier = filing.file(session, draft, viewer=viewer, language=language, now=now, declared=declared)
    attachments.keep_evidence(
        session,
        returned,
        filename=SIGNED_NAME.format(number=numbered(content.fingerprint)),
        document_key=DECLARATION,
        dossier_id=dossier.id,
        shelf=shelf,
        by=viewer.person_id,
        now=now,
    )
    forget(session, draft)
    return dossier


def judged_paper(
    session: Session,
    draft: Draft,
    returned: bytes,
    *,
    content: Content,
    definition: Definition,
    holders: Sequence[Party],
    office: PrintingOffice,
    now: datetime,
) -> Returned:
    """A paper of the draft that has come back: rightly signed, by one of the holders, for the content as it stands.

    Raises `Invalid` with what is wrong, `ContentChanged` where it was made of another content.
    """
    paper = _paper_of(session, draft, returned)
    judged = _judged(paper, returned, office, now=now)
    _require_holder(holders, judged.certificate)
    if paper.content_fingerprint != content.fingerprint:
        raise ContentChanged(changed(paper.digests, content.digests(paper.salt), definition))
    return judged


def certificate_words(judged: Returned) -> dict[str, str]:
    """Whose certificate it was, in words that can be erased."""
    certificate = judged.certificate
    return {
        "declared_by": certificate.holder,
        "certificate": certificate.serial,
        "certificate_number": certificate.tax_code or certificate.personal_id,
        "certificate_issuer": certificate.issuer,
    }


def forget(session: Session, draft: Draft) -> None:
    """The papers of the draft serve nobody any more."""
    session.execute(sa.delete(DeclarationPaper).where(DeclarationPaper.draft_id == draft.id))


def _ready(
    session: Session, draft: Draft, *, viewer: Viewer, now: datetime
) -> tuple[Definition, Content, Sequence[Attachment]]:
    if draft.walk_in_id is not None:  # whoever stands at the counter signs on paper
        raise NotFound("draft.not_found")
    filing.require_fileable(session, draft, viewer=viewer, now=now)
    definition, attached = definition_of(draft.procedure), files.of(session, draft_id=draft.id)
    answers = filing.checked(draft, definition, attached)
    return definition, content_of(draft, answers, attached), attached


def _letter(
    session: Session,
    draft: Draft,
    definition: Definition,
    content: Content,
    attached: Sequence[Attachment],
    *,
    viewer: Viewer,
    office: PrintingOffice,
    now: datetime,
) -> say.Declaration:
    intake = session.scalars(sa.select(Agency).where(Agency.key == definition.intake)).one()
    names = intake.names
    case = definition.case(draft.case_key) if len(definition.cases) > 1 else None
    return say.Declaration(
        head=say.Letterhead(agency=Text(vi=names["vi"], en=names["en"], zh=names["zh"]), place=intake.town),
        subject=say.Subject(
            code=numbered(content.fingerprint),
            procedure=definition.name,
            procedure_code=definition.code,
            verification_url=office.public_url,
            title=subject_of(definition, content.answers) or "",
        ),
        owner=stated_party(session.get_one(Party, draft.party_id)),
        filer=say.Person(name=viewer.name, email=viewer.email),
        case=case.name if case is not None else Text(vi=""),
        parts=stated_parts(definition, draft.case_key, content.answers, places()),
        files=stated_files(definition, attached),
        issued_at=now,
        content_fingerprint=content.fingerprint,
    )


def _paper_of(session: Session, draft: Draft, returned: bytes) -> DeclarationPaper:
    """The paper these bytes begin with. Raises `Invalid` where none was given out for this draft."""
    papers = session.scalars(
        sa.select(DeclarationPaper)
        .where(DeclarationPaper.draft_id == draft.id)
        .order_by(DeclarationPaper.made_at.desc(), DeclarationPaper.id.desc())
    )
    for paper in papers:
        if hashlib.sha256(returned[: paper.size_bytes]).hexdigest() == paper.sha256:
            return paper
    raise Invalid("declaring.other_paper" if returned.startswith(b"%PDF-") else "declaring.not_a_pdf")


def _judged(paper: DeclarationPaper, returned: bytes, office: PrintingOffice, *, now: datetime) -> Returned:
    """As a leader's paper is judged; what is wrong is said in the filer's words."""
    try:
        return rightly_signed(returned[: paper.size_bytes], returned, office.company_roots(now=now), now=now)
    except PortalError as wrong:
        raise Invalid(wrong.code.replace("signing.", "declaring.", 1)) from wrong


def _owner_and_agent(session: Session, draft: Draft) -> list[Party]:
    """Whose certificate may declare: the owner's, and that of the agent that files under its mandate."""
    wanted = [session.get_one(Party, draft.party_id)]
    if draft.agent_party_id is not None:
        wanted.append(session.get_one(Party, draft.agent_party_id))
    return wanted


def _require_holder(wanted: Sequence[Party], certificate: CertificateFacts) -> None:
    """The number in the certificate must be one of these parties'."""
    if not certificate.tax_code and not certificate.personal_id:
        raise Invalid("declaring.no_number", holder=certificate.holder)
    for party in wanted:
        held = {certificate.tax_code}
        if party.kind is PartyKind.INDIVIDUAL:  # an employee's own certificate is not the company's
            held.add(certificate.personal_id)
        if identifiers.digits(party.tax_code or "") in held - {""}:
            return
    raise Invalid(
        "declaring.other_number",
        holder=certificate.holder,
        number=certificate.tax_code or certificate.personal_id,
        wanted=", ".join(f"{party.name} ({party.tax_code or '–'})" for party in wanted),
    )


def _declared(judged: Returned, returned: bytes) -> Declared:
    return Declared(
        params={"declared": "signature", "declaration": hashlib.sha256(returned).hexdigest()},
        texts=certificate_words(judged),
    )


def _forget_old(session: Session, draft: Draft) -> None:
    kept = (
        sa.select(DeclarationPaper.id)
        .where(DeclarationPaper.draft_id == draft.id)
        .order_by(DeclarationPaper.made_at.desc(), DeclarationPaper.id.desc())
        .limit(KEPT_PAPERS)
    )
    session.execute(
        sa.delete(DeclarationPaper).where(DeclarationPaper.draft_id == draft.id, DeclarationPaper.id.not_in(kept))
    )
