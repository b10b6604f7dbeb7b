"""Random keys a browser may hold, and the hashes of them that the database may hold."""

import hashlib
import secrets
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from uuid import UUID

KEY_BYTES = 32
IPV6_SITE_PREFIX = 64  # one household or office has at least this much of an IPv6 network to itself


def new_key() -> str:
    """A key nobody can guess (256 bits), as text for a cookie."""
    return secrets.token_urlsafe(KEY_BYTES)


def hash_of(key: str) -> bytes:
    """What is stored of a key. The key is random, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).digest()


def account_hash(email: str) -> bytes:
    """The account an attempt was aimed at, existing or not, without keeping what was typed."""
    return hashlib.sha256(b"account:" + normal_email(email).encode()).digest()


def second_factor_account(person_id: UUID) -> bytes:
    """What attempts at the person's one-time code count against; the password was right before them."""
    return hashlib.sha256(b"second factor:" + person_id.bytes).digest()


def outside_account(person_id: UUID) -> bytes:
    """What sign-ins by a service outside count against; strangers cannot make any of them fail."""
    return hashlib.sha256(b"outside:" + person_id.bytes).digest()


def letter_account(email: str) -> bytes:
    """What letters asked for in the name of an address count against, apart from attempts to sign in."""
    return hashlib.sha256(b"letter:" + normal_email(email).encode()).digest()


def normal_email(email: str) -> str:
    """The address as it is stored and compared: without blanks around it, in lower case."""
    return email.strip().lower()


def network_of(address: str | None) -> str:
    """The network an attempt came from: the IPv4 address, or the first 64 bits of the IPv6 address."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - an unreadable address is counted as one network, not listened on
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, IPV6_SITE_PREFIX), strict=False).network_address)
