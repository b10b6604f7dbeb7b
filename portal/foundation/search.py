"""Finding by words without database extensions: a key without accents, cut into short pieces (decision 27).

Vietnamese is typed with and without marks, Chinese without spaces. The key folds marks and case away; the
pieces are three letters long, two for Chinese, and live in a `text[]` column under a GIN index. Pieces find
the candidates, the key ranks them, so a typo costs a few pieces and not the hit.
"""

import re
import unicodedata
from collections.abc import Collection

_WORDS = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def search_key(*texts: str | None) -> str:
    """The texts as people type them when in a hurry: no marks, no capitals, single spaces.

    >>> search_key("Giấy phép xây dựng", "ĐẤT ĐAI")
    'giay phep xay dung dat dai'
    """
    joined = " ".join(text for text in texts if text)
    folded = unicodedata.normalize("NFD", joined.casefold().replace("đ", "d"))
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(_WORDS.findall(unicodedata.normalize("NFC", bare)))


def trigrams(key: str) -> list[str]:
    """The distinct pieces of a search key: letters in threes with word borders, Chinese in twos and ones."""
    pieces: set[str] = set()
    for word in key.split():
        if _HAN.search(word):
            pieces.update(word)
            pieces.update(word[i : i + 2] for i in range(len(word) - 1))
        else:
            bordered = f" {word} "
            pieces.update(bordered[i : i + 3] for i in range(max(len(bordered) - 2, 1)))
    return sorted(pieces)


def likeness(wanted: Collection[str], found: Collection[str]) -> float:
    """The share of the wanted pieces that were found, from 0 to 1."""
    if not wanted:
        return 0.0
    return len(set(wanted) & set(found)) / len(set(wanted))
