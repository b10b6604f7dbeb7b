"""What this installation is told from outside: read from the environment once, then only passed along.

A running demo (`portal run`) leaves a private note with its addresses in the data folder, so that a command
in another terminal finds the same database without being told. A variable that is set always wins.
"""

import enum
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

MINUTES_PER_HOUR = 60
DUE_SOON_HOURS = 8
"""Without another word a date is near from one working day before it."""

PROJECT = Path(__file__).resolve().parents[2]
DUE_SOON = "DUE_SOON_WORKING_HOURS"
WARNING_DAYS = "CERTIFICATE_WARNING_DAYS"
MOST_WARNING_DAYS = 365
RUNNING_NOTE = "running.env"
SHORTEST_SECRET = 32


class SettingsError(Exception):
    """The installation cannot work as it is set up. The message says what is wrong and what to do."""


class Mode(enum.StrEnum):
    """How seriously the installation takes itself."""

    DEMO = "demo"  # secrets are made up, second-factor codes are shown, an absent scanner only warns
    PRODUCTION = "production"  # refuses to start with anything missing
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The terminal of this installation at VNPAY: code and secret as the bank gave them, and its two addresses."""

    terminal: str
    secret: str = field(repr=False)
    pay_url: str
    api_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInService:
    """A sign-in service outside (OpenID Connect), and as whom we are registered there."""

    issuer: str  # as the service calls itself, to the letter
    client_id: str
    client_secret: str | None = field(repr=False)  # without one we are a public client; PKCE protects both kinds
    name: str  # what people call it: on the button


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation. Values that open doors are left out of `repr`, so they cannot reach a log by it."""

    mode: Mode
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    data_dir: Path
    port: int
    public_url: str  # without a trailing slash; the address people and QR codes use
    storage_url: str = field(repr=False)  # file:///… or s3://bucket…
    instance: str  # names the cookies: two installations on one host must not sign each other out
    smtp_url: str | None = field(default=None, repr=False)
    clamd_url: str | None = None
    vnpay: Terminal | None = None  # absent: not offered
    messages_url: str | None = None  # file:///…: where short messages to telephones are written; absent: not offered
    sign_in_service: SignInService | None = None  # absent: no such button
    signers_file: Path | None = None  # whose seal and signature lies where; absent: only a demonstration can seal
    certificate_warning_days: tuple[int, ...] = (60, 30, 7)  # before a certificate expires, the longest first
    demo_dossiers: int = 131  # how many the demonstration is filled with
    trusted_proxies: int = 0  # how many stand between people and us; what they say of the caller is believed
    web_workers: int = 2
    task_workers: int = 2

    @property
    def is_demo(self) -> bool:
        return self.mode is Mode.DEMO

    @property
    def is_production(self) -> bool:
        return self.mode is Mode.PRODUCTION

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal over TLS; cookies are then marked secure."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read every variable; a `SettingsError` names all that is missing or wrong in one message."""
        given = {name: value for name, value in (environment or os.environ).items() if value.strip()}
        data_dir = data_dir_of(given)
        values = {**running_note(data_dir), **given}
        complaints: list[str] = []
        mode = _mode(values, complaints)
        port = _number(values, "PORT", default=8000, highest=65535, complaints=complaints)
        _check_urls(values, complaints)
        _check_presence(values, mode, complaints)
        _check_issuer(values, complaints)
        web_workers = _number(values, "WEB_WORKERS", default=2, highest=256, complaints=complaints)
        task_workers = _number(values, "TASK_WORKERS", default=2, highest=256, complaints=complaints)
        _number(values, DUE_SOON, default=DUE_SOON_HOURS, highest=240, complaints=complaints)
        warning_days = _warning_days(values, complaints)
        demo_dossiers = _number(values, "DEMO_DOSSIERS", default=131, highest=100_000, complaints=complaints)
        signers_file = _file(values, "SIGNERS_FILE", complaints)
        proxies = _number(values, "TRUSTED_PROXIES", default=0, lowest=0, highest=9, complaints=complaints)
        if complaints:
            raise SettingsError("The portal cannot start:\n" + "\n".join(f"  - {line}" for line in complaints))
        return cls(
            mode=mode,
            database_url=values["DATABASE_URL"],
            redis_url=values["REDIS_URL"],
            secret_key=values["SECRET_KEY"],
            data_dir=data_dir,
            port=port,
            public_url=values.get("PUBLIC_URL", f"http://localhost:{port}").rstrip("/"),
            storage_url=values.get("STORAGE_URL", (data_dir / "files").as_uri()),
            instance=values.get("INSTANCE", "motcua" if mode is Mode.PRODUCTION else f"motcua{port}"),
            smtp_url=values.get("SMTP_URL"),
            clamd_url=values.get("CLAMD_URL"),
            vnpay=_terminal(values),
            messages_url=values.get("MESSAGES_URL", (data_dir / "messages").as_uri() if mode is Mode.DEMO else None),
            sign_in_service=_sign_in_service(values),
            signers_file=signers_file,
            certificate_warning_days=warning_days,
            demo_dossiers=demo_dossiers,
            trusted_proxies=proxies,
            web_workers=web_workers,
            task_workers=task_workers,
        )


@lru_cache(maxsize=1)
def due_soon_minutes() -> int:
    """Working minutes before a date from which it is near: for the queue, the figures and every page.

    Set by DUE_SOON_WORKING_HOURS. Raises SettingsError for anything but a whole number of hours.
    """
    complaints: list[str] = []
    hours = _number(dict(os.environ), DUE_SOON, default=DUE_SOON_HOURS, highest=240, complaints=complaints)
    if complaints:
        raise SettingsError(complaints[0])
    return hours * MINUTES_PER_HOUR


def data_dir_of(environment: Mapping[str, str]) -> Path:
    """The folder that holds everything this installation keeps on disk."""
    return Path(environment.get("DATA_DIR") or PROJECT / ".data").expanduser().absolute()


def running_note(data_dir: Path) -> dict[str, str]:
    """What a running `portal run` says of itself; empty when there is none, or it belongs to someone else."""
    try:
        lines = (data_dir / RUNNING_NOTE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


SCHEMES = {
    "DATABASE_URL": ("postgresql", "postgres", "postgresql+psycopg"),
    "REDIS_URL": ("redis", "rediss", "unix"),
    "PUBLIC_URL": ("http", "https"),
    "STORAGE_URL": ("file", "s3"),
    "SMTP_URL": ("smtp", "smtps", "smtp+starttls"),
    "CLAMD_URL": ("tcp", "unix"),
    "MESSAGES_URL": ("file",),
    "VNPAY_PAY_URL": ("http", "https"),
    "VNPAY_API_URL": ("http", "https"),
}
OIDC = ("OIDC_ISSUER", "OIDC_CLIENT_ID")
"""Both or none; OIDC_CLIENT_SECRET and OIDC_NAME may be added."""

VNPAY = ("VNPAY_TMN_CODE", "VNPAY_SECRET", "VNPAY_PAY_URL", "VNPAY_API_URL")
"""All of them or none."""


def _terminal(values: Mapping[str, str]) -> Terminal | None:
    if VNPAY[0] not in values:
        return None
    code, secret, pay_url, api_url = (values[name].strip() for name in VNPAY)
    return Terminal(terminal=code, secret=secret, pay_url=pay_url, api_url=api_url)


def _sign_in_service(values: Mapping[str, str]) -> SignInService | None:
    if "OIDC_ISSUER" not in values:
        return None
    issuer = values["OIDC_ISSUER"].strip()
    return SignInService(
        issuer=issuer,
        client_id=values["OIDC_CLIENT_ID"].strip(),
        client_secret=values.get("OIDC_CLIENT_SECRET"),
        name=values.get("OIDC_NAME", urlsplit(issuer).hostname or issuer).strip(),
    )


def is_safe_address(address: str) -> bool:
    """Whether what is sent there cannot be read on the way: https, or this very machine."""
    try:
        parts = urlsplit(address)
        is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_here))


def _check_issuer(values: Mapping[str, str], complaints: list[str]) -> None:
    issuer = values.get("OIDC_ISSUER", "").strip()
    if issuer and (not is_safe_address(issuer) or "?" in issuer or "#" in issuer):
        complaints.append("OIDC_ISSUER must be an https:// address without ? and # (http:// only on this machine)")


def _mode(values: Mapping[str, str], complaints: list[str]) -> Mode:
    text = values.get("MODE", Mode.PRODUCTION.value)
    if text in {mode.value for mode in Mode}:
        return Mode(text)
    complaints.append(f"MODE is “{text}”; it must be demo, production or test")
    return Mode.PRODUCTION


def _number(
    values: Mapping[str, str], name: str, *, default: int, highest: int, complaints: list[str], lowest: int = 1
) -> int:
    text = values.get(name, str(default)).strip()
    if text.isascii() and text.isdigit() and lowest <= int(text) <= highest:
        return int(text)
    complaints.append(f"{name} is “{text}”; it must be a whole number from {lowest} to {highest}")
    return default


def _file(values: Mapping[str, str], name: str, complaints: list[str]) -> Path | None:
    if name not in values:
        return None
    path = Path(values[name].strip()).expanduser().absolute()
    if not path.is_file():
        complaints.append(f"{name} names {path}, and there is no such file")
    return path


def _warning_days(values: Mapping[str, str], complaints: list[str]) -> tuple[int, ...]:
    text = values.get(WARNING_DAYS, "60,30,7")
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= MOST_WARNING_DAYS for part in parts):
        complaints.append(f"{WARNING_DAYS} is “{text}”; it must be days before the end, such as 60,30,7")
        return ()
    return tuple(sorted({int(part) for part in parts}, reverse=True))


def _check_urls(values: Mapping[str, str], complaints: list[str]) -> None:
    for name, schemes in SCHEMES.items():
        if name in values and urlsplit(values[name]).scheme not in schemes:
            complaints.append(f"{name} must begin with {' or '.join(scheme + '://' for scheme in schemes)}")


def _check_presence(values: Mapping[str, str], mode: Mode, complaints: list[str]) -> None:
    needed = ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"]
    if mode is Mode.PRODUCTION:
        needed += ["PUBLIC_URL", "STORAGE_URL", "SMTP_URL", "CLAMD_URL"]
        if len(values.get("SECRET_KEY", "x" * SHORTEST_SECRET)) < SHORTEST_SECRET:
            complaints.append(f"SECRET_KEY is too short: give at least {SHORTEST_SECRET} random characters")
    for group in (VNPAY, OIDC):
        if any(name in values for name in group):
            needed += group
    missing = [name for name in needed if name not in values]
    if missing:
        complaints.append(f"{', '.join(missing)} not set (“make run” sets up a demo that needs none of them)")
