"""Two people on the same page of a form: what both changed is laid before whoever saves second. Pure.

A page carries the fingerprint of every field as it was shown (`seen`). What only a colleague changed is taken over,
what only this person changed is saved; a field both changed is asked about: yours or theirs. Until that is answered
nothing is saved.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.dossiers.typed import Typed, changed_meanwhile, digest_of, merged

WHOSE = "whose:"
"""Before a field's code: the answer to “yours or theirs?”. No field code has a colon."""

MINE, THEIRS = "mine", "theirs"

ASKED = "asked"
"""The fields this page asked “yours or theirs?” about, by code, separated by blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What came together on a page.

    `changed`: fields a colleague has saved since it was made, other than they are sent. `clashing`: those of them
    this person changed, too. `together`: both persons' work, this person's where they clash.
    """

    changed: tuple[str, ...] = ()
    clashing: tuple[str, ...] = ()
    together: Typed

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look before anything is saved."""
        return bool(self.changed)


def seen_in(sent: Typed) -> dict[str, str]:
    """The fingerprints of what the page was made from; none where they cannot be read."""
    try:
        seen = json.loads((sent.get("seen") or ["{}"])[-1])
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in seen.items()} if isinstance(seen, dict) else {}


def fingerprints(typed: Typed, codes: Sequence[str]) -> str:
    """What a page made from these values carries as `seen`."""
    return json.dumps({code: digest_of(typed, code) for code in codes}, separators=(",", ":"))


def meet(mine: Typed, saved: Typed, sent: Typed, codes: Sequence[str]) -> Meeting:
    """Compare what is sent with what is saved, by the page it was typed on and the choices made there.

    A field sent just as it is saved needs no question: it is the same page, sent twice.
    """
    seen = seen_in(sent)
    changed = [
        code for code in changed_meanwhile(seen, saved, codes) if digest_of(mine, code) != digest_of(saved, code)
    ]
    asked = set((sent.get(ASKED) or [""])[-1].split()) & set(codes)
    unanswered = [code for code in codes if code in asked and _choice(sent, code) == ""]
    theirs = [code for code in codes if code in asked - set(changed) and _choice(sent, code) == THEIRS]
    unanswered = [code for code in unanswered if digest_of(mine, code) != digest_of(saved, code)]
    chosen = {name: list(values) for name, values in mine.items() if name.partition(".")[0] not in theirs}
    chosen |= {name: list(values) for name, values in saved.items() if name.partition(".")[0] in theirs}
    clashing = [code for code in changed if seen.get(code) != digest_of(chosen, code)]
    return Meeting(
        changed=tuple(code for code in codes if code in {*changed, *unanswered}),
        clashing=tuple(code for code in codes if code in {*clashing, *unanswered}),
        together=merged(chosen, saved, seen, codes) if changed else chosen,
    )


def _choice(sent: Mapping[str, Sequence[str]], code: str) -> str:
    chosen = (sent.get(f"{WHOSE}{code}") or [""])[-1]
    return chosen if chosen in {MINE, THEIRS} else ""
