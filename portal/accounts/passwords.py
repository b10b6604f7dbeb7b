"""Passwords: kept as Argon2id hashes, judged by length and by being known to everybody, by nothing else.

Source: OWASP ASVS 5.0, 6.2 (length, no composition rules, blocklist) and 11.4 (Argon2id, 19 MiB, t=2, p=1).
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.foundation.errors import Invalid, Unavailable

SHORTEST = 15
SHORTEST_WITH_SECOND_FACTOR = 12
LONGEST = 256
FEWEST_DISTINCT_LETTERS = 5
FEWEST_OWN_LETTERS = 6  # that must be left when the person's own name or address is taken out
SHORTEST_NAME_PART = 3

HASHES_AT_ONCE = 2
"""Each takes 19 MiB and a core for some tens of milliseconds; more at once would starve the other pages."""
LONGEST_WAIT_SECONDS = 5.0

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_GATE = threading.BoundedSemaphore(HASHES_AT_ONCE)
_COMMON = Path(__file__).with_name("common_passwords.txt")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LONG_RUNS = ("0123456789" * 26, "abcdefghijklmnopqrstuvwxyz" * 10)
_RUNS = (*_LONG_RUNS, *(run[::-1] for run in _LONG_RUNS))
_REPEATED = re.compile(r"(.+?)\1+")


def hash_password(password: str) -> str:
    """The text to store. Raises Unavailable when too many are being computed already."""
    with _turn():
        return _HASHER.hash(_normal(password))


def matches(stored: str | None, given: str) -> bool:
    """Whether `given` is the password behind `stored`.

    Takes the same time where there is no account (None), so that time does not tell which addresses exist.
    """
    if len(given) > LONGEST:
        given = ""
    with _turn():
        try:
            return _HASHER.verify(stored or _nobodys(), _normal(given)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's and should be made anew."""
    return _HASHER.check_needs_rehash(stored)


def shortest(*, has_second_factor: bool) -> int:
    """How many characters a password must have at least."""
    return SHORTEST_WITH_SECOND_FACTOR if has_second_factor else SHORTEST


def check(password: str, *, has_second_factor: bool, email: str, name: str) -> None:
    """Raise Invalid, naming the field `password`, unless this may be the password of this person."""
    fewest = shortest(has_second_factor=has_second_factor)
    if len(password) < fewest:
        raise Invalid(fields={"password": "accounts.password_short"}, shortest=fewest)
    if len(password) > LONGEST:
        raise Invalid(fields={"password": "accounts.password_long"}, longest=LONGEST)
    if is_common(password):
        raise Invalid(fields={"password": "accounts.password_common"})
    if _is_personal(password, email=email, name=name):
        raise Invalid(fields={"password": "accounts.password_personal"})


def is_common(password: str) -> bool:
    """Whether everybody would try it: on the list, with or without figures and signs around, or repeated."""
    folded = _folded(password)
    if len(set(folded)) < FEWEST_DISTINCT_LETTERS:
        return True
    if any(folded in run for run in _RUNS):
        return True
    core = _EDGES.sub("", folded)
    return bool({folded, core, _unrepeated(folded), _unrepeated(core)} & _common())


def _is_personal(password: str, *, email: str, name: str) -> bool:
    """Whether little is left once the person's own name and address are taken out."""
    left = _folded(password)
    local, _, domain = email.partition("@")
    parts = {_folded(part) for part in (local, domain.partition(".")[0], *name.split(), name.replace(" ", ""))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_NAME_PART:
            left = left.replace(part, "")
    return left != _folded(password) and len(left) < FEWEST_OWN_LETTERS


@contextmanager
def _turn() -> Iterator[None]:
    if not _GATE.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise Unavailable("accounts.busy")
    try:
        yield
    finally:
        _GATE.release()


def _normal(password: str) -> str:
    """The same keys pressed on another keyboard may compose letters differently; the password is the same."""
    return unicodedata.normalize("NFC", password)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _unrepeated(text: str) -> str:
    found = _REPEATED.fullmatch(text)
    return found.group(1) if found else text


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(_folded(line.strip()) for line in lines if line.strip() and not line.startswith("#"))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
