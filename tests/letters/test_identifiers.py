"""The numbers a certificate states, as authorities write them."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.letters import identifiers
from portal.letters.signature import facts_of_certificate

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def certificate(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A"), *(x509.NameAttribute(*part) for part in parts)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


@pytest.mark.parametrize(
    ("written", "tax_code", "personal_id"),
    [
        ("MST:0100109106", "0100109106", ""),
        ("MST: 0100109106-001", "0100109106001", ""),
        ("mst:0100 109 106", "0100109106", ""),
        ("CCCD:020190000123", "", "020190000123"),
        ("CMND:080123456", "", "080123456"),
        ("0100109106", "", ""),
        ("", "", ""),
    ],
)
def test_the_user_id_names_a_company_or_a_person(written: str, tax_code: str, personal_id: str) -> None:
    parts = [(NameOID.USER_ID, written)] if written else []

    found = facts_of_certificate(certificate(*parts))

    assert (found.tax_code, found.personal_id) == (tax_code, personal_id)


def test_several_user_ids_and_the_european_way_are_read() -> None:
    both = facts_of_certificate(
        certificate((NameOID.USER_ID, "CCCD:020190000123"), (NameOID.USER_ID, "MST:0100109106"))
    )
    european = facts_of_certificate(certificate((NameOID.ORGANIZATION_IDENTIFIER, "VATVN-0100109106")))

    assert (both.tax_code, both.personal_id) == ("0100109106", "020190000123")
    assert european.tax_code == "0100109106"


def test_numbers_are_compared_without_the_signs_between() -> None:
    assert identifiers.digits("0100109106-001") == identifiers.digits("0100 109 106.001")
