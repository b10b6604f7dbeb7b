"""Walking the company's pages over HTTP as a browser without scripts would."""

import io
import re
from collections.abc import Mapping
from datetime import date
from html import unescape

from werkzeug.test import TestResponse

from portal.catalogue import registers
from portal.catalogue.answers import read
from portal.catalogue.examples import required_documents, valid_answers
from portal.catalogue.fields import Section
from portal.catalogue.queries import definition_of
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DAY = date(2026, 3, 2)


def words(answer: TestResponse) -> str:
    """The text of a page as somebody reads it: no tags, single blanks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def hidden(answer: TestResponse, name: str) -> str:
    """The value of a hidden box."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, name
    return unescape(found.group(1))


def begin(client: Browser, world: World, code: str = "1.013225", case: str = "") -> str:
    """Begin a draft; returns its address."""
    assert world.company is not None
    definition = definition_of(world.versions[code])
    answer = client.post(
        f"/drafts/new?procedure={code}",
        data={"party": str(world.company.id), "case": case or definition.cases[0].code},
    )
    assert answer.status_code == 303, words(answer)
    return str(answer.location)


def example(world: World, code: str = "1.013225", case: str = "", *, seed: int = 1) -> dict[str, list[str]]:
    """Valid values for the whole form."""
    definition = definition_of(world.versions[code])
    return valid_answers(definition, case or definition.cases[0].code, places=registers.places(), day=DAY, seed=seed)


def own(section: Section, typed: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The values that belong to one page of the form."""
    codes = {field.code for field in section.fields}
    return {name: values for name, values in typed.items() if name.partition(".")[0] in codes}


def save(client: Browser, address: str, section: str, typed: Mapping[str, object], **more: object) -> TestResponse:
    """Open a page of the form and send it with these values."""
    page = client.get(f"{address}/sections/{section}")
    data = {"version": hidden(page, "version"), "seen": hidden(page, "seen"), **typed, **more}
    return client.post(f"{address}/sections/{section}", data=data)


def fill(client: Browser, world: World, address: str, code: str = "1.013225", case: str = "", *, seed: int = 1) -> None:
    """Fill in the whole form with a valid example."""
    definition = definition_of(world.versions[code])
    typed = example(world, code, case, seed=seed)
    for section in definition.sections:
        if values := own(section, typed):
            answer = save(client, address, section.code, values)
            assert answer.status_code == 303, words(answer)
            assert "check=" not in answer.location, words(client.get(answer.location))


def upload(
    client: Browser, address: str, key: str, content: bytes = PDF, name: str = "giấy tờ.pdf", **headers: str
) -> TestResponse:
    """Send one file for one document."""
    answer = client.post(
        f"{address}/documents/{key}",
        data={"file": (io.BytesIO(content), name), "copy_kind": "copy"},
        headers=headers,
    )
    answer.request.input_stream.close()  # the test client leaves a large body open
    return answer


def upload_all(client: Browser, world: World, address: str, code: str = "1.013225", case: str = "") -> None:
    """Add one file for everything that is required."""
    definition = definition_of(world.versions[code])
    case = case or definition.cases[0].code
    answers = read(definition, case, example(world, code, case), places=registers.places()).answers
    for number, key in enumerate(required_documents(definition, case, answers)):
        answer = upload(client, address, key, PDF + str(number).encode())
        assert answer.status_code == 303, words(answer)


def complete(client: Browser, world: World, code: str = "1.013225", case: str = "") -> str:
    """A draft with nothing missing; returns its address."""
    address = begin(client, world, code, case)
    fill(client, world, address, code, case)
    upload_all(client, world, address, code, case)
    return address


def file(client: Browser, address: str) -> TestResponse:
    """Tick the declaration, show who it is where that is asked, and file."""
    answer = client.post(f"{address}/file", data={"declared": "y"})
    if answer.status_code == 303 and "/step-up" in str(answer.location):
        confirm(client)
        answer = client.post(f"{address}/file", data={"declared": "y"})
    return answer


def confirm(client: Browser) -> None:
    """Show again who it is, by the password: good for ten minutes."""
    assert client.post("/step-up", data={"password": people.PASSWORD}).status_code == 303
