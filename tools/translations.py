"""The words of the portal in Vietnamese and Chinese, one catalogue per room; English is written in the code.

    python tools/translations.py extract [room …]   read the code and the templates, keep what is translated
    python tools/translations.py compile            write the compiled twins (.mo)
    python tools/translations.py check              complain about missing, doubtful or contradicting translations

A room's words come from portal/<room>/**/*.py and templates/<room>/**. Besides the rooms there are `layouts`
(templates/layouts, macros, errors) and `wtforms` (what the form library itself says to people).
"""

import argparse
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import flask_wtf
import wtforms
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from portal.foundation import catalogues  # noqa: E402 - the project is found just above

LANGUAGES = ("vi", "zh")
KEYWORDS = {
    "_": None,
    "N_": None,
    "_l": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
LAYOUTS = ("layouts", "macros", "errors")
LIBRARIES = (Path(wtforms.__file__).parent, Path(flask_wtf.__file__).parent)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%?%?\{\w+\}|%[sd]")


class Sources:
    """Where words are looked for and where their catalogues lie."""

    def __init__(self, project: Path = PROJECT) -> None:
        self.project = project
        self.translations = project / "portal" / "translations"

    def rooms(self) -> list[str]:
        """Every room that may have words, `layouts` and `wtforms` included."""
        places = [*(self.project / "portal").iterdir(), *(self.project / "templates").iterdir()]
        names = {path.name for path in places if path.is_dir() and not path.name.startswith(("_", "."))} - {
            "static",
            "translations",
            *LAYOUTS,
        }
        return sorted(names | {"layouts", "wtforms"})

    def files(self, room: str) -> Iterator[tuple[Path, str]]:
        """The files of a room with the way to read them."""
        if room == "wtforms":
            for library in LIBRARIES:
                yield from ((path, "python") for path in sorted(library.rglob("*.py")))
            return
        templates = LAYOUTS if room == "layouts" else (room,)
        yield from ((path, "python") for path in sorted((self.project / "portal" / room).rglob("*.py")))
        for name in templates:
            folder = self.project / "templates" / name
            for ending in ("html", "txt", "j2", "xml"):
                yield from ((path, "jinja2") for path in sorted(folder.rglob(f"*.{ending}")))

    def words(self, room: str) -> Catalog:
        """What the code of a room says, without translations."""
        catalogue = Catalog(project="Một Cửa", charset="utf-8")
        for path, method in self.files(room):
            options = {"trimmed": "false", "silent": "false"} if method == "jinja2" else {}
            content = io.BytesIO(path.read_bytes())
            for line, message, notes, context in extract(
                method, content, keywords=KEYWORDS, comment_tags=["Translators:"], options=options
            ):
                if message and message != "" and not (isinstance(message, tuple) and not message[0]):
                    catalogue.add(message, None, [(self._name(path), line)], auto_comments=notes, context=context)
        return catalogue

    def _name(self, path: Path) -> str:
        if path.is_relative_to(self.project / "portal") or path.is_relative_to(self.project / "templates"):
            return path.relative_to(self.project).as_posix()
        return path.name

    def po(self, room: str, language: str) -> Path:
        return self.translations / language / "LC_MESSAGES" / f"{room}.po"

    def read(self, room: str, language: str) -> Catalog:
        path = self.po(room, language)
        if not path.exists():
            return Catalog(locale=language, domain=room)
        with path.open("rb") as source:
            return read_po(source, locale=language, domain=room)

    def write(self, room: str, language: str, words: Catalog) -> int:
        """Bring one catalogue up to date and return how many messages still lack a translation."""
        path = self.po(room, language)
        held = self.read(room, language)
        fresh = Catalog(locale=language, domain=room, project="Một Cửa", charset="utf-8", fuzzy=False)
        for word in words:
            if not word.id:
                continue
            known = held.get(_key(word), word.context)
            text = known.string if known is not None else None
            flags = {"fuzzy"} if known is not None and known.fuzzy else set()
            fresh.add(word.id, text or None, word.locations, flags, word.auto_comments, context=word.context)
        path.parent.mkdir(parents=True, exist_ok=True)
        target = io.BytesIO()
        write_po(target, fresh, sort_by_file=True, include_lineno=False, omit_header=True, width=110)
        header = (
            f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
            '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
        )
        path.write_text(header + target.getvalue().decode("utf-8").lstrip(), "utf-8")
        return sum(1 for message in fresh if message.id and not _texts(message))


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else str(message.id)


def _texts(message: Message) -> list[str]:
    """The translation's forms; empty when any of them is missing."""
    given = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return [str(text) for text in given] if given and all(given) else []


def _placeholders(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text)}


def extract_all(sources: Sources, only: Iterable[str]) -> None:
    for room in only or sources.rooms():
        words = sources.words(room)
        if not len(words):
            for language in LANGUAGES:
                sources.po(room, language).unlink(missing_ok=True)
            continue
        for language in LANGUAGES:
            missing = sources.write(room, language, words)
            print(f"{sources.po(room, language).relative_to(sources.project)}: {missing} of {len(words)} untranslated")


def check(sources: Sources, only: Iterable[str] = ()) -> list[str]:
    """What is wrong with the catalogues, one line each, naming the file and the message."""
    found: list[str] = []
    chosen = set(only) or set(sources.rooms())
    said: dict[tuple[str, str, str | None], dict[str, str]] = defaultdict(dict)
    for room in sources.rooms():
        words = sources.words(room)
        for language in LANGUAGES:
            held = sources.read(room, language)
            complaints = _compare(words, held)
            name = f"{language}/{room}.po"
            found += [f"{name}: {text}" for text in complaints] if room in chosen else []
            for message in held:
                if message.id and (texts := _texts(message)):
                    said[language, _key(message), message.context][name] = texts[0]
    for (_, key, _), translations in sorted(said.items(), key=lambda entry: entry[0][:2]):
        if len(set(translations.values())) > 1:
            ways = "; ".join(f"{name} “{text}”" for name, text in sorted(translations.items()))
            found.append(f"“{key}” is translated in different ways: {ways}")
    return found


def _compare(words: Catalog, held: Catalog) -> list[str]:
    found = []
    for word in words:
        if not word.id:
            continue
        known = held.get(_key(word), word.context)
        if known is None:
            found.append(f"missing “{_key(word)}” (run extract)")
        elif not (texts := _texts(known)):
            found.append(f"not translated: “{_key(word)}”")
        elif known.fuzzy:
            found.append(f"doubtful (fuzzy): “{_key(word)}”")
        else:
            found += _wrong_placeholders(word, texts)
    wanted = {(_key(word), word.context) for word in words}
    found += [
        f"no longer used: “{_key(message)}” (run extract)"
        for message in held
        if message.id and (_key(message), message.context) not in wanted
    ]
    found += [f"no longer used: “{key}” (run extract)" for key in map(str, held.obsolete)]
    return found


def _wrong_placeholders(word: Message, texts: list[str]) -> Iterator[str]:
    ids = word.id if isinstance(word.id, (tuple, list)) else (word.id,)
    allowed = set().union(*(_placeholders(text) for text in ids))
    needed = set.intersection(*(_placeholders(text) for text in ids))
    for text in texts:
        if not needed <= _placeholders(text) <= allowed:
            yield f"placeholders differ: “{_key(word)}” → “{text}”"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("act", choices=("extract", "compile", "check"))
    parser.add_argument("rooms", nargs="*", help="only these rooms")
    options = parser.parse_args()
    sources = Sources()
    if options.act == "extract":
        extract_all(sources, options.rooms)
        return 0
    if options.act == "compile":
        done = catalogues.compile_stale(sources.translations)
        print(f"{len(done)} catalogues compiled")
        return 0
    found = check(sources, options.rooms)
    print("\n".join(found) or "all texts are there in Vietnamese and Chinese")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
