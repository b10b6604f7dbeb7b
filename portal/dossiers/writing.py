"""What the letters of a dossier say: its gathered facts, put into the forms of the letters room."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from portal.accounts.models import Agency
from portal.catalogue import charges
from portal.catalogue.registers import places
from portal.catalogue.text import Text
from portal.dossiers import deadlines, narrative, results
from portal.dossiers.blanks import Blanks, Known, blanks_of
from portal.dossiers.gathering import Gathered
from portal.dossiers.models import (
    DossierEvent,
    SupplementRequest,
)
from portal.dossiers.record import as_event, history
from portal.dossiers.replaying import dates_at, replayed
from portal.dossiers.terms import Terms
from portal.foundation.errors import NotFound
from portal.letters import contents as say
from portal.letters import wording
from portal.letters.models import Letter
from portal.workflow.lifecycle import Outcome

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
class Writer(Gathered):
    """Puts the facts of one dossier into the forms of the letters room."""

    def filing_receipt(self, event: DossierEvent) -> say.FilingReceipt:
        return say.FilingReceipt(
            head=self.head(self.dossier.intake_agency_id),
            subject=self.subject,
            filer=self.filer,
            owner=self.owner,
            filed_at=self.dossier.filed_at,
            answer_by=self._known_at(event).acceptance_due_at,
            answer_within=wording.answer_time(Terms.from_json(self.dossier.terms).acceptance_minutes),
            documents=self.documents(),
            declared=self._declared(),
        )

    def _declared(self) -> Text | None:
        """By whose digital signature the dossier was declared, as its first event tells; None where by none."""
        first = self.session.get_one(DossierEvent, (self.dossier.id, 1))
        event = as_event(first)
        texts = {(first.version, key): words for key, words in self.texts(first).items()}
        vi, en, zh = (narrative.declared(event, texts, language) for language in ("vi", "en", "zh"))
        return Text(vi=vi, en=en, zh=zh) if vi else None

    def receipt(self, event: DossierEvent) -> say.Receipt:
        """Form 01."""
        dossier, terms = self.dossier, Terms.from_json(self.dossier.terms)
        dates = self._known_at(event)
        if dates.promised_due_at is None:
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
            promised_at=dates.promised_due_at,
            collection=COLLECTION,
            officer=self.signatory(event, signed=True),
            fee=self._fee(),
            provisional=dates.is_provisional,
        )

    def _known_at(self, event: DossierEvent) -> deadlines.Dates:
        """The dates as its signer knew them; a letter may be printed later, after pauses nobody could foresee."""
        return dates_at(self.dossier, history(self.session, self.dossier.id), event.version)

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
        known = [one for one in history(self.session, dossier.id) if one.version <= event.version]
        projected = replayed(dossier, known)
        if projected.accepted_at is None:
            raise NotFound("letter.not_accepted_yet")
        unmoved = replace(projected, extended_to=None, extended_at=None)
        return say.Apology(
            head=self.head(dossier.agency_id),
            subject=self.subject,
            filer=self.owner,
            accepted_at=projected.accepted_at,
            promised_at=deadlines.promised_of(unmoved, terms, now=event.at).due_at,
            new_promised_at=deadlines.promised_of(projected, terms, now=event.at).due_at,
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

    def number_of(self, letter: Letter) -> str:
        """The decision's number as it is printed; empty before it was given out."""
        if letter.number is None or letter.year is None:
            return ""
        symbol = self.session.get_one(Agency, letter.agency_id).symbol
        granted = letter.outcome == Outcome.GRANTED
        return results.number_as_printed(self.result, letter.number, letter.year, symbol=symbol, granted=granted)

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
