"""What the letters of a dossier say: facts gathered from its rows, put into the forms of the letters room."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.accounts.models import Agency, Party, PartyKind, Person, Post
from portal.attachments import queries as files
from portal.catalogue import charges
from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.catalogue.requirements import results_for
from portal.catalogue.steps import Result
from portal.catalogue.text import Text
from portal.dossiers import deadlines, results
from portal.dossiers.blanks import Blanks, Known, blanks_of
from portal.dossiers.models import (
    Dossier,
    DossierAnswers,
    DossierEvent,
    EventText,
    SupplementRequest,
)
from portal.dossiers.projection import graph_of
from portal.dossiers.record import history
from portal.dossiers.terms import Terms
from portal.foundation.errors import NotFound
from portal.letters import contents as say
from portal.letters import wording
from portal.letters.models import Letter
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Outcome, Role
from portal.workflow.replay import replay

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

FEE_LINES = {
    True: Text(vi="Không thu phí, lệ phí", en="No fee", zh="不收费"),
    False: Text(vi="{amount} đồng", en="{amount} đồng", zh="{amount}越南盾"),
}
COLLECTION = Text(
    vi="Trực tuyến tại trang hồ sơ này; hoặc nhận tại Bộ phận Một cửa nơi đã tiếp nhận",
    en="Online on the page of this dossier, or at the one-stop office that took it in",
    zh="在本办件页面在线领取，或到受理窗口领取",
)


@dataclass(frozen=True)
class Writer:
    """Gathers what the letters of one dossier say. Reads only."""

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
        return _party(self.session.get_one(Party, self.dossier.party_id))

    @cached_property
    def filer(self) -> say.Person:
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

    def filing_receipt(self) -> say.FilingReceipt:
        return say.FilingReceipt(
            head=self.head(self.dossier.intake_agency_id),
            subject=self.subject,
            filer=self.filer,
            owner=self.owner,
            filed_at=self.dossier.filed_at,
            answer_by=self.dossier.acceptance_due_at,
            answer_within=wording.answer_time(Terms.from_json(self.dossier.terms).acceptance_minutes),
            documents=self.documents(),
        )

    def receipt(self, event: DossierEvent) -> say.Receipt:
        """Form 01."""
        dossier, terms = self.dossier, Terms.from_json(self.dossier.terms)
        if dossier.promised_due_at is None:
            raise NotFound("letter.not_accepted_yet")
        return say.Receipt(
            head=self.head(dossier.intake_agency_id),
            subject=self.subject,
            filer=self.filer,
            owner=self.owner,
            documents=self.documents(),
            sets=self.definition.sets,
            limit=wording.limit(int(terms.statutory.amount), terms.statutory.unit.value),
            accepted_at=event.at,
            promised_at=dossier.promised_due_at,
            collection=COLLECTION,
            officer=self.signatory(event, signed=True),
            fee=self._fee(),
            provisional=dossier.due_is_provisional,
        )

    def supplement(self, event: DossierEvent) -> say.SupplementRequest:
        """Form 02."""
        request = self.session.scalars(
            sa.select(SupplementRequest)
            .where(SupplementRequest.id == UUID(str(event.params["request"])))
            .options(selectinload(SupplementRequest.items))
        ).one()
        items = tuple(
            say.SupplementItem(what=self._named(item.kind, item.key), reason=Text(vi=item.what_is_wrong))
            for item in request.items
        )
        return say.SupplementRequest(
            head=self.head(self.dossier.intake_agency_id if request.before_intake else self.dossier.agency_id),
            subject=self.subject,
            filer=self.owner,
            items=items,
            before_intake=request.before_intake,
            round=request.supplement_round,
            answer_by=request.answer_due_on,
            issued_at=event.at,
            signatory=self.signatory(event, signed=True),
            restart=Terms.from_json(self.dossier.terms).policy.value == "restart" and not request.before_intake,
            legal_ground=request.legal_ground,
        )

    def refusal_of_intake(self, event: DossierEvent) -> say.IntakeRefusal:
        """Form 03."""
        texts = self.texts(event)
        return say.IntakeRefusal(
            head=self.head(self.dossier.intake_agency_id),
            subject=self.subject,
            filer=self.owner,
            filed_at=self.dossier.filed_at,
            reasons=(Text(vi=texts.get("reason", "")),),
            issued_at=event.at,
            signatory=self.signatory(event, signed=True),
            legal_ground=texts.get("legal_ground", ""),
            remedies=self.definition.remedies,
        )

    def apology(self, event: DossierEvent) -> say.Apology:
        """Form 04. The promise before it is what the clock says without the extension."""
        dossier, terms = self.dossier, Terms.from_json(self.dossier.terms)
        projected = replay(history(self.session, dossier.id), graph_of(dossier))
        if projected.accepted_at is None or dossier.promised_due_at is None:
            raise NotFound("letter.not_accepted_yet")
        unmoved = replace(projected, extended_to=None, extended_at=None)
        return say.Apology(
            head=self.head(dossier.agency_id),
            subject=self.subject,
            filer=self.owner,
            accepted_at=projected.accepted_at,
            promised_at=deadlines.promised_of(unmoved, terms, now=event.at).due_at,
            new_promised_at=dossier.promised_due_at,
            responsible=self.head(dossier.agency_id).agency,
            reason=Text(vi=self.texts(event).get("reason", "")),
            issued_at=event.at,
            signatory=self.signatory(event, signed=True),
        )

    def stop(self, event: DossierEvent) -> say.StopNotice:
        """Form 05."""
        ground = say.StopGround.WITHDRAWN
        if self.dossier.stop_reason is not None and self.dossier.stop_reason.value in set(say.StopGround):
            ground = say.StopGround(self.dossier.stop_reason.value)
        elif self.dossier.stop_reason is not None:
            ground = say.StopGround.ADMINISTRATIVE
        asked = self._request_to_withdraw() if ground is say.StopGround.WITHDRAWN else None
        return say.StopNotice(
            head=self.head(self.dossier.agency_id or self.dossier.intake_agency_id),
            subject=self.subject,
            filer=self.owner,
            filed_at=self.dossier.filed_at,
            ground=ground,
            reason=Text(
                vi=self.texts(event).get("reason", "") or (self.texts(asked).get("reason", "") if asked else "")
            ),
            requested_at=asked.at if asked else None,
            stopped_at=event.at,
            issued_at=event.at,
            signatory=self.signatory(event, signed=True),
            remedies=self.definition.remedies,
        )

    def decision(
        self,
        *,
        outcome: Outcome,
        agency_id: UUID,
        signatory: say.Signatory,
        issued_at: datetime,
        reason: str = "",
        number: str = "",
    ) -> say.Decision:
        """The result: what the procedure's file says for this outcome, its blanks filled from the dossier."""
        granted, result = outcome is Outcome.GRANTED, self.result
        letter = next((one for one in self.definition.letters if one.kind == "refusal"), None)
        body = result.body if granted else (letter.body if letter else None)
        head = self.head(agency_id, number=number)
        blanks = self._blanks(head, signatory, signed_at=signatory.signed_at or issued_at, reason=reason)
        articles = [wording.filled(body, blanks)] if body else [result.name]
        if reason and granted:
            articles.append(Text(vi=reason))
        if granted and result.kind == "decision":
            articles.append(wording.filled(results.EFFECT, {"holder": self.owner.name}))
        return say.Decision(
            head=head,
            subject=self.subject,
            form=result.kind if granted else "notice",
            granted=granted,
            title=results.title_of(result, granted=granted),
            abstract=results.abstract_of(self.definition, result, granted=granted),
            issuer=f"{signatory.principal or signatory.post} {head.agency.vi}",
            owner=self.owner,
            grounds=results.grounds_of(self.definition),
            facts=results.facts_stated(self.definition, result, self.dossier.case_key, self.answers, places())
            if granted
            else (),
            articles=tuple(articles),
            issued_at=issued_at,
            signatory=signatory,
            recipients=(self.owner.name, "Bộ phận Một cửa"),
            remedies=self.definition.remedies,
        )

    @cached_property
    def result(self) -> Result:
        """What this dossier leads to if it is granted."""
        return results_for(self.definition, self.dossier.case_key, self.answers)[0]

    def number_of(self, letter: Letter) -> str:
        """The decision's number as it is printed; empty before it was given out."""
        if letter.number is None or letter.year is None:
            return ""
        symbol = self.session.get_one(Agency, letter.agency_id).symbol
        granted = letter.outcome == Outcome.GRANTED
        return results.number_as_printed(self.result, letter.number, letter.year, symbol=symbol, granted=granted)

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

    def _named(self, kind: str, key: str) -> Text:
        """What an item of a supplement request is about, in the procedure's own words."""
        if kind == "document" and (document := self.definition.document(key)) is not None:
            return document.name
        if kind == "field" and (field := self.definition.field(key)) is not None:
            return field.label
        return Text(vi="Nội dung khác", en="Something else", zh="其他内容")

    def _fee(self) -> Text:
        fees = charges.fees_for(self.definition, self.dossier.case_key, self.answers)
        total = charges.total_vnd(fees)
        amount = f"{total:,}".replace(",", ".")
        return wording.filled(FEE_LINES[total == 0], {"amount": amount})

    def _blanks(self, head: say.Letterhead, signatory: say.Signatory, *, signed_at: datetime, reason: str) -> Blanks:
        known = Known(
            dossier_code=self.dossier.code,
            case=self.dossier.case_key,
            party_name=self.owner.name,
            filer_name=self.filer.name,
            agency=head.agency,
            officer=signatory.name,
            filed_at=self.dossier.filed_at,
            accepted_at=self.dossier.accepted_at or self.dossier.filed_at,
            signed_at=signed_at,
            reason=reason,
        )
        return blanks_of(self.definition, self.answers, known, places=places())


def _party(party: Party) -> say.Person:
    kind = say.IdentifierKind.TAX_CODE if party.kind is PartyKind.ORGANISATION else say.IdentifierKind.PERSONAL_ID
    return say.Person(
        name=party.name,
        address=party.address or "",
        phone=party.phone or "",
        email=party.email or "",
        identifier=party.tax_code or "",
        identifier_kind=kind,
    )
