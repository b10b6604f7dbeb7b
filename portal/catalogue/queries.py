"""Finding versions of procedures, and reading their definitions once per process."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer

from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.narrowing import EVERYTHING, Narrowing
from portal.foundation.search import likeness, search_key, trigrams

_definitions: dict[str, Definition] = {}
LEAST_LIKENESS = 0.35
CANDIDATES = 80
MANY_WORDS = 3
ALIKE_LETTERS = 20
"""Names whose lengths differ by less say as much; between those the code decides."""
FILLERS = frozenset(
    {"a", "an", "the", "of", "for", "to", "i", "my", "we", "want", "need", "how", "toi", "muon", "sao", "lam", "xin"}
)
LONGEST_QUERY = 200


def definition_of(version: ProcedureVersion) -> Definition:
    """The definition of a published version; read once per process, for a version never changes."""
    known = _definitions.get(version.content_hash)
    if known is None:
        known = Definition.model_validate(version.definition)
        _definitions[version.content_hash] = known
    return known


def definitions_of(session: Session, versions: Iterable[ProcedureVersion]) -> dict[UUID, Definition]:
    """The definitions of several versions; what this process has not read yet takes one statement."""
    wanted = {version.id: version.content_hash for version in versions}
    unread = [version_id for version_id, digest in wanted.items() if digest not in _definitions]
    if unread:
        columns = sa.select(ProcedureVersion.content_hash, ProcedureVersion.definition)
        for digest, content in session.execute(columns.where(ProcedureVersion.id.in_(unread))):
            _definitions[digest] = Definition.model_validate(content)
    return {version_id: _definitions[digest] for version_id, digest in wanted.items()}


def version(session: Session, version_id: UUID) -> ProcedureVersion | None:
    """The version a dossier or draft is pinned to."""
    return session.get(ProcedureVersion, version_id)


def versions_of(session: Session, code: str) -> Sequence[ProcedureVersion]:
    """Every version ever published of a procedure, the newest first: past, in force, to come and withdrawn."""
    statement = sa.select(ProcedureVersion).where(ProcedureVersion.code == code).options(_light())
    return session.scalars(statement.order_by(ProcedureVersion.number.desc())).all()


def every_version(session: Session) -> Sequence[ProcedureVersion]:
    """Every version of every procedure, by code, the newest first."""
    order = (ProcedureVersion.code, ProcedureVersion.number.desc())
    return session.scalars(sa.select(ProcedureVersion).options(_light()).order_by(*order)).all()


def standing(session: Session, code: str, *, on: date) -> tuple[ProcedureVersion | None, ProcedureVersion | None]:
    """The version in force on this day (as `in_force` finds it), and the next one to come; one statement."""
    return standing_among(versions_of(session, code), on=on)


def standing_among(
    found: Iterable[ProcedureVersion], *, on: date
) -> tuple[ProcedureVersion | None, ProcedureVersion | None]:
    """The version in force on this day and the next one to come, among the versions of one procedure."""
    stays = [one for one in found if one.withdrawn_on is None or one.withdrawn_on > max(on, one.effective_on)]
    order = {one.id: (one.effective_on, one.number) for one in stays}
    current = max((one for one in stays if one.effective_on <= on), key=lambda one: order[one.id], default=None)
    coming = min((one for one in stays if one.effective_on > on), key=lambda one: order[one.id], default=None)
    return current, coming


def not_withdrawn(session: Session, code: str) -> Sequence[ProcedureVersion]:
    """The versions of a procedure nobody has said an end of, the newest first."""
    return [one for one in versions_of(session, code) if one.withdrawn_on is None]


def version_numbered(session: Session, code: str, number: int) -> ProcedureVersion | None:
    """One version of a procedure by its number."""
    statement = sa.select(ProcedureVersion).where(ProcedureVersion.code == code, ProcedureVersion.number == number)
    return session.scalars(statement).first()


def in_force(session: Session, code: str, *, on: date) -> ProcedureVersion | None:
    """The version of the procedure in force on this day."""
    return session.scalars(_in_force(on).where(ProcedureVersion.code == code)).first()


def taking_over(session: Session, pinned: ProcedureVersion, *, on: date) -> ProcedureVersion | None:
    """The version a dossier begun under `pinned` is to be filed under on this day; None where that is `pinned` itself.

    A dossier is dealt with by the version in force when it is filed (decision 14), so a draft goes on with that one.
    Where nothing is in force the pinned version is its own successor: whether it may still be used its days say.
    """
    found = session.scalars(_in_force(on).where(ProcedureVersion.code == pinned.code).options(_light())).first()
    if found is None or found.id == pinned.id:
        return None
    is_over = pinned.withdrawn_on is not None and pinned.withdrawn_on <= on
    return found if is_over or found.number > pinned.number else None


def offered_instead(session: Session, pinned: ProcedureVersion, *, on: date) -> ProcedureVersion | None:
    """The newer version a filer may choose for a dossier filed under an older one, where its transition says so.

    Without `transition = "opt_in"` nothing is offered. The filed dossier itself keeps its version either way
    (decision 14): whoever chooses the new rules files anew under them, and takes the old dossier back.
    """
    newer = in_force(session, pinned.code, on=on)
    if newer is None or newer.number <= pinned.number:
        return None
    return newer if definition_of(newer).transition == "opt_in" else None


def all_in_force(session: Session, *, on: date, only: Narrowing = EVERYTHING) -> Sequence[ProcedureVersion]:
    """One version per procedure in force on this day, by field and code."""
    statement = _in_force(on).options(_light()).where(*only.conditions())
    return sorted(session.scalars(statement), key=lambda found: (found.field, found.code))


class Named(NamedTuple):
    """A procedure as lists to choose from need it."""

    field: str
    code: str
    names: Mapping[str, str]


def named_in_force(session: Session, *, on: date) -> list[Named]:
    """The procedures in force on this day with their names only, by field and code."""
    return sorted((Named(*row) for row in session.execute(_named_in_force(on))), key=lambda one: one[:2])


def counts_by_field(session: Session, *, on: date) -> dict[str, int]:
    """How many procedures of each field are in force on this day."""
    counted = _in_force(on).with_only_columns(ProcedureVersion.field, sa.func.count()).group_by(ProcedureVersion.field)
    return {row[0]: row[1] for row in session.execute(counted)}


def published_contents(session: Session) -> frozenset[tuple[str, str]]:
    """Code and content hash of everything ever published."""
    rows = session.execute(sa.select(ProcedureVersion.code, ProcedureVersion.content_hash))
    return frozenset((code, digest) for code, digest in rows)


def search(
    session: Session, words: str, *, on: date, only: Narrowing = EVERYTHING, limit: int = 25
) -> list[ProcedureVersion]:
    """The procedures in force that are most like the words, best first.

    Accents, capitals and small typos do not matter; a code or its digits find the procedure at once.
    """
    key = _without_fillers(search_key(words[:LONGEST_QUERY]))
    wanted = trigrams(key)
    if not wanted:
        return []
    scored = [(_rank(key, wanted, found), found) for found in _candidates(session, key, wanted, on=on, only=only)]
    best = sorted((pair for pair in scored if pair[0] >= LEAST_LIKENESS), key=lambda pair: (-pair[0], pair[1].code))
    return [found for _, found in best[:limit]]


def holds_all(words: str, found: ProcedureVersion) -> bool:
    """Whether every piece of every word stands in what the procedure is found by; else it is merely like them."""
    key = _without_fillers(search_key(words[:LONGEST_QUERY]))
    return set(trigrams(key)) <= set(found.trigrams)


def _without_fillers(key: str) -> str:
    """The question without the words that only hold it together; as it is where it has no others."""
    return " ".join(word for word in key.split() if word not in FILLERS) or key


def _candidates(
    session: Session, key: str, wanted: list[str], *, on: date, only: Narrowing
) -> Sequence[ProcedureVersion]:
    """Those that hold every piece of every word, which the index finds at once; else the nearest."""
    statement = _in_force(on).options(_light()).limit(CANDIDATES).where(*only.conditions())
    whole = session.scalars(statement.where(ProcedureVersion.trigrams.contains(wanted))).all()
    if whole:
        return whole
    nearest = _nearest(key, wanted, only)
    return session.scalars(statement.join(nearest, nearest.c.id == ProcedureVersion.id)).all()


def _nearest(key: str, wanted: Sequence[str], only: Narrowing) -> sa.CTE:
    """The versions that share most with the words; worked out before anything else is asked of them.

    The short key is looked through instead of the pieces: a long array costs more to read than to compare.
    """
    words = list(dict.fromkeys(key.split()))
    parts = words if len(words) >= MANY_WORDS else wanted
    bordered = sa.literal(" ").concat(ProcedureVersion.search_key).concat(" ")
    held = (sa.cast(sa.func.strpos(bordered, part) > 0, sa.Integer) * len(part) for part in parts)
    nearness = sum(held, start=sa.literal(0)).label("nearness")
    return (
        sa.select(ProcedureVersion.id, nearness)
        .where(*only.conditions())
        .order_by(nearness.desc(), ProcedureVersion.code)
        .limit(CANDIDATES * 2)
        .cte("nearest")
    )


def _rank(key: str, wanted: Sequence[str], found: ProcedureVersion) -> float:
    """How well the words fit: the name counts as much as all the rest, the very phrase more than its pieces.

    Among names that fit alike the clearly shorter one says less that was not asked for.
    """
    names = (*found.names.values(), found.code)
    in_name = max(likeness(wanted, _pieces(name)) for name in names)
    phrase = next((bonus for bonus, texts in ((0.5, names), (0.3, (found.search_key,))) if _says(key, texts)), 0.0)
    surplus = min(len(_key(found.names["vi"])), 500) // ALIKE_LETTERS * ALIKE_LETTERS / 10_000
    return 0.5 * likeness(wanted, found.trigrams) + 0.5 * in_name + (phrase or _run(key, found.search_key)) - surplus


def _run(key: str, text: str) -> float:
    """A bonus for the longest run of the question's words that stands in the text: the heart of a sentence."""
    words = key.split()
    longest = 0
    for begin in range(len(words)):
        while begin + longest < len(words) and f" {' '.join(words[begin : begin + longest + 1])} " in f" {text} ":
            longest += 1
    return 0.0 if longest < MANY_WORDS else 0.3 * longest / len(words)


def _says(key: str, texts: Iterable[str]) -> bool:
    return any(key in _key(text) for text in texts)


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    return search_key(text)


@lru_cache(maxsize=4096)
def _pieces(text: str) -> frozenset[str]:
    return frozenset(trigrams(search_key(text)))


def _light() -> sa.orm.interfaces.ORMOption:
    """Lists need no whole definition: it is read from this process's memory (`definitions_of`)."""
    return defer(ProcedureVersion.definition)


@lru_cache(maxsize=8)
def _in_force(on: date) -> sa.Select[ProcedureVersion]:
    """Versions in force on the day that no later one in force has replaced."""
    later = aliased(ProcedureVersion)
    replaced = sa.exists().where(
        later.code == ProcedureVersion.code,
        _applies(later, on),
        sa.tuple_(later.effective_on, later.number) > sa.tuple_(ProcedureVersion.effective_on, ProcedureVersion.number),
    )
    return sa.select(ProcedureVersion).where(_applies(ProcedureVersion, on), ~replaced)


@lru_cache(maxsize=8)
def _named_in_force(on: date) -> sa.Select[Any]:
    return _in_force(on).with_only_columns(ProcedureVersion.field, ProcedureVersion.code, ProcedureVersion.names)


def _applies(version: type[ProcedureVersion], on: date) -> sa.ColumnElement[bool]:
    not_withdrawn = sa.or_(version.withdrawn_on.is_(None), version.withdrawn_on > on)
    return sa.and_(version.effective_on <= on, not_withdrawn)
