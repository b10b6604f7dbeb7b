"""Is the dossier complete? Every gap named with the field or document it concerns."""

from collections.abc import Iterator, Mapping

from portal.catalogue.answers import Answers, asked_in_row, facts_of, rows_of, visible
from portal.catalogue.conditions import Answer, Facts, is_empty
from portal.catalogue.definition import Definition
from portal.catalogue.fields import AddressField, FieldBase, RowsField, YesNoField, all_fields
from portal.catalogue.requirements import documents_for
from portal.catalogue.wording import Problem


def missing(definition: Definition, case: str, answers: Answers, documents: Mapping[str, int]) -> tuple[Problem, ...]:
    """Return what still keeps the dossier from being filed, in the order of the form, then of the documents.

    `documents` counts the files handed in per document code. An empty result means: complete.
    """
    if definition.case(case) is None:
        return (Problem(code="case_unknown", path="case", kind="case"),)
    return (
        *_missing_answers(definition, case, answers),
        *_missing_documents(definition, case, answers, documents),
    )


def _missing_answers(definition: Definition, case: str, answers: Answers) -> Iterator[Problem]:
    asked = visible(definition, case, answers)
    facts = facts_of(case, {code: answer for code, answer in answers.items() if code in asked})
    for _, field in all_fields(definition.sections):
        if field.code not in asked:
            continue
        if isinstance(field, RowsField):
            yield from _missing_in_rows(field, answers.get(field.code), facts)
        else:
            yield from _missing_answer(field, answers.get(field.code), path=field.code)


def _missing_answer(field: FieldBase, answer: Answer | None, *, path: str) -> Iterator[Problem]:
    if is_empty(answer):
        if field.required:
            yield Problem(code="answer_missing", path=path, label=field.label)
    elif isinstance(field, YesNoField) and field.must_be_yes and answer is not True:
        yield Problem(code="must_be_yes", path=path, label=field.label)
    elif isinstance(field, AddressField) and isinstance(answer, Mapping):
        for part in ("province", "commune"):
            if is_empty(answer.get(part)):
                yield Problem(code="part_missing", path=f"{path}.{part}", label=field.label)


def _missing_in_rows(field: RowsField, answer: Answer | None, facts: Facts) -> Iterator[Problem]:
    rows = rows_of(answer)
    least = max(field.min_rows, 1) if field.required else 0
    if len(rows) < least:
        code = "answer_missing" if not rows else "too_few_rows"
        yield Problem(code=code, path=field.code, label=field.label, detail={"limit": least})
    for number, row in enumerate(rows):
        for part in asked_in_row(field, row, facts):
            yield from _missing_answer(part, row.get(part.code), path=f"{field.code}.{number}.{part.code}")


def _missing_documents(
    definition: Definition, case: str, answers: Answers, documents: Mapping[str, int]
) -> Iterator[Problem]:
    for document in documents_for(definition, case, answers):
        files = documents.get(document.code, 0)
        if document.required and files < 1:
            yield Problem(code="document_missing", path=document.code, kind="document", label=document.name)
        elif files > document.max_files:
            detail = {"limit": document.max_files}
            yield Problem(
                code="too_many_files", path=document.code, kind="document", label=document.name, detail=detail
            )
