"""What a company does: begin, fill in, add documents, check, file; later answer, follow and fetch."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

import pikepdf

from portal.catalogue import registers
from portal.catalogue.definition import Definition
from portal.catalogue.examples import valid_answers
from portal.clock.zone import office_day
from tests.factories import people
from tests.journeys.browserlike import Form, Page, Visitor

MOST_PASSES = 6
Typed = Mapping[str, Sequence[str]]


@lru_cache
def definitions() -> dict[str, Definition]:
    """The procedures as their files say, by code."""
    read = [registers.read_definition(path) for path in registers.definition_files(registers.PROCEDURES)]
    return {definition.code: definition for definition in read}


def example(code: str, case: str, *, seed: int = 1) -> Typed:
    """Answers to every question of a procedure that are right today."""
    day = office_day(datetime.now(UTC))
    return valid_answers(definitions()[code], case, places=registers.places(), day=day, seed=seed)


def small_pdf(text: str) -> bytes:
    """A real one-page PDF."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.docinfo["/Title"] = text
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def begin(visitor: Visitor, code: str, case: str) -> Page:
    """From the procedure's address to a new draft's list of parts."""
    return begin_at(visitor.get(f"/vi/procedures/{code}"), case)


def begin_at(procedure: Page, case: str) -> Page:
    """From the procedure's page to a new draft's list of parts."""
    page = procedure.follow(part="/drafts/new?procedure=")
    form = page.form(having="case")
    if form.shows("case"):
        form.fill("case", case)
    return form.submit()


def fill_in(draft: Page, definition: Definition, typed: Typed) -> Page:
    """Every page of the form, each with the button that goes on; ends at the documents."""
    page = draft.follow(part=f"/sections/{definition.sections[0].code}")
    for _ in range(len(definition.sections) * MOST_PASSES):
        if "/sections/" not in page.path:
            return page
        page = fill_page(page, typed)
    raise AssertionError(f"the form does not end: {page.url} {page.errors()}")


def fill_page(page: Page, typed: Typed) -> Page:
    """One page of the form; questions that an answer brings up are answered when the page comes back."""
    here, seen = page.path, 0
    page = _with_rows(page, typed)
    for _ in range(MOST_PASSES):
        form = page.form(having="seen")
        filled = sum(_fill(form, name, values) for name, values in typed.items())
        page = form.submit()
        if page.path != here or not page.errors():
            return page
        assert filled > seen, page.errors()
        seen = filled
    raise AssertionError(page.errors())


def _with_rows(page: Page, typed: Typed) -> Page:
    """The page with as many rows as there are answers."""
    wanted: dict[str, int] = {}
    for name in typed:
        code, _, rest = name.partition(".")
        row = rest.partition(".")[0]
        if row.isdecimal():
            wanted[code] = max(wanted.get(code, 0), int(row) + 1)
    for code, count in wanted.items():
        for number in range(1, count):
            form = page.form(having="seen")
            if code not in [button.get("value") for button in form.boxes("add")]:
                break
            if not any(name.startswith(f"{code}.{number}.") for name in names(form)):
                for name, values in typed.items():
                    _fill(form, name, values)
                page = form.submit("add", value=code)
    return page


def names(form: Form) -> set[str]:
    """Names of all boxes of the form."""
    return {box.get("name") or "" for box in form.boxes()}


def _fill(form: Form, name: str, values: Sequence[str]) -> bool:
    if form.shows(f"{name}.day"):
        year, month, day = values[0].split("-")
        form.fill(f"{name}.day", day).fill(f"{name}.month", month).fill(f"{name}.year", year)
        return True
    if not form.shows(name):
        return False
    form.fill(name, *values)
    return True


def add_documents(page: Page, definition: Definition, case: str) -> Page:
    """A file for every document the page marks as still to do."""
    for document in definition.documents:
        form = next((one for one in page.forms() if (one.element.get("action") or "").endswith(document.code)), None)
        if form is None:
            continue
        page = form.attach("file", f"{document.code}.pdf", small_pdf(document.code)).submit()
        assert f"{document.code}.pdf" in page, page.words()
    return page


def file(page: Page) -> str:
    """Check once more and file; returns the dossier's code."""
    page = page.follow(part="/review")
    page = page.form(action="/file").tick("declared").submit()
    if page.path == "/step-up":
        page = page.form(having="password").fill("password", people.PASSWORD).submit()
        page = page.form(action="/file").submit()
    assert page.path.endswith("/filed"), page.words()
    return page.path.split("/")[2]


def file_dossier(visitor: Visitor, code: str, case: str, *, seed: int = 1) -> str:
    """A complete dossier of a procedure, from its public page to its code."""
    definition = definitions()[code]
    page = fill_in(begin(visitor, code, case), definition, example(code, case, seed=seed))
    assert page.path.endswith("/documents"), page.words()
    return file(add_documents(page, definition, case))


def answer_request(visitor: Visitor, code: str, document: str) -> Page:
    """Add the better copy the office asked for, and send the answer."""
    page = visitor.get(f"/dossiers/{code}").follow(part=f"/dossiers/{code}/supplement")
    form = page.form(action=f"/supplement/documents/{document}", having="file")
    page = form.attach("file", f"{document}-ro.pdf", small_pdf(f"{document} ro")).submit()
    page = page.form(having="send").submit("send")
    assert page.path == f"/dossiers/{code}", page.errors()
    return page


def letters(visitor: Visitor, code: str) -> list[str]:
    """Addresses of the letters that can be downloaded now, newest first."""
    page = visitor.get(f"/dossiers/{code}")
    return [address for _, address in page.links() if f"/dossiers/{code}/letters/" in address]


def download(visitor: Visitor, address: str) -> bytes:
    """A sealed letter."""
    answer = visitor.get(address)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    return answer.content


def address_in(letter: bytes) -> str:
    """The address printed beside the QR code, which the code also says."""
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        targets = [
            str(annotation.A.URI)
            for page in pdf.pages
            for annotation in page.get("/Annots", [])
            if "/A" in annotation and "/URI" in annotation.A
        ]
    (address,) = set(targets)
    return address
