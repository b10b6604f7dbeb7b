"""The other side of the wire: a remote signing service that speaks the CSC API, holds a real key and really signs.

Source: Cloud Signature Consortium, API specifications v1.0.4.0 and v2.0.0.2.
"""

import base64
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from tests.letters.certifying import PrivateKey

CREDENTIAL, PIN, CLIENT, CLIENT_SECRET = "SEAL-01", "246810", "motcua", "bí mật của cổng"
SHA256 = "2.16.840.1.101.3.4.2.1"
SHA256_ECDSA, SHA256_RSA = "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"

Answer = tuple[int, Any]


class SigningService:
    """Listens on a port of its own for the length of a block. What it is told to do, it does to the next request too.

    `status`: of the certificate. `hangs`: it takes requests and never answers. `garbles`: it signs something else.
    `asked` are the paths and bodies that came, `listens` is called at each signature.
    """

    def __init__(self, key: PrivateKey, chain: list[x509.Certificate]) -> None:
        self.key, self.chain = key, chain
        self.status, self.hangs, self.garbles, self.broken = "valid", False, False, False
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.listens: Callable[[], object] = lambda: None
        self._tokens: set[str] = set()
        self._allowed: dict[str, str] = {}
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if service.hangs:
                    service._closing.wait(60)
                    return
                status, told = service.answer(self.path, body, self.headers.get("Authorization", ""))
                content = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def address(self, version: str = "v1") -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/csc/{version}"

    def answer(self, path: str, body: bytes, authorization: str) -> Answer:
        if self.broken:
            return 503, b"<html>out of order</html>"
        version, _, method = path.removeprefix("/csc/").partition("/")
        if method == "oauth2/token":
            return self._token({name: values[0] for name, values in parse_qs(body.decode()).items()})
        told = json.loads(body)
        self.asked.append((path, told))
        if authorization.removeprefix("Bearer ") not in self._tokens:
            return 401, {"error": "invalid_token", "error_description": "The access token is expired or unknown"}
        if told.get("credentialID") != CREDENTIAL:
            return 400, {"error": "invalid_request", "error_description": "Invalid parameter credentialID"}
        methods = {
            "credentials/info": self._info,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }
        return methods[method](told, version)

    def _token(self, asked: dict[str, str]) -> Answer:
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        token = secrets.token_urlsafe()
        self._tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def _info(self, _told: dict[str, Any], version: str) -> Answer:
        ders = [one.public_bytes(serialization.Encoding.DER) for one in self.chain]
        how = {"auth": {"mode": "explicit"}} if version == "v2" else {"authMode": "explicit"}
        return 200, {
            "key": {"status": "enabled", "algo": [SHA256_ECDSA if self._is_elliptic else SHA256_RSA], "len": 256},
            "cert": {"status": self.status, "certificates": [base64.b64encode(der).decode() for der in ders]},
            "SCAL": "2", "multisign": 1, **how,
        }  # fmt: skip

    def _authorize(self, told: dict[str, Any], version: str) -> Answer:
        pins = [one["value"] for one in told.get("authData", []) if one["id"] == "PIN"]
        given = (pins[0] if pins else None) if version == "v2" else told.get("PIN")
        if given != PIN:
            return 400, {"error": "invalid_pin", "error_description": "The PIN is invalid"}
        (digest,) = told["hashes" if version == "v2" else "hash"]
        activation = secrets.token_urlsafe()
        self._allowed[activation] = digest
        return 200, {"SAD": activation, "expiresIn": 300}

    def _sign(self, told: dict[str, Any], version: str) -> Answer:
        names = ("hashes", "hashAlgorithmOID") if version == "v2" else ("hash", "hashAlgo")
        (digest,), algorithm = told[names[0]], told[names[1]]
        if algorithm != SHA256 or self._allowed.pop(str(told.get("SAD")), None) != digest:
            return 400, {"error": "invalid_request", "error_description": "Invalid parameter SAD"}
        self.listens()
        raw = bytes(32) if self.garbles else base64.b64decode(digest)
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            signature = self.key.sign(raw, ec.ECDSA(Prehashed(hashes.SHA256())))
        else:
            signature = self.key.sign(raw, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        return 200, {"signatures": [base64.b64encode(signature).decode()]}

    @property
    def _is_elliptic(self) -> bool:
        return isinstance(self.key, ec.EllipticCurvePrivateKey)
