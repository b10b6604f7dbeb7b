"""A small browser without a script engine: it keeps cookies, follows redirects, and posts what a page's forms hold.

It cannot send what no page offered: a field that is not there, or not shown, cannot be filled, and the hidden
ones (tokens, versions) go back as they came. What works with it works without JavaScript.
"""

import http.cookiejar
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]

TIMEOUT_SECONDS = 30
UNTYPED = frozenset({"submit", "button", "image", "reset"})
CHECKABLE = frozenset({"radio", "checkbox"})
File = tuple[str, bytes]


class NotOnThePage(AssertionError):
    """The page does not offer what somebody wanted to use."""


class Visitor:
    """One person's browser; two of them share nothing."""

    def __init__(self, base_url: str, *, language: str = "vi") -> None:
        self.base_url = base_url
        self.language = language
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, address: str, *, status: int | tuple[int, ...] = HTTPStatus.OK) -> "Page":
        """Open an address; relative ones are meant from the front page."""
        return self._open(urllib.request.Request(urljoin(self.base_url, address)), status)  # noqa: S310 - see _open

    def send(self, form: "Form", button: Element | None, *, status: int | tuple[int, ...]) -> "Page":
        """Submit a form as the browser would."""
        pairs = form.pairs(button)
        action = (button.get("formaction") if button is not None else None) or form.element.get("action") or ""
        address = urljoin(form.page.url, action)
        if (form.element.get("method") or "get").lower() == "get":
            typed = [(name, value) for name, value in pairs if isinstance(value, str)]
            return self.get(f"{address.partition('?')[0]}?{urlencode(typed)}", status=status)
        kind, body = _multipart(pairs) if form.element.get("enctype") == "multipart/form-data" else _url_encoded(pairs)
        headers = {"Content-Type": kind, "Referer": form.page.url}
        wanted = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - see _open
        return self._open(wanted, status)

    def _open(self, wanted: urllib.request.Request, status: int | tuple[int, ...]) -> "Page":
        # Only this portal's own addresses: whatever a page links to, nothing is asked of anybody else.
        assert urlsplit(wanted.full_url).netloc == urlsplit(self.base_url).netloc, wanted.full_url
        wanted.add_header("Accept", "text/html,application/xhtml+xml")
        wanted.add_header("Accept-Language", self.language)
        try:
            with self._opener.open(wanted, timeout=TIMEOUT_SECONDS) as answer:
                page = Page(self, answer.url, answer.status, dict(answer.headers.items()), answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                page = Page(self, answer.url, answer.code, dict(answer.headers.items()), answer.read())
        expected = (status,) if isinstance(status, int) else status
        assert page.status in expected, f"{wanted.get_method()} {wanted.full_url}: {page.status}\n{page.words()[:3000]}"
        return page


@dataclass(slots=True)
class Page:
    """What came back, and the ways on from it."""

    visitor: Visitor
    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    _tree: Element | None = field(default=None, repr=False)
    _in_sight: frozenset[int] | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def tree(self) -> Element:
        if self._tree is None:
            self._tree = html5lib.parse(self.content.decode(), treebuilder="etree", namespaceHTMLElements=False)
        return self._tree

    @property
    def in_sight(self) -> frozenset[int]:
        """The identities of the elements that no `hidden` keeps from sight."""
        if self._in_sight is None:
            self._in_sight = frozenset(id(one) for one in _shown_in(self.tree))
        return self._in_sight

    def words(self) -> str:
        """The text of its main part, as a reader sees it, spaces collapsed."""
        main = self.tree.find(".//main")
        return _words(main if main is not None else self.tree)

    def __contains__(self, words: str) -> bool:
        return words in self.words()

    def errors(self) -> list[str]:
        """What the error summary says."""
        return [_words(item) for item in self.tree.findall(".//*[@class='govuk-list govuk-error-summary__list']/li")]

    def links(self) -> Iterator[tuple[str, str]]:
        """Text and address of every link."""
        for link in self.tree.iter("a"):
            if link.get("href"):
                yield _words(link), urljoin(self.url, link.get("href") or "")

    def follow(self, *, part: str, status: int | tuple[int, ...] = HTTPStatus.OK) -> "Page":
        """Open the first link whose address contains `part`."""
        for _, address in self.links():
            if part in address:
                return self.visitor.get(address, status=status)
        raise NotOnThePage(f"no link to …{part}… on {self.url}\n{self.words()[:2000]}")

    def again(self) -> "Page":
        return self.visitor.get(self.url)

    def forms(self) -> list["Form"]:
        return [Form(self, element) for element in self.tree.iter("form")]

    def form(self, *, action: str = "", having: str = "") -> "Form":
        """The first form whose address contains `action` and which has a field or button named `having`."""
        for form in self.forms():
            if action in (form.element.get("action") or self.url) and (not having or form.has(having)):
                return form
        raise NotOnThePage(f"no form {action=} {having=} on {self.url}\n{self.words()[:2000]}")

    def has_form(self, *, action: str) -> bool:
        return any(action in (form.element.get("action") or "") for form in self.forms())


@dataclass(slots=True)
class Form:
    """A form being filled in."""

    page: Page
    element: Element
    _values: dict[int, str | File | bool | None] = field(default_factory=dict)

    def boxes(self, name: str | None = None) -> list[Element]:
        """Its controls in order, or those of one name."""
        own = self.element.get("id")
        inside = [one for one in self.element.iter() if one.tag in {"input", "select", "textarea", "button"}]
        if own:
            inside += [one for one in self.page.tree.iter() if one.get("form") == own and one not in inside]
        return [one for one in inside if name is None or one.get("name") == name]

    def has(self, name: str) -> bool:
        return bool(self.boxes(name))

    def shows(self, name: str) -> bool:
        """Whether a person could type here now."""
        return any(id(one) in self.page.in_sight and one.get("type") != "hidden" for one in self.boxes(name))

    def value(self, name: str) -> str | File | None:
        """What would be sent under a name now."""
        return next((value for key, value in self.pairs(None) if key == name), None)

    def fill(self, name: str, *values: str) -> Self:
        """Type, choose or tick; several values tick several boxes and untick the rest."""
        boxes = [one for one in self.boxes(name) if id(one) in self.page.in_sight]
        if not boxes or boxes[0].get("type") in {"hidden", *UNTYPED}:
            raise NotOnThePage(f"{name} cannot be filled on {self.page.url}")
        if boxes[0].get("type") in CHECKABLE:
            offered = {one.get("value", "on"): one for one in boxes}
            if missing := set(values) - set(offered):
                raise NotOnThePage(f"{name} does not offer {missing} but {sorted(offered)} on {self.page.url}")
            for text, box in offered.items():
                self._values[id(box)] = text in values
            return self
        (text,) = values
        if boxes[0].tag == "select" and text not in [_option_value(one) for one in boxes[0].iter("option")]:
            raise NotOnThePage(f"{name} does not offer {text} on {self.page.url}")
        self._values[id(boxes[0])] = text
        return self

    def tick(self, name: str) -> Self:
        """Tick the one box of a name, whatever its value."""
        return self.fill(name, self.boxes(name)[0].get("value", "on"))

    def attach(self, name: str, filename: str, content: bytes) -> Self:
        """Choose a file."""
        (box,) = (one for one in self.boxes(name) if one.get("type") == "file")
        self._values[id(box)] = (filename, content)
        return self

    def submit(
        self, button: str | None = None, *, value: str | None = None, status: int | tuple[int, ...] = HTTPStatus.OK
    ) -> Page:
        """Press a button, by its name and value, or the form's first; returns the page one lands on.

        `status` is what the browser ends with (200 after a redirect; say 422 where a refusal is expected).
        """
        buttons = [one for one in self.boxes() if one.tag == "button" and (one.get("type") or "submit") == "submit"]
        buttons += [one for one in self.boxes() if one.tag == "input" and one.get("type") == "submit"]
        if button is not None:
            buttons = [one for one in buttons if one.get("name") == button and value in {None, one.get("value")}]
        if not buttons:
            raise NotOnThePage(f"no button {button}={value} on {self.page.url}")
        return self.page.visitor.send(self, buttons[0], status=status)

    def pairs(self, button: Element | None) -> list[tuple[str, str | File]]:
        """Everything a browser would send, in order."""
        pairs: list[tuple[str, str | File]] = []
        for box in self.boxes():
            name, kind = box.get("name"), (box.get("type") or "").lower()
            if not name or box.get("disabled") is not None or box.tag == "button" or kind in UNTYPED:
                continue
            pairs.extend((name, value) for value in self._sent(box, kind))
        if button is not None and button.get("name"):
            pairs.append((button.get("name") or "", button.get("value") or ""))
        return pairs

    def _sent(self, box: Element, kind: str) -> Sequence[str | File]:
        chosen = self._values.get(id(box))
        if kind in CHECKABLE:
            is_on = chosen if isinstance(chosen, bool) else box.get("checked") is not None
            return [box.get("value", "on")] if is_on else []
        if kind == "file":
            return [chosen if isinstance(chosen, tuple) else ("", b"")]
        if isinstance(chosen, str):
            return [chosen]
        if box.tag == "select":
            options = list(box.iter("option"))
            selected = [one for one in options if one.get("selected") is not None] or options[:1]
            return [_option_value(one) for one in selected[:1]]
        if box.tag == "textarea":
            return [("".join(box.itertext())).removeprefix("\n").replace("\n", "\r\n")]
        return [box.get("value") or ""]


def _shown_in(tree: Element) -> Iterator[Element]:
    """Every element that no `hidden` above it keeps from sight."""
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        if element.get("hidden") is None:
            yield element
            waiting.extend(element)


def _option_value(option: Element) -> str:
    value = option.get("value")
    return _words(option) if value is None else value


def _words(element: Element) -> str:
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    if element.tag in {"script", "style", "template"} or not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield " " if child.tag in {"p", "li", "dt", "dd", "td", "th", "div", "br", "option", "h1", "h2", "h3"} else ""
        yield child.tail or ""


def _url_encoded(pairs: Sequence[tuple[str, str | File]]) -> tuple[str, bytes]:
    typed = [(name, value if isinstance(value, str) else value[0]) for name, value in pairs]
    return "application/x-www-form-urlencoded", urlencode(typed).encode()


def _multipart(pairs: Sequence[tuple[str, str | File]]) -> tuple[str, bytes]:
    mark, lines = f"----{secrets.token_hex(16)}", []
    for name, value in pairs:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, str):
            lines.append(f"{head}\r\n\r\n{value}\r\n".encode())
        else:
            filename, content = value
            head = f'{head}; filename="{filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
            lines.append(head.encode() + content + b"\r\n")
    return f"multipart/form-data; boundary={mark}", b"".join(lines) + f"--{mark}--\r\n".encode()
