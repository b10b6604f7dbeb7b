"""A form whose sender could not be checked any more: given back with what was typed, to be sent again.

The check lives in a cookie. Where the browser has lost it (closed and opened again, cleared, signed in anew in another
tab) the form arrives without a witness. It is refused; but thrown away is only what another site may have sent.
"""

from typing import Final

import flask

NEVER_GIVEN_BACK: Final = frozenset({"csrf_token", "code"})
LARGEST_CHARACTERS: Final = 500_000


def typed_here() -> list[tuple[str, str]]:
    """The fields of a refused form that came from a page of this portal; empty where that is not certain.

    `Sec-Fetch-Site` is set by the browser itself and can be forged by no page of another site; where it is missing
    nothing is given back. Neither is anything of a form with a password, nor what a script sent by itself.
    """
    request = flask.request
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    if "HX-Request" in request.headers or any("password" in name.lower() for name in request.form):
        return []
    fields = [(name, value) for name, values in request.form.lists() for value in values]
    kept = [(name, value) for name, value in fields if name not in NEVER_GIVEN_BACK]
    size = sum(len(name) + len(value) for name, value in kept)
    is_worth_it = any(value.strip() for _, value in kept) and size <= LARGEST_CHARACTERS
    return kept if is_worth_it else []
