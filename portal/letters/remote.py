"""Signing at a remote service that speaks the API of the Cloud Signature Consortium; only a digest goes there.

Source: Cloud Signature Consortium, Architectures and protocols for remote signature applications, v1.0.4.0 (2019)
and v2.0.0.2 (2023), sections `credentials/info`, `credentials/authorize`, `signatures/signHash`. The library's own
client drops the service's answer to a refusal, so a wrong PIN and a service that is away would look alike.
"""

import base64
import binascii
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

import requests
from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from asn1crypto.algos import SignedDigestAlgorithm  # type: ignore[import-untyped]
from cryptography import x509
from pyhanko.sign import signers
from requests.auth import AuthBase

from portal.letters.keys import RemoteKey, certificates_in
from portal.letters.signature import CmsSigner, in_asn1, store_of
from portal.letters.trouble import SignerTrouble, Trouble

SHA256 = "2.16.840.1.101.3.4.2.1"
LONGEST_SIGNATURE = 512
LARGEST_ANSWER = 256 * 1024
UNAUTHORIZED, SERVER_ERROR, OK = 401, 500, 200
_KEY_OF = {"1.2.840.113549.1.1.11": "1.2.840.113549.1.1.1", "1.2.840.10045.4.3.2": "1.2.840.10045.2.1"}
"""The algorithm of the key (RSA, elliptic curve) by the one of the signature: services name either."""

_REFUSED_PINS: set[tuple[str, str, str]] = set()


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Service:
    """One conversation with the service, all of it within the time the key is given."""

    def __init__(self, key: RemoteKey) -> None:
        self._key = key
        self._until = time.monotonic() + key.wait_seconds
        self._auth: AuthBase | None = None

    def signer(self) -> CmsSigner:
        """Ask for the certificate and give the signer that goes with it. Raises SignerTrouble."""
        asked = {"credentialID": self._key.credential, "certificates": "chain", "certInfo": True}
        told = self._ask("credentials/info", asked)
        certificates = _certificates(told)
        if _state(told, "cert") == "expired":
            raise SignerTrouble(Trouble.CERTIFICATE_EXPIRED)
        if _state(told, "cert") not in {"", "valid"} or _state(told, "key") not in {"", "enabled"}:
            raise SignerTrouble(Trouble.SERVICE_REFUSED)
        own, *others = certificates
        chain = [*others, *(one for path in self._key.chain for one in certificates_in(path))]
        algorithms = (told.get("key") or {}).get("algo") or ()
        return CmsSigner(own, _AtService(self, in_asn1(own), chain, frozenset(map(str, algorithms))))

    def signed(self, digest: bytes, algorithm: str) -> bytes:
        """Have a digest signed. Raises SignerTrouble."""
        written = base64.b64encode(digest).decode("ascii")
        hashes: dict[str, Any] = {"hash": [written]}
        named: dict[str, Any] = {"hashAlgo": SHA256}
        if self._key.version > 1:
            hashes, named = {"hashes": [written]}, {"hashAlgorithmOID": SHA256}
        asked = {"credentialID": self._key.credential, "numSignatures": 1, **hashes, **self._pin()}
        allowed = self._allowed(asked | (named if self._key.version > 1 else {}))
        order = {"credentialID": self._key.credential, "SAD": allowed, **hashes, **named}
        answer = self._ask("signatures/signHash", {**order, "signAlgo": algorithm})
        try:
            (signature,) = answer["signatures"]
            return base64.b64decode(signature, validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise SignerTrouble(Trouble.SERVICE_REFUSED) from None

    def _allowed(self, asked: Mapping[str, Any]) -> str:
        """What activates the key for this digest (SAD). A PIN once refused is not offered again: credentials lock."""
        offered = (self._key.url, self._key.credential, self._key.pin.read() if self._key.pin else "")
        if offered in _REFUSED_PINS:
            raise SignerTrouble(Trouble.PIN_REFUSED)
        try:
            return str(self._ask("credentials/authorize", asked).get("SAD", ""))
        except SignerTrouble as refused:
            if refused.trouble is Trouble.PIN_REFUSED:
                _REFUSED_PINS.add(offered)
            raise

    def _pin(self) -> dict[str, Any]:
        if self._key.pin is None:
            return {}
        pin = self._key.pin.read()
        return {"PIN": pin} if self._key.version == 1 else {"authData": [{"id": "PIN", "value": pin}]}

    def _let_in(self) -> AuthBase:
        """Who we are: the token we were given, or one the service gives us for this conversation."""
        if self._auth is None:
            key = self._key
            if key.token is not None:
                self._auth = _Bearer(key.token.read())
            else:
                assert key.client_id is not None and key.client_secret is not None  # noqa: S101, PT018 - `keys` says so
                asked = {"grant_type": "client_credentials"}
                asked |= {"client_id": key.client_id, "client_secret": key.client_secret.read()}
                given = self._post(key.token_url or f"{key.url}/oauth2/token", data=asked)
                self._auth = _Bearer(str(given.get("access_token", "")))
        return self._auth

    def _ask(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._post(f"{self._key.url}/{what}", json=body, auth=self._let_in())

    def _post(self, url: str, **sent: Any) -> dict[str, Any]:
        left = self._until - time.monotonic()
        if left <= 0:
            raise SignerTrouble(Trouble.UNREACHABLE)
        try:
            with requests.post(url, timeout=left, allow_redirects=False, stream=True, **sent) as answer:
                told = _read(answer, self._until)
        except (requests.RequestException, OSError) as error:
            raise SignerTrouble(Trouble.UNREACHABLE) from error
        if answer.status_code != OK:
            raise SignerTrouble(_refusal(answer.status_code, told))
        return told


class _AtService(signers.Signer):
    """The signing library's view of the key: what it wants signed is digested here and signed there."""

    def __init__(
        self,
        service: Service,
        certificate: asn1_x509.Certificate,
        chain: list[x509.Certificate],
        algorithms: frozenset[str],
    ) -> None:
        super().__init__(signing_cert=certificate, cert_registry=store_of(chain), embed_roots=False)
        self._service, self._algorithms = service, algorithms

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(LONGEST_SIGNATURE)
        mechanism: SignedDigestAlgorithm = self.get_signature_mechanism_for_digest(digest_algorithm)
        wanted = str(mechanism["algorithm"].dotted)
        algorithm = next((one for one in (wanted, _KEY_OF.get(wanted)) if one in self._algorithms), None)
        if algorithm is None:
            raise SignerTrouble(Trouble.SERVICE_REFUSED)
        return self._service.signed(hashlib.new(digest_algorithm, data).digest(), algorithm)


def _read(answer: requests.Response, until: float) -> dict[str, Any]:
    """The answer as far as it is one: a service that trickles or floods is not waited for."""
    content = b""
    for piece in answer.iter_content(8192):
        content += piece
        if len(content) > LARGEST_ANSWER or time.monotonic() > until:
            raise requests.Timeout
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if isinstance(told, dict):
        return told
    if answer.status_code == OK:
        raise SignerTrouble(Trouble.UNREACHABLE)
    return {}


def _refusal(status: int, told: Mapping[str, Any]) -> Trouble:
    """What the service means: `error` and `error_description` as RFC 6749 and the API have them."""
    said = f"{told.get('error', '')} {told.get('error_description', '')}".lower()
    if status >= SERVER_ERROR:
        return Trouble.UNREACHABLE
    if status == UNAUTHORIZED or "pin" in said.replace("_", " ").split() or "invalid_client" in said:
        return Trouble.PIN_REFUSED
    if "credentialid" in said:
        return Trouble.KEY_MISSING
    if "expired" in said:
        return Trouble.CERTIFICATE_EXPIRED
    return Trouble.SERVICE_REFUSED


def _certificates(told: Mapping[str, Any]) -> list[x509.Certificate]:
    try:
        written = told["cert"]["certificates"]
        found = [x509.load_der_x509_certificate(base64.b64decode(one)) for one in written]
    except (KeyError, TypeError, ValueError, binascii.Error):
        found = []
    if not found:
        raise SignerTrouble(Trouble.KEY_MISSING)
    return found


def _state(told: Mapping[str, Any], part: str) -> str:
    """How the service says its `cert` or `key` stands; empty where it does not."""
    found = told.get(part)
    return str(found.get("status", "")).lower() if isinstance(found, dict) else ""
