"""Recovery codes: ten words of letters and figures, each good once where the second factor would be asked.

Like `k7fq-3mdp-x2ht-9w4c`: about 79 bits each, so a plain hash with the person's identifier is enough.
"""

import hashlib
import secrets
from uuid import UUID

HOW_MANY = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another when read from paper
LENGTH = 16
GROUP = 4


def new_codes() -> tuple[str, ...]:
    """Ten new codes, as they are shown and typed."""
    made: set[str] = set()
    while len(made) < HOW_MANY:
        made.add("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))
    return tuple("-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP)) for code in made)


def hash_of_code(person_id: UUID, typed: str) -> bytes:
    """What is stored of a code, however its groups and capitals are typed."""
    plain = "".join(letter for letter in typed.lower() if letter.isalnum())
    return hashlib.sha256(b"recovery code:" + person_id.bytes + plain.encode()).digest()
