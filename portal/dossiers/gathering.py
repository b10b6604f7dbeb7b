"""What the letters of a dossier are made of: its facts, gathered from its rows. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, PartyKind, Person, Post
from portal.attachments import queries as files
from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.catalogue.requirements import results_for
from portal.catalogue.steps import Result
from portal.catalogue.text import Text
from portal.dossiers.models import (
    Dossier,
    DossierAnswers,
    DossierEvent,
    EventText,
    WalkIn,
)
from portal.dossiers.profile import whole_address
from portal.dossiers.walk_ins import as_filer
from portal.foundation.errors import NotFound
from portal.letters import contents as say
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role

POSTS = {
    Role.ONE_STOP: "Công chức tiếp nhận",
    Role.SPECIALIST: "Chuyên viên",
    Role.HEAD: "Trưởng phòng",
    Role.LEADER: "Giám đốc",
    Role.CLERK: "Văn thư",
    Role.CASHIER: "Thủ quỹ",
    Role.CONSULTANT: "Chuyên viên phối hợp",
    Role.DISPATCHER: "Điều phối viên",
}
"""How a post is named under a signature; the law prints letters in Vietnamese."""

LEADERS = {"provincial_office": "Chủ tịch", "border_gate_zone": "Trưởng ban"}
"""By agency: whose leader is not called a director."""

LETTERHEADS = {
    "provincial_office": Text(
        vi="Ủy ban nhân dân tỉnh Lạng Sơn", en="People's Committee of Lạng Sơn Province", zh="谅山省人民委员会"
    )
}
"""By agency: in whose name it writes, where that is not its own."""


@dataclass(frozen=True)
class Gathered:
    """The facts of one dossier, each read when a letter first asks for it."""

    session: Session
    dossier: Dossier
    verification_url: str = ""

    @cached_property
    def definition(self) -> Definition:
        return definition_of(self.dossier.procedure)

    @cached_property
    def answers(self) -> Answers:
        found = self.session.scalars(
            sa.select(DossierAnswers)
            .where(DossierAnswers.dossier_id == self.dossier.id)
            .order_by(DossierAnswers.supplement_round.desc())
            .limit(1)
        ).one_or_none()
        if found is None:
            raise NotFound("dossier.answers_erased")
        answers: Answers = found.answers
        return answers

    @cached_property
    def subject(self) -> say.Subject:
        return say.Subject(
            code=self.dossier.code,
            procedure=self.definition.name,
            procedure_code=self.definition.code,
            verification_url=self.verification_url,
            title=self.dossier.subject,
        )

    @cached_property
    def owner(self) -> say.Person:
        """Whose matter it is: letters are addressed to them, not to the employee or agent who filed."""
        return stated_party(self.session.get_one(Party, self.dossier.party_id))

    @cached_property
    def filer(self) -> say.Person:
        if self.dossier.walk_in_id is not None:
            return as_filer(self.session.get_one(WalkIn, self.dossier.walk_in_id))
        who = self.session.get_one(Person, self.dossier.filer_id)
        return say.Person(name=who.name, phone=who.phone or "", email=who.email)

    def head(self, agency_id: UUID | None, *, number: str = "") -> say.Letterhead:
        agency = self.session.get_one(Agency, agency_id)
        return say.Letterhead(
            superior="" if agency.key == "provincial_office" else "UBND tỉnh Lạng Sơn",
            agency=LETTERHEADS.get(agency.key) or Text(**{code: agency.names[code] for code in ("vi", "en", "zh")}),
            place=agency.town,
            number=number,
        )

    def documents(self) -> tuple[say.DocumentRow, ...]:
        """The table of documents: pieces of each nature, as the filer declared them."""
        found = files.of(self.session, dossier_id=self.dossier.id)
        rows = []
        for document in self.definition.documents:
            kinds = [one.copy_kind.value for one in found if one.document_key == document.code]
            if kinds:
                rows.append(
                    say.DocumentRow(
                        name=document.name,
                        originals=kinds.count("original"),
                        certified_copies=kinds.count("certified"),
                        plain_copies=kinds.count("copy"),
                        electronic=kinds.count("electronic"),
                    )
                )
        return tuple(rows)

    @cached_property
    def result(self) -> Result:
        """What this dossier leads to if it is granted."""
        return results_for(self.definition, self.dossier.case_key, self.answers)[0]

    def signatory(self, event: DossierEvent, *, signed: bool = False) -> say.Signatory:
        """Who acted in this event, as printed under the letter."""
        kind, _, identifier = (event.actor or "").partition(":")
        if kind != "post":
            return say.Signatory(name="", post="")
        absent, manner = event.params.get("in_place_of"), event.params.get("manner")
        return self.holder(
            UUID(identifier),
            signed_at=event.at if signed else None,
            in_place_of=UUID(absent) if absent else None,
            manner=manner,
        )

    def holder(
        self,
        post_id: UUID,
        *,
        signed_at: datetime | None = None,
        in_place_of: UUID | None = None,
        manner: str | None = None,
    ) -> say.Signatory:
        """The holder of a post, as printed under a letter; where they stand in, for whom and in what manner."""
        name, post, role = self._post(post_id)
        if in_place_of is None:
            return say.Signatory(name=name, post=post, signed_at=signed_at)
        _, principal, principal_role = self._post(in_place_of)
        if role is principal_role:  # the leader's deputy holds a leader's post too, and is not called the leader
            post = f"Phó {principal[0].lower()}{principal[1:]}"
        capacity = say.Capacity(manner or say.Capacity.DELEGATION)
        return say.Signatory(name=name, post=post, capacity=capacity, principal=principal, signed_at=signed_at)

    def _post(self, post_id: UUID) -> tuple[str, str, Role]:
        """The holder's name, what the post is called, and its role."""
        name, role, agency = self.session.execute(
            sa.select(Person.name, Post.role, Agency.key)
            .join(Post, Post.person_id == Person.id)
            .join(Agency, Agency.id == Post.agency_id)
            .where(Post.id == post_id)
        ).one()
        post = POSTS.get(role, role.value)
        if role is Role.LEADER:
            post = LEADERS.get(agency, post)
        return name, post, role

    def texts(self, event: DossierEvent) -> Mapping[str, str]:
        """The words that belong to an event; empty where they have been erased."""
        rows = self.session.execute(
            sa.select(EventText.key, EventText.text).where(
                EventText.dossier_id == event.dossier_id, EventText.event_version == event.version
            )
        )
        return dict(rows.all())

    def _request_to_withdraw(self) -> DossierEvent | None:
        found: DossierEvent | None = self.session.scalars(
            sa.select(DossierEvent)
            .where(DossierEvent.dossier_id == self.dossier.id, DossierEvent.kind == EventKind.WITHDRAWAL_REQUESTED)
            .order_by(DossierEvent.version.desc())
            .limit(1)
        ).one_or_none()
        return found


def stated_party(party: Party) -> say.Person:
    """A party as it is printed."""
    kind = say.IdentifierKind.TAX_CODE if party.kind is PartyKind.ORGANISATION else say.IdentifierKind.PERSONAL_ID
    return say.Person(
        name=party.name,
        address=whole_address(party.address or "", places()),
        phone=party.phone or "",
        email=party.email or "",
        identifier=party.tax_code or "",
        identifier_kind=kind,
    )
