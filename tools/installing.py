"""Install a hashed list of libraries with pip, and say every few seconds how far it is.

    python tools/installing.py requirements/embedded.txt

Uses the standard library alone, for it runs before anything is installed. pip itself stays quiet; where it fails, what
it said is printed.
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

EVERY_SECONDS = 5.0
PINNED = re.compile(r"^[A-Za-z0-9][\w.\[\]-]*==", re.MULTILINE)
BEGUN = re.compile(r"^\s*(?:Collecting|Requirement already satisfied:?)\s")
PUTTING_IN = "Installing collected packages"


def pinned(requirements: str) -> int:
    """How many libraries the list names."""
    return len(PINNED.findall(requirements))


def steps(lines: Iterable[str], of: int) -> Iterator[str]:
    """What there is to say after each line of pip's: how many libraries it has come to, then that it unpacks them."""
    seen, said = 0, f"0 of {of} libraries fetched"
    for line in lines:
        if BEGUN.match(line):
            seen += 1
            said = f"{min(seen, of)} of {of} libraries fetched"
        elif line.startswith(PUTTING_IN):
            said = f"all {of} fetched; putting them in place"
        yield said


def main(requirements: str) -> int:
    """Install the list; returns pip's exit code."""
    of = pinned(Path(requirements).read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--require-hashes"]
    kept: list[str] = []
    state = [f"0 of {of} libraries fetched"]
    is_over = threading.Event()

    def tell() -> None:
        began = time.monotonic()
        while not is_over.wait(EVERY_SECONDS):
            print(f"    {state[0]} ({time.monotonic() - began:.0f} s)", flush=True)

    teller = threading.Thread(target=tell, daemon=True)
    with subprocess.Popen(
        [*command, "-r", requirements], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        teller.start()
        assert pip.stdout is not None  # noqa: S101 - asked for just above
        for said in steps(_remembered(pip.stdout, kept), of):
            state[0] = said
    is_over.set()
    teller.join()
    if pip.returncode:
        print("".join(kept[-20:]), file=sys.stderr)
    return pip.returncode


def _remembered(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        yield line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
