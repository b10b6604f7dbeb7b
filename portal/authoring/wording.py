"""The editor's own words: parts, kinds of answers, acts, hints, refusals."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PARTS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "basics": _("General"),
        "cases": _("Cases"),
        "questions": _("Questions before filing"),
        "forms": _("Prescribed forms"),
        "sections": _("Form"),
        "documents": _("Documents"),
        "fees": _("Fees"),
        "limits": _("Time limit"),
        "promised_limits": _("Promised time limit"),
        "supplement": _("Time to complete"),
        "competence": _("Competent agency"),
        "steps": _("Steps"),
        "results": _("Results"),
        "letters": _("Letters"),
        "legal_basis": _("Legal basis"),
    }
)
"""The pages of the editor."""

ABOUT: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "basics": _("What the procedure is called, whom it is for, where and how one files."),
        "cases": _(
            "Situations with papers, time or fee of their own. The filer chooses one before the form. One "
            "case is enough."
        ),
        "questions": _("Asked before the form, without an account, so that nobody files in vain."),
        "forms": _(
            "The forms the law prescribes for the application. The questions of the next part stand in their place; "
            "here only their names and numbers."
        ),
        "sections": _("The pages of the form and the questions on each."),
        "documents": _("What has to be handed in."),
        "fees": _("What it costs. Leave empty if it is free of charge."),
        "limits": _(
            "How long the authority has by law. The first one whose condition holds applies; the last one "
            "should have no condition."
        ),
        "promised_limits": _(
            "A shorter time the authority promises on the receipt. Leave empty if it promises what the law says."
        ),
        "supplement": _("How long the filer has to complete a dossier that lacks something."),
        "competence": _("Who decides. The first one whose condition holds; the last one should have no condition."),
        "steps": _("The way of the dossier through the offices: who does what, after what, in how much time."),
        "results": _("What the filer receives in the end."),
        "letters": _(
            "Words of this procedure for the letters of the law. Letters without words of their own use the "
            "standard text."
        ),
        "legal_basis": _("The acts the procedure rests on."),
    }
)
"""One sentence above each page."""

ADD: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "cases": _("Add a case"),
        "questions": _("Add a question"),
        "forms": _("Add a prescribed form"),
        "sections": _("Add a page of the form"),
        "fields": _("Add a question"),
        "documents": _("Add a document"),
        "fees": _("Add a fee"),
        "limits": _("Add a time limit"),
        "promised_limits": _("Add a time limit"),
        "competence": _("Add an office"),
        "steps": _("Add a step"),
        "results": _("Add a result"),
        "letters": _("Add a letter"),
        "legal_basis": _("Add an act"),
        "options": _("Add an answer"),
        "brackets": _("Add a rate"),
        "keywords": _("Add search words"),
    }
)

ONE: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "cases": _("Case"),
        "questions": _("Question before filing"),
        "forms": _("Prescribed form"),
        "sections": _("Page of the form"),
        "fields": _("Question"),
        "documents": _("Document"),
        "fees": _("Fee"),
        "limits": _("Time limit"),
        "promised_limits": _("Promised time limit"),
        "competence": _("Competent agency"),
        "steps": _("Step"),
        "results": _("Result"),
        "letters": _("Letter"),
        "legal_basis": _("Legal basis"),
    }
)

LABELS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "Definition.code": _("Code of the procedure"),
        "Definition.name": _("Name of the procedure"),
        "Definition.code_verified": _("The code is confirmed by the agency"),
        "Definition.source": _("Where code and name were read"),
        "Definition.level": _("Announced level"),
        "PublishedLevel.value": _("Level"),
        "Definition.decision": _("Announcement decision"),
        "Announcement.act": _("Number of the decision"),
        "LegalBasis.act": _("Number of the act"),
        "Text.vi": _("Vietnamese"),
        "verified": _("Confirmed by an official"),
        "source": _("Where this was read (act, article)"),
        "code": _("Short code"),
        "required": _("It has to be answered"),
        "Document.required": _("It has to be handed in"),
        "Step.question": _("What the consulted office is asked"),
        "Step.agency": _("Office"),
        "Step.needs": _("How many of the steps before it are enough"),
        "StepLimit.amount": _("Working time"),
        "LimitRule.amount": _("Time"),
        "LimitRule.basis": _("Act and article that give this time"),
        "Supplement.days": _("Days"),
        "Step.limit": _("Time for this step"),
        "Step.limit_by_case": _("Another time in some cases"),
        "Result.number": _("How the number is written"),
        "OfficialForm.number": _("Number of the form and its act"),
        "Letter.body": _("Text of the letter"),
        "Result.body": _("Text of the result"),
        "Question.ask": _("What is asked"),
        "Question.stop": _("What the filer is then told"),
        "when": _("When does it apply?"),
        "Question.stop_when": _("When would a dossier be in vain?"),
    }
)
"""Names of settings where the editor says more than `catalogue.setting_words`: by model and name, or by name."""

HINTS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "Definition.code": _("The national code, as 1.004191, or a local one, as LS-ABC."),
        "Definition.summary": _("Two or three sentences: what one gets, from whom, for what."),
        "Definition.remedies": _("Where one may complain, and until when."),
        "Definition.location": _(
            "The question that says where the matter lies; longer limits of remote communes follow from it."
        ),
        "Definition.title_field": _("The answer that names the dossier in lists."),
        "Definition.effective_from": _("Can still be changed when you publish."),
        "Definition.keywords": _("Words people search with."),
        "Step.after": _("Steps after the same one run side by side; a step after several waits for all of them."),
        "Step.phase": _("1, unless it comes after a payment in between."),
        "StepLimit.amount": _("For example 0,5; a day has eight working hours."),
        "LimitRule.amount": _("A whole number; 0 working days means the same day."),
        "LimitRule.basis": _("Everybody reads it beside a due date, for example: Nghị định 07/2016/NĐ-CP, Điều 11."),
        "LimitRule.same_day_cutoff": _(
            "For a limit of the same day, usually 15:00: what is accepted later counts from the next working day."
        ),
        "Result.number": _("{number} stands for the number given out, {year} for the year, as in {number}/GPXD."),
        "OfficialForm.number": _("As the act calls it, for example: Mẫu số 15, Nghị định 151/2025/NĐ-CP."),
        "Document.template": _("The prescribed form of this paper, if there is one, for example: Mẫu số 15d."),
        "RateFee.rate": _("As a share: 0,005 is half a percent."),
        "Bracket.up_to": _("Empty in the last row."),
        "code": _("Made from the name if you leave it empty. Conditions and files call it so."),
        "Letter.body": _(
            "Names in braces are filled in: {dossier_code}, {procedure_name}, {party_name}, "
            "{agency}, {reason}, {answers.…} with the code of a question."
        ),
        "Result.body": _(
            "Names in braces are filled in: {dossier_code}, {procedure_name}, {party_name}, "
            "{agency}, {number}, {answers.…} with the code of a question."
        ),
        "verified": _("Tick it only when an official of the competent office has confirmed it."),
    }
)

VALUES: Final[Mapping[str, Mapping[str, LazyString]]] = MappingProxyType(
    {
        "type": {
            "text": _("Words"),
            "number": _("Number"),
            "money": _("Sum of money"),
            "date": _("Day"),
            "choice": _("One of several answers"),
            "many": _("Several of several answers"),
            "yes_no": _("Yes or no"),
            "address": _("Address"),
            "hs_code": _("Commodity code (HS)"),
            "tax_code": _("Tax or enterprise code"),
            "person_id": _("Identity card or passport"),
            "phone": _("Telephone number"),
            "email": _("E-mail address"),
            "point": _("Point on the map"),
            "outline": _("Outline on the map"),
            "rows": _("List of entries (goods, plots, investors)"),
        },
        "act": {
            "intake": _("takes the dossier in"),
            "assign": _("assigns it to somebody"),
            "appraise": _("examines it"),
            "opinion": _("gives an opinion"),
            "approve": _("checks and passes it on"),
            "pay": _("waits for a payment"),
            "sign": _("signs the result"),
            "number": _("gives the number"),
            "issue": _("issues the result"),
            "deliver": _("hands the result over"),
        },
        "unit": {
            "working_hour": _("working hours"),
            "working_day": _("working days"),
            "calendar_day": _("calendar days"),
            "month": _("months"),
            "hour": _("working hours"),
            "day": _("working days"),
        },
        "fee": {
            "fixed": _("One amount"),
            "bracket": _("By size, in brackets"),
            "rate": _("A share of a value"),
            "exempt": _("Exemption"),
        },
        "value": {"partial": _("Partly online"), "full": _("Full-process online")},
        "shapes": {"polygon": _("an area"), "line": _("a line")},
        "prefill": {
            "party.kind": _("company or person"),
            "company.name": _("name of the company"),
            "company.tax_code": _("tax code of the company"),
            "company.address": _("address of the company"),
            "company.phone": _("telephone of the company"),
            "company.email": _("e-mail of the company"),
            "company.representative": _("representative of the company"),
            "company.legal_form": _("legal form of the company"),
            "person.name": _("name of the person"),
            "person.id": _("identity number of the person"),
            "person.phone": _("telephone of the person"),
            "person.email": _("e-mail of the person"),
            "person.address": _("address of the person"),
        },
        "party.kind": {},
    }
)
"""What a setting may be, where `catalogue.setting_words` does not say it."""

ADDRESS_PARTS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "province": _("province"),
        "commune": _("commune"),
        "amount": _("amount"),
        "currency": _("currency"),
    }
)

UNITS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "validity_months": _("months"),
        "minutes_to_fill": _("minutes"),
        "amount_vnd": _("đồng"),
        "rounding_vnd": _("đồng"),
        "min_vnd": _("đồng"),
        "max_vnd": _("đồng"),
    }
)
"""What a number is counted in, shown behind its box."""

REASONS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "authoring.stale": _(
            "Somebody has changed this draft since you opened the page. Look at it again, then decide."
        ),
        "authoring.no_such_place": _("This part of the draft is not there any more."),
        "authoring.too_long": _("The draft would become too large. Leave out what the procedure does not need."),
        "authoring.too_many": _("There are too many of these. Keep what the procedure really has."),
        "authoring.has_errors": _("The draft still has mistakes. Put them right, then publish."),
        "authoring.nothing_changed": _("This very text is already published. There is nothing to publish."),
        "authoring.second_person": _(
            "Two-person rule: whoever changed the draft last may not publish it. Ask a colleague."
        ),
        "authoring.reason_missing": _("Write why this version comes."),
        "authoring.effective_missing": _("Enter the day from which the version applies."),
        "authoring.effective_past": _("A version applies from the day it is published, or later."),
        "authoring.decision_half": _("Give both the number and the day of the decision, or neither."),
        "authoring.decision_later": _("The decision cannot be of a later day than today."),
        "authoring.withdrawal_reason_missing": _("Write why it is withdrawn."),
        "authoring.withdrawal_past": _(
            "A procedure is withdrawn from today on or later: what was filed before was filed under it."
        ),
        "authoring.file_too_big": _("The file is too large for a procedure. Choose the file of one procedure."),
        "authoring.not_utf8": _("The file is not written in UTF-8. Save it as UTF-8 and choose it again."),
        "authoring.file_missing": _("Choose a file, or paste its text."),
    }
)
"""Why something is refused."""

NOTED: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "saved": _("Saved."),
        "unchanged": _("Nothing was changed."),
        "added": _("Added. Fill it in and save."),
        "moved": _("Moved."),
        "duplicated": _("Copied. Give the copy its own name and code."),
        "removed": _("Removed."),
        "taken_back": _("It is there again."),
        "discarded": _("The draft has been thrown away."),
        "started": _("A new draft is ready. Nobody but administrators sees it before it is published."),
        "imported": _("The file has become a draft."),
        "published": _("Published."),
        "withdrawn": _("The withdrawal stands. Everybody can read it beside the procedure."),
        "kept": _("The withdrawal is taken back: it stays in force."),
        "rule_on": _("From now on whoever changed a draft last cannot publish it."),
        "rule_off": _("From now on one administrator alone can publish."),
    }
)
