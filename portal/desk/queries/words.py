"""Words officers search for, as conditions that the index of trigrams answers."""

import sqlalchemy as sa

from portal.dossiers.models import Dossier
from portal.foundation.search import trigrams


def with_every(words: str) -> sa.ColumnElement[bool] | None:
    """All of these words, as a search key, are there; None where there is nothing to look for."""
    pieces = trigrams(words)
    return Dossier.trigrams.contains(pieces) if pieces else None


def like(words: str) -> sa.ColumnElement[bool]:
    """Of every word its first or its second half is there: half-typed words and slips of the finger.

    Each half is a set of pieces that must all be found, so the index answers it however many dossiers there are.
    """
    return sa.and_(*(sa.or_(*map(Dossier.trigrams.contains, _halves(word))) for word in words.split()))


def _halves(word: str) -> tuple[list[str], list[str]]:
    bordered, known = f" {word} ", set(trigrams(word))
    pieces = [bordered[i : i + 3] for i in range(len(word))]
    if not known.issuperset(pieces):  # Chinese is cut into characters
        pieces = list(word)
    middle = max(1, len(pieces) // 2)
    return pieces[:middle], pieces[-middle:]
