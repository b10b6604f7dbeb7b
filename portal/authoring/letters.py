"""The letters of a draft, filled with made-up answers, so that one sees what people would receive."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from portal.catalogue import charges, registers
from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.examples import valid_canonical_answers
from portal.catalogue.requirements import agency_for, documents_for, limit_for, results_for, subject_of
from portal.catalogue.steps import Result
from portal.catalogue.text import Text
from portal.clock.calendar import Calendar
from portal.clock.due import due
from portal.clock.zone import office_day
from portal.dossiers import results
from portal.dossiers.blanks import Blanks, Known, blanks_of
from portal.dossiers.gathering import LEADERS, LETTERHEADS
from portal.dossiers.writing import COLLECTION, FEE_LINES
from portal.letters import contents as say
from portal.letters import wording

KINDS: Final = ("receipt", "supplement", "refusal_of_intake", "decision", "refusal")
"""The letters that can be looked at."""
SOMEBODY: Final = say.Person(
    name="Công ty TNHH Ví Dụ",
    address="Số 1 đường Hùng Vương, tỉnh Lạng Sơn",
    phone="+84 205 000 0000",
    email="vidu@example.vn",
    identifier="0100000000",
)
REASON: Final = Text(
    vi="(Lý do do cán bộ ghi khi ra văn bản.)",
    en="(The reason the officer gives.)",
    zh="（由经办人员填写的理由。）",
)
ITEM: Final = Text(
    vi="(Nội dung cần bổ sung do cán bộ ghi.)", en="(What the officer asks for.)", zh="（由经办人员填写。）"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A dossier nobody filed: one case with answers that fill the whole form."""

    definition: Definition
    case: str
    answers: Answers
    now: datetime
    calendar: Calendar

    @classmethod
    def of(cls, definition: Definition, case: str, *, now: datetime, calendar: Calendar) -> "Example":
        """Make one up, accepted now."""
        day, places = office_day(now), registers.places()
        answers = valid_canonical_answers(definition, case, places=places, day=day, everything=True)
        return cls(definition=definition, case=case, answers=answers, now=now, calendar=calendar)

    def letter(self, kind: str) -> say.Letter:
        """Return what a letter of this kind would say."""
        match kind:
            case "receipt":
                return self._receipt()
            case "supplement":
                return self._supplement()
            case "refusal_of_intake":
                return self._refusal_of_intake()
        return self._decision(granted=kind == "decision")

    @property
    def _result(self) -> Result:
        return next(iter(results_for(self.definition, self.case, self.answers)), self.definition.results[0])

    @property
    def _subject(self) -> say.Subject:
        return say.Subject(
            code="H37.00-000000-0000",
            procedure=self.definition.name,
            procedure_code=self.definition.code,
            verification_url="https://example.vn/check/vi-du",
            title=subject_of(self.definition, self.answers) or "",
        )

    def _head(self, key: str, *, number: str = "") -> say.Letterhead:
        entry = registers.agencies().by_key.get(key)
        name = LETTERHEADS.get(key) or (entry.name if entry else Text(vi=key))
        superior = "" if key == "provincial_office" else "UBND tỉnh Lạng Sơn"
        return say.Letterhead(superior=superior, agency=name, place=entry.town if entry else "Lạng Sơn", number=number)

    def _documents(self) -> tuple[say.DocumentRow, ...]:
        needed = documents_for(self.definition, self.case, self.answers)
        return tuple(say.DocumentRow(name=one.name, electronic=1) for one in needed)

    def _officer(self, post: str) -> say.Signatory:
        return say.Signatory(name="Nguyễn Văn Ví Dụ", post=post, signed_at=self.now)

    def _receipt(self) -> say.Receipt:
        limit = limit_for(self.definition, self.case, self.answers).limit
        total = charges.total_vnd(charges.fees_for(self.definition, self.case, self.answers))
        return say.Receipt(
            head=self._head(self.definition.intake),
            subject=self._subject,
            filer=SOMEBODY,
            owner=SOMEBODY,
            documents=self._documents(),
            sets=self.definition.sets,
            limit=wording.limit(int(limit.amount), limit.unit.value),
            accepted_at=self.now,
            promised_at=due(received_at=self.now, limit=limit, calendar=self.calendar).due_at,
            collection=COLLECTION,
            officer=self._officer("Công chức tiếp nhận"),
            fee=wording.filled(FEE_LINES[total == 0], {"amount": f"{total:,}".replace(",", ".")}),
            provisional=True,
        )

    def _supplement(self) -> say.SupplementRequest:
        named = next(iter(documents_for(self.definition, self.case, self.answers)), None)
        what = named.name if named else ITEM
        return say.SupplementRequest(
            head=self._head(self._competent),
            subject=self._subject,
            filer=SOMEBODY,
            items=(say.SupplementItem(what=what, reason=ITEM),),
            before_intake=False,
            round=1,
            answer_by=office_day(self.now) + timedelta(days=self.definition.supplement.days),
            issued_at=self.now,
            signatory=self._officer("Trưởng phòng"),
            restart=self.definition.supplement.policy == "restart",
        )

    def _refusal_of_intake(self) -> say.IntakeRefusal:
        return say.IntakeRefusal(
            head=self._head(self.definition.intake),
            subject=self._subject,
            filer=SOMEBODY,
            filed_at=self.now,
            reasons=(REASON,),
            issued_at=self.now,
            signatory=self._officer("Công chức tiếp nhận"),
            remedies=self.definition.remedies,
        )

    def _decision(self, *, granted: bool) -> say.Decision:
        definition, result, key = self.definition, self._result, self._competent
        number = results.number_as_printed(result, 1, office_day(self.now).year, symbol="VD", granted=granted)
        head = self._head(key, number=number)
        refusal = next((one for one in definition.letters if one.kind == "refusal"), None)
        body = result.body if granted else (refusal.body if refusal else None)
        signatory = self._officer(LEADERS.get(key, "Giám đốc"))
        articles = [wording.filled(body, self._blanks(head, signatory.name)) if body else result.name]
        if granted and result.kind == "decision":
            articles.append(wording.filled(results.EFFECT, {"holder": SOMEBODY.name}))
        elif not granted:
            articles.append(REASON)
        return say.Decision(
            head=head,
            subject=self._subject,
            form=result.kind if granted else "notice",
            granted=granted,
            title=results.title_of(result, granted=granted),
            abstract=results.abstract_of(definition, result, granted=granted),
            issuer=f"{signatory.post} {head.agency.vi}",
            owner=SOMEBODY,
            grounds=results.grounds_of(definition),
            facts=results.facts_stated(definition, result, self.case, self.answers, registers.places())
            if granted
            else (),
            articles=tuple(articles),
            issued_at=self.now,
            signatory=signatory,
            recipients=(SOMEBODY.name, "Bộ phận Một cửa"),
            remedies=definition.remedies,
        )

    @property
    def _competent(self) -> str:
        return agency_for(self.definition, self.case, self.answers)

    def _blanks(self, head: say.Letterhead, officer: str) -> Blanks:
        known = Known(
            dossier_code=self._subject.code,
            case=self.case,
            party_name=SOMEBODY.name,
            filer_name=SOMEBODY.name,
            agency=head.agency,
            officer=officer,
            filed_at=self.now,
            accepted_at=self.now,
            signed_at=self.now,
            reason=REASON,
        )
        return blanks_of(self.definition, self.answers, known, places=registers.places())
