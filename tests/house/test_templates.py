"""Every page is a page: it parses, stands in a layout and has a name of its own."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    if path.parts[len(TEMPLATES.parts)] not in {"layouts", "macros", "letters"} and not path.name.startswith("_")
)
FRAGMENTS = {"notices"}
"""Folders whose files are put into something else: the parts of a notice."""
LAYOUTS = {"layouts/public.html", "layouts/back_office.html"}
TITLE = re.compile(r"{% block title %}(.*?){% endblock %}", re.DOTALL)
SHARED_TITLES = {
    # One thing, seen by its filer and by the office.
    "{{ dossier.code }} – {{ dossier.subject }}",
}
ENVIRONMENT = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
ENVIRONMENT.loader = jinja2.FileSystemLoader(TEMPLATES)


def source(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


@cache
def parent(name: str) -> str | None:
    tree = ENVIRONMENT.parse(source(name))
    extends = next(iter(tree.find_all(nodes.Extends)), None)
    return extends.template.value if extends and isinstance(extends.template, nodes.Const) else None


def test_every_template_parses() -> None:
    broken = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        try:
            ENVIRONMENT.parse(path.read_text("utf-8"))
        except jinja2.TemplateSyntaxError as error:
            broken.append(f"{path.relative_to(TEMPLATES)}:{error.lineno} {error.message}")
    assert not broken


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_in_a_layout(name: str) -> None:
    if name.split("/", maxsplit=1)[0] in FRAGMENTS and parent(name) is None:
        return
    line = [name]
    while (above := parent(line[-1])) is not None and above not in LAYOUTS:
        line.append(above)
    assert above in LAYOUTS or line[-1] == "layouts/base.html", f"{name} extends no layout"


def title_of(page: str) -> str | None:
    """The words of the title; of a title that is the page's own `heading`, the words of that."""
    title = TITLE.search(page)
    heading = re.search(r"{% set heading = (.+?) %}", page)
    if title is None or title.group(1).strip() != "{{ heading }}" or heading is None:
        return title.group(1).strip() if title else None
    return heading.group(1)


def test_every_page_has_a_title_of_its_own() -> None:
    named = [name for name in PAGES if name.partition("/")[0] not in {*FRAGMENTS, "errors"}]
    titles = {name: title_of(source(name)) for name in named}
    nameless = sorted(name for name, title in titles.items() if title is None)
    counted = Counter(titles.values())

    assert not nameless
    assert not [title for title, count in counted.items() if count > 1 and title not in SHARED_TITLES]


def test_no_template_has_script_or_style_of_its_own() -> None:
    """The content security policy would refuse it silently."""
    inline = re.compile(
        r"<style\b|\sstyle=\"|\son[a-z]+=\"|<script(?![^>]*\b(?:src|type=\"application/))", re.IGNORECASE
    )
    found = [
        f"{path.relative_to(TEMPLATES)}: {match.group(0)}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        if path.name != "mail.html"  # mail programs know no other style
        for match in inline.finditer(path.read_text("utf-8"))
    ]
    assert not found


def test_nothing_is_marked_safe_that_a_person_may_have_typed() -> None:
    found = [
        str(path.relative_to(TEMPLATES))
        for path in sorted(TEMPLATES.rglob("*.html"))
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))
    ]
    assert not found
