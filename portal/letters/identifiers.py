"""Who the holder of a certificate is: the name, and the numbers an authority has bound to it.

Vietnamese authorities write them into the subject's user id: "MST:" and the tax code for an organisation, "CCCD:" or
"CMND:" and the number of the identity card for a person; some hold several. European certificates name the organisation
in `organizationIdentifier`, as "VATVN-0100109106".

Source: Circular 06/2015/TT-BTTTT, annex on certificate profiles (unverified); ETSI EN 319 412-1, 5.1.4.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]

USER_ID = "0.9.2342.19200300.100.1.1"
ORGANISATION = "2.5.4.97"
_TAX_CODE = re.compile(r"MST\s*[:=]?\s*([0-9][0-9\s.-]{8,20})", re.IGNORECASE)
_PERSONAL = re.compile(r"(?:CCCD|CMND|CMTND|CC|PNO)\s*[:=]?\s*([0-9][0-9\s.-]{7,20})", re.IGNORECASE)
_ORGANISATION = re.compile(r"(?:VAT|TAX|NTR)VN-([0-9][0-9-]{8,14})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """The holder's tax code and identity number, digits alone; empty where the certificate states none."""

    tax_code: str = ""
    personal_id: str = ""


def of(subject: asn1_x509.Name) -> Identifiers:
    """Read the numbers from the subject of a certificate."""
    user_ids = _values(subject, USER_ID)
    organisations = _values(subject, ORGANISATION)
    return Identifiers(
        tax_code=_first(_TAX_CODE, user_ids) or _first(_ORGANISATION, organisations),
        personal_id=_first(_PERSONAL, user_ids),
    )


def digits(number: str) -> str:
    """A number as it is compared: `0100109106-001` and `0100109106 001` are the same."""
    return re.sub(r"[^0-9A-Za-z]", "", number).upper()


def _values(subject: asn1_x509.Name, kind: str) -> list[str]:
    return [str(one["value"].native) for part in subject.chosen for one in part if one["type"].dotted == kind]


def _first(pattern: re.Pattern[str], values: Iterable[str]) -> str:
    for value in values:
        if found := pattern.search(value):
            return digits(found.group(1))
    return ""


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, however they are spaced and capitalised: certificates like capital letters."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
