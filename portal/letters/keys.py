"""The keys of a real office: which seal and which signature lies where, as the operator's file says (`SIGNERS_FILE`).

An entry for each agency, by its key in the register, and for each leader who signs on the server, by the address they
sign in with. Secrets never stand in the file: it names the variable or the file that holds each. It is read when a
process starts; its form is told in `docs/signing.md`.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
from cryptography import x509

from portal.foundation.settings import SettingsError, is_safe_address

LONGEST_WAIT = 25
"""Seconds a remote service may be given for one signature: a web server gives up on a request after sixty."""


class SecretMissing(LookupError):
    """The variable or file that should hold a secret does not. The message names it, and never what it held."""


class _Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _beside(path: Path, info: pydantic.ValidationInfo) -> Path:
    """A path in the file is meant from the folder the file lies in."""
    return Path(info.context["folder"]) / path if info.context else path


def _safe(address: str) -> str:
    if not is_safe_address(address):
        raise ValueError("must be an https:// address (http:// only on this machine)")
    return address.rstrip("/")


Beside = Annotated[Path, pydantic.AfterValidator(_beside)]
Safe = Annotated[str, pydantic.AfterValidator(_safe)]
Name = Annotated[str, pydantic.Field(min_length=1, max_length=200)]


class Secret(_Model):
    """Where a PIN, a passphrase or a token is kept: in a variable, or as the content of a file."""

    env: Name | None = None
    file: Beside | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _is_named(cls, given: Any) -> Any:
        if not isinstance(given, dict) or len(given) != 1:
            raise ValueError('name where it is kept: {env = "VARIABLE"} or {file = "path"}')
        return given

    @property
    def place(self) -> str:
        """What to look at when it is missing."""
        return f"variable {self.env}" if self.env else f"file {self.file}"

    def read(self) -> str:
        """The secret as it is now. Raises SecretMissing."""
        try:
            found = os.environ[self.env] if self.env else Path(str(self.file)).read_text("utf-8").strip()
        except (KeyError, OSError, UnicodeDecodeError):
            raise SecretMissing(self.place) from None
        if not found:
            raise SecretMissing(self.place)
        return found


class SoftwareKey(_Model):
    """A key in a PKCS#12 file on this machine."""

    signer: Literal["software"]
    file: Beside
    passphrase: Secret
    chain: tuple[Beside, ...] = ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self.passphrase,)


class TokenKey(_Model):
    """A key on a token or a hardware module, reached by its PKCS#11 library.

    `key` is the label of key and certificate; `certificate` a PEM file where the token holds only the key.
    """

    signer: Literal["pkcs11"]
    module: Path
    token: Name
    key: Name
    pin: Secret
    certificate: Beside | None = None
    chain: tuple[Beside, ...] = ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self.pin,)


class RemoteKey(_Model):
    """A credential at a remote signing service that speaks the API of the Cloud Signature Consortium.

    `url` ends with the version spoken there ("…/csc/v1"). The service lets us in by a `token`, or gives one for our
    `client_id` and `client_secret` (OAuth 2 client credentials, at `token_url`, by default `oauth2/token` of the
    service).
    """

    signer: Literal["csc"]
    url: Annotated[Safe, pydantic.Field(pattern=r"/v[12]/?$")]
    credential: Name
    pin: Secret | None = None
    token: Secret | None = None
    client_id: Name | None = None
    client_secret: Secret | None = None
    token_url: Safe | None = None
    wait_seconds: Annotated[int, pydantic.Field(ge=1, le=LONGEST_WAIT)] = 15
    chain: tuple[Beside, ...] = ()

    @pydantic.model_validator(mode="after")
    def _is_let_in(self) -> Self:
        if (self.token is None) == (self.client_id is None) or (self.client_id is None) != (self.client_secret is None):
            raise ValueError("needs either token, or client_id with client_secret")
        return self

    @property
    def version(self) -> int:
        """The version of the API at the address: 1 or 2."""
        return int(self.url[-1])

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return tuple(one for one in (self.pin, self.token, self.client_secret) if one is not None)


Key = SoftwareKey | TokenKey | RemoteKey
AnyKey = Annotated[Key, pydantic.Field(discriminator="signer")]


class Keys(_Model):
    """All the operator's file says. `trust` are PEM files of the authorities whose certificates count here."""

    trust: tuple[Beside, ...] = ()
    agencies: Mapping[str, AnyKey] = {}
    leaders: Mapping[str, AnyKey] = {}

    @pydantic.field_validator("leaders")
    @classmethod
    def _as_signed_in(cls, leaders: Mapping[str, Key]) -> Mapping[str, Key]:
        return {address.lower(): key for address, key in leaders.items()}

    def trusted(self) -> tuple[x509.Certificate, ...]:
        """The certificates of the authorities named in the file. Raises `OSError`, `ValueError`."""
        return tuple(certificate for path in self.trust for certificate in certificates_in(path))

    def complaints(self) -> Iterator[str]:
        """What the file names and is not there: secrets and certificates."""
        for group, entries in (("agencies", self.agencies), ("leaders", self.leaders)):
            for name, key in entries.items():
                for secret in key.secrets:
                    try:
                        secret.read()
                    except SecretMissing:
                        yield f"{group}.{name}: nothing in the {secret.place}"
                yield from (f"{group}.{name}: {path} holds no certificate" for path in key.chain if not _holds(path))
        yield from (f"trust: {path} holds no certificate" for path in self.trust if not _holds(path))


def certificates_in(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file, one or more. Raises `OSError`, `ValueError`."""
    return x509.load_pem_x509_certificates(path.read_bytes())


def _holds(path: Path) -> bool:
    try:
        return bool(certificates_in(path))
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=8)
def keys_of(path: Path | None) -> Keys:
    """Read the operator's file; without one there are no keys. Raises SettingsError naming all that is wrong."""
    if path is None:
        return Keys()
    try:
        written = tomllib.loads(path.read_text("utf-8"))
        keys = Keys.model_validate(written, context={"folder": path.parent})
        wrong = list(keys.complaints())
    except (OSError, UnicodeDecodeError):
        wrong = ["the file cannot be read"]
    except tomllib.TOMLDecodeError as error:
        wrong = [str(error)]
    except pydantic.ValidationError as error:
        wrong = [f"{_place(one['loc'])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()]
    if wrong:
        raise SettingsError(f"SIGNERS_FILE ({path}) is not right:\n" + "\n".join(f"  - {line}" for line in wrong))
    return keys


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part not in {"software", "pkcs11", "csc"}) or "the file"
