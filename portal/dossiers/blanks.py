"""What stands in the blanks of a decision's text. Pure; the names are those of ``catalogue.placeholders``."""

from dataclasses import dataclass
from datetime import datetime

from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.fields import all_fields
from portal.catalogue.places import Places
from portal.catalogue.shown import shown
from portal.catalogue.text import LANGUAGES, Text
from portal.clock.zone import office_day
from portal.letters.wording import letter_day

NOT_GIVEN = "–"
"""Where the text names an answer that this dossier was not asked for, or left empty."""

Blanks = dict[str, str | Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a dossier says of itself when its decision is signed. `officer` is the name of whoever signs."""

    dossier_code: str
    case: str
    party_name: str
    filer_name: str
    agency: Text
    officer: str
    filed_at: datetime
    accepted_at: datetime
    signed_at: datetime
    reason: str | Text = ""


def blanks_of(definition: Definition, answers: Answers, known: Known, *, places: Places) -> Blanks:
    """Everything a decision or a refusal may name, in three languages."""
    case = definition.case(known.case)
    signed_on = letter_day(office_day(known.signed_at))
    blanks: Blanks = {
        "dossier_code": known.dossier_code,
        "procedure_code": definition.code,
        "procedure_name": definition.name,
        "case_name": case.name if case else known.case,
        "party_name": known.party_name,
        "filer_name": known.filer_name,
        "agency": known.agency,
        "officer": known.officer,
        "filed_on": letter_day(office_day(known.filed_at)),
        "accepted_on": letter_day(office_day(known.accepted_at)),
        "signed_on": signed_on,
        "today": signed_on,
        "reason": known.reason,
    }
    for _, field in all_fields(definition.sections):
        vi, en, zh = (shown(field, answers.get(field.code), language, places) for language in LANGUAGES)
        blanks[f"answers.{field.code}"] = Text(vi=vi or NOT_GIVEN, en=en or NOT_GIVEN, zh=zh or NOT_GIVEN)
    return blanks
