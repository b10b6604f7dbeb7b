"""Every blank in every letter of every procedure can be filled, whatever the filer was asked."""

import re
from datetime import timedelta

import pytest

from portal.catalogue import registers
from portal.catalogue.answers import read
from portal.catalogue.examples import valid_answers
from portal.catalogue.placeholders import PLACEHOLDERS, REFUSAL
from portal.catalogue.steps import LetterKind
from portal.catalogue.text import Text
from portal.dossiers.blanks import Blanks, Known, blanks_of
from portal.letters.wording import filled
from tests.factories.world import MONDAY
from tests.procedures.laws import CODES, FULL, definition


def blanks(code: str, case: str) -> Blanks:
    law = definition(code)
    typed = valid_answers(law, case, places=registers.places(), day=MONDAY.date())
    answers = read(law, case, typed, places=registers.places()).answers
    known = Known(
        dossier_code="H37.01-260302-0001",
        case=case,
        party_name="Công ty TNHH Hoa Hồi Xứ Lạng",
        filer_name="Hoàng Thị Lan",
        agency=Text(vi="Sở Xây dựng", en="Department of Construction", zh="建设厅"),
        officer="Nông Văn Bình",
        filed_at=MONDAY,
        accepted_at=MONDAY + timedelta(hours=1),
        signed_at=MONDAY + timedelta(days=4),
        reason="Không phù hợp quy hoạch.",
    )
    return blanks_of(law, answers, known, places=registers.places())


@pytest.mark.parametrize("code", CODES)
def test_the_texts_of_the_results_and_the_refusal_are_printed_whole(code: str) -> None:
    law = definition(code)
    bodies = [result.body for result in law.results if result.body is not None]
    bodies += [letter.body for letter in law.letters if letter.kind is LetterKind.REFUSAL]
    assert bodies
    for case in law.cases if FULL else law.cases[:1]:
        values = blanks(code, case.code)
        for body in bodies:
            said = filled(body, values)
            assert not re.search("[{}]", said.vi + said.en + said.zh)


def test_the_writer_fills_exactly_what_the_lint_admits() -> None:
    for code in CODES:
        names = {name for name in blanks(code, definition(code).cases[0].code) if not name.startswith("answers.")}
        assert names == REFUSAL


def test_what_is_known_only_after_the_signature_is_in_no_decision() -> None:
    for kind in (LetterKind.DECISION, LetterKind.REFUSAL):
        assert not PLACEHOLDERS[kind] & {"number", "issued_on", "valid_until", "promised_on", "due_on"}


@pytest.mark.parametrize("code", CODES)
def test_every_other_letter_names_only_what_its_kind_admits(code: str) -> None:
    answers = {f"answers.{field.code}" for section in definition(code).sections for field in section.fields}
    for letter in definition(code).letters:
        for words in (letter.body.vi, letter.body.en, letter.body.zh):
            assert set(re.findall(r"\{([^{}]*)\}", words)) <= PLACEHOLDERS[letter.kind] | answers
