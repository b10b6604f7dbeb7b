"""A security key made of software: it makes passkeys and shows them as the standard says (ES256, no attestation)."""

import base64
import hashlib
import json
import os
import re
from html import unescape
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

OPTIONS = re.compile(r'data-passkey="(?:create|get)" data-options="([^"]*)"')
PRESENT, HOLDS_KEY = 0x01, 0x40


def options_of(page: str) -> dict[str, Any]:
    """What a page asks the browser for."""
    found = OPTIONS.search(page)
    assert found, page
    asked: dict[str, Any] = json.loads(unescape(found[1]))
    return asked


def text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Authenticator:
    """One key; `site` is where the browser says it is."""

    def __init__(self, site: str = "http://localhost", host: str = "localhost") -> None:
        self.site, self.host = site, host
        self.id = os.urandom(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def make(self, page: str) -> str:
        """The answer to a page that asks for a new passkey."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        held = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(PRESENT | HOLDS_KEY) + held})
        asked = self._asked("webauthn.create", options_of(page))
        return self._answer({"clientDataJSON": text(asked), "attestationObject": text(attested), "transports": ["usb"]})

    def show(self, page: str) -> str:
        """The answer to a page that asks for a passkey."""
        self.count += 1
        asked, data = self._asked("webauthn.get", options_of(page)), self._data(PRESENT)
        signature = self.key.sign(data + hashlib.sha256(asked).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": text(asked), "authenticatorData": text(data), "signature": text(signature)}
        )

    def _asked(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.site}).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": text(self.id),
                "rawId": text(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
