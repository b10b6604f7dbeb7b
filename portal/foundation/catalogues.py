"""Translation catalogues on disk: which rooms have one, and keeping the compiled twins (.mo) fresh."""

import os
import tempfile
from pathlib import Path


def domains(folder: Path) -> tuple[str, ...]:
    """The rooms that have a catalogue in any language, in alphabetical order."""
    return tuple(sorted({path.stem for path in folder.glob("*/LC_MESSAGES/*.po")})) or ("foundation",)


def stale(folder: Path) -> list[Path]:
    """The texts whose compiled twin is missing or older."""
    found = []
    for text in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        compiled = text.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < text.stat().st_mtime_ns:
            found.append(text)
    return found


def compile_stale(folder: Path) -> list[Path]:
    """Compile what is stale and return it. Where the folder may not be written to, what is there is kept.

    Several processes may start at once, so each twin is written beside its place and moved there whole.
    """
    texts = [text for text in stale(folder) if os.access(text.parent, os.W_OK)]
    for text in texts:
        compile_one(text)
    return texts


def compile_one(text: Path) -> None:
    """Write the compiled twin of one catalogue. Doubtful (fuzzy) translations are left out."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - only a changed catalogue needs the compiler
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with text.open("rb") as source:
        catalogue = read_po(source, locale=text.parent.parent.name, domain=text.stem)
    handle, name = tempfile.mkstemp(dir=text.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as target:
        write_mo(target, catalogue)
    Path(name).chmod(0o644)
    Path(name).replace(text.with_suffix(".mo"))
