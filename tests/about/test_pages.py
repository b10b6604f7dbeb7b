"""What stands behind the portal, in three languages, for everybody."""

import re

import pytest

from portal.about.views import COMPONENTS
from portal.app import PROJECT
from tests.fixtures.app import Browser

PAGES = ("accessibility", "privacy", "licence", "contact")
HEADINGS = {"vi": "Dữ liệu của bạn", "en": "Your data", "zh": "您的数据"}


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_in_every_language_and_linked_from_every_foot(
    client: Browser, language: str, page: str
) -> None:
    answer = client.get(f"/{language}/{page}")

    assert answer.status_code == 200
    assert f'lang="{language}' in answer.text
    foot = answer.text[answer.text.index("<footer") :]
    assert [name for name in PAGES if f'href="/{language}/{name}"' not in foot] == []


@pytest.mark.parametrize(("language", "heading"), HEADINGS.items())
def test_the_pages_speak_the_readers_language(client: Browser, language: str, heading: str) -> None:
    assert re.search(f"<h1[^>]*>{heading}</h1>", client.get(f"/{language}/privacy").text)


def test_every_component_named_has_its_licence_beside_it() -> None:
    folders = [folder for _, _, folder in COMPONENTS]

    assert [folder for folder in folders if not (PROJECT / "portal/static/vendor" / folder / "LICENSE").exists()] == []
