"""Browsers: what to call one in a list, and whether one has signed in to an account before."""

from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from portal.accounts.keys import new_key

MOST_ACCOUNTS = 6
SHORT_HASH_BYTES = 12

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(user_agent: str) -> str:
    """`Firefox · Windows`; empty where nothing is recognised."""
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name)


class KnownBrowser:
    """The cookie by which a browser shows that it signed in to an account before.

    It opens nothing. It only lets the account's own attempts be counted apart from strangers' attempts.
    """

    def __init__(self, secret_key: str, cookie: str | None) -> None:
        self._serializer = URLSafeSerializer(secret_key, salt="known browser")
        self.key, self._accounts = self._read(cookie)

    def key_for(self, account: bytes) -> str | None:
        """The browser's key if it has signed in to the account before."""
        return self.key if _short(account) in self._accounts else None

    def cookie_knowing(self, account: bytes) -> str:
        """The cookie after signing in to the account; the oldest of more than six is forgotten."""
        known = [other for other in self._accounts if other != _short(account)]
        accounts = [*known, _short(account)][-MOST_ACCOUNTS:]
        return str(self._serializer.dumps({"key": self.key or new_key(), "accounts": accounts}))

    def _read(self, cookie: str | None) -> tuple[str | None, tuple[str, ...]]:
        try:
            content: dict[str, Any] = self._serializer.loads(cookie or "")
            return str(content["key"]), tuple(str(account) for account in content["accounts"])
        except (BadSignature, KeyError, TypeError):
            return None, ()


def _short(account: bytes) -> str:
    return account[:SHORT_HASH_BYTES].hex()
