"""The sign-in service outside, spoken to by OpenID Connect: authorization code with PKCE, state, nonce, ID token.

Authlib speaks the protocol; here stands what we believe and what we refuse. Only addresses nobody can listen to are
asked (`is_safe_address`), none that redirects, and none longer than some seconds.
Source: OpenID Connect Core 1.0, Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (issuer in the answer).
"""

from dataclasses import dataclass
from typing import Any

import flask
import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from portal.foundation.errors import Invalid, PortalError, Unavailable
from portal.foundation.settings import SignInService, is_safe_address

log = structlog.get_logger(__name__)

NAME = "sign_in_service"
SCOPE = "openid email profile"
SECONDS = 8
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Ways of signing where only the service can sign: never "none", never a secret we share."""
SPOKEN_TO = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
LONGEST = 200


class Untrustworthy(Exception):
    """The service says something of itself that we do not take from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Who somebody has shown to be at the service. `email` is theirs only where `email_is_verified`."""

    issuer: str
    subject: str
    name: str
    email: str
    email_is_verified: bool

    @property
    def known_as(self) -> str:
        """How the person recognises this identity."""
        return self.email or self.name or self.subject


class _CarefulSession(OAuth2Session):  # type: ignore[misc]
    """Asks safe addresses only, follows no redirect, waits some seconds."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        if not is_safe_address(url):
            raise Untrustworthy("address")
        kwargs.setdefault("timeout", SECONDS)
        kwargs["allow_redirects"] = False
        answer: requests.Response = super().request(method, url, *args, **kwargs)
        if answer.is_redirect:
            raise Untrustworthy("redirect")
        return answer


class _Service(FlaskOAuth2App):  # type: ignore[misc]
    """One service; what it says of itself is read once and checked."""

    client_cls = _CarefulSession
    issuer = ""

    def load_server_metadata(self) -> dict[str, Any]:
        if "_loaded_at" in self.server_metadata:
            return dict(self.server_metadata)
        try:
            found: dict[str, Any] = super().load_server_metadata()
            _check(found, self.issuer)
        except BaseException:
            self.server_metadata.clear()  # asked anew the next time
            raise
        told = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [one for one in told if one in SIGNED_BY] or ["RS256"]
        return found


def _check(metadata: dict[str, Any], issuer: str) -> None:
    if metadata.get("issuer") != issuer:
        raise Untrustworthy("issuer")
    for name in SPOKEN_TO:
        if name != "userinfo_endpoint" and name not in metadata:
            raise Untrustworthy(name)
        if name in metadata and not is_safe_address(str(metadata[name])):
            raise Untrustworthy(name)


def init_app(app: flask.Flask, settings: SignInService | None) -> None:
    """Get ready to speak to the service, if there is one. Nothing is sent yet."""
    app.extensions[NAME] = None
    if settings is None:
        return
    registry = OAuth(app)
    registry.oauth2_client_cls = type("_ThisService", (_Service,), {"issuer": settings.issuer})
    registry.register(
        NAME,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        server_metadata_url=settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic" if settings.client_secret else "none",
        },
    )
    app.extensions[NAME] = registry.create_client(NAME)


def lead_there(come_back_to: str, *, language: str) -> Response:
    """The way to the service's own page. Raises Unavailable while it does not answer."""
    service = _service()
    try:
        answer = service.authorize_redirect(come_back_to, ui_locales=language)
    except (requests.RequestException, Untrustworthy, ValueError, RuntimeError, AuthlibBaseError) as fault:
        raise _away(fault) from fault
    assert isinstance(answer, Response)  # noqa: S101 - what Authlib's Flask client gives
    return answer


def read_answer() -> Shown:
    """Who came back from the service, with everything about the answer checked.

    Raises Invalid where the person declined, or the answer was not asked for by this browser; Unavailable where the
    service cannot be asked, or says what we do not believe.
    """
    service = _service()
    try:
        claims = _claims(service)
    except MismatchingStateError as fault:
        raise Invalid("accounts.outside_not_begun") from fault
    except OAuthError as fault:
        raise _refused(fault) from fault
    except (requests.RequestException, Untrustworthy, JoseError, ValueError, RuntimeError, AuthlibBaseError) as fault:
        raise _away(fault) from fault
    return Shown(
        issuer=service.issuer,
        subject=str(claims["sub"]),
        name=str(claims.get("name") or "")[:LONGEST],
        email=str(claims.get("email") or "").strip().lower()[:LONGEST],
        email_is_verified=claims.get("email_verified") is True,
    )


def _claims(service: Any) -> dict[str, Any]:
    """What the service says of the person, from the ID token first."""
    if flask.request.args.get("iss", service.issuer) != service.issuer:
        raise Untrustworthy("iss")
    token = service.authorize_access_token(leeway=60)
    claims = dict(token.get("userinfo") or {})
    if not claims.get("sub"):
        raise Untrustworthy("id_token")
    return _more(service, token, claims)


def _more(service: Any, token: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """Name and address, which many services give only where they are asked once more; about the same person only."""
    if "email" in claims or "userinfo_endpoint" not in service.load_server_metadata():
        return claims
    told = dict(service.userinfo(token=token))
    if told.get("sub") != claims["sub"]:
        raise Untrustworthy("userinfo")
    return {**told, **claims}


def _service() -> Any:
    service = flask.current_app.extensions[NAME]
    if service is None:
        raise Unavailable("accounts.outside_away")
    return service


def _refused(fault: OAuthError) -> PortalError:
    """The service answered with an error of the protocol."""
    if fault.error == "access_denied":
        return Invalid("accounts.outside_declined")
    if fault.error in {"temporarily_unavailable", "server_error", "invalid_client", "unauthorized_client"}:
        return _away(fault)
    log.warning("sign-in service refused", error=str(fault.error))
    return Invalid("accounts.outside_not_begun")


def _away(fault: Exception) -> Unavailable:
    detail = fault.args[0] if isinstance(fault, Untrustworthy) else getattr(fault, "error", "")
    log.error("sign-in service not usable", fault=type(fault).__name__, detail=str(detail))
    return Unavailable("accounts.outside_away")
