"""What an officer does at the counter, over HTTP, without scripts."""

from typing import Any

from werkzeug.test import TestResponse

from tests.dossiers import pages
from tests.factories.world import World
from tests.fixtures.app import Browser

CARD = "020195004321"
PROCEDURE, HOUSE = "1.013225", "house"


def stander(**changes: Any) -> dict[str, Any]:
    """Somebody with a power of the company, in the words of the form."""
    return {
        "standing": "representative",
        "name": "Nông Thị Bảy",
        "identity_number": "020 180 001 234",
        "phone": "0912 345 678",
        "email": "bay@example.vn",
        "language": "vi",
        **changes,
    }


def first(number: str, *, kind: str = "organisation", **changes: Any) -> dict[str, Any]:
    """What the first page asks."""
    return {"procedure": PROCEDURE, "kind": kind, "number": number, "country": "VN", **changes}


def begin(officer: Browser, number: str, *, kind: str = "organisation", **changes: Any) -> TestResponse:
    """Begin a draft for whoever has this number."""
    return officer.post("/counter/new", data={**first(number, kind=kind), **stander(), "case": HOUSE, **changes})


def begun(officer: Browser, number: str, **changes: Any) -> str:
    """The address of a draft begun at the counter."""
    answer = begin(officer, number, **changes)
    assert answer.status_code == 303, pages.words(answer)
    return str(answer.location)


def complete(officer: Browser, world: World, number: str, **changes: Any) -> str:
    """The address of a draft at the counter with nothing missing."""
    address = begun(officer, number, **changes)
    pages.fill(officer, world, address, PROCEDURE, HOUSE)
    pages.upload_all(officer, world, address, PROCEDURE, HOUSE)
    return address
