"""Signing, sealing, and finding out that something was changed."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from portal.letters import pdf
from portal.letters.authority import DemoAuthority
from portal.letters.signature import Signer, SoftwareSigner, signed_content
from portal.letters.verify import Problem, verify_detached, verify_sealed
from tests.letters.conftest import AGENCY, NOW
from tests.letters.samples import DIRECTOR, LICENCE, at, words


def test_a_sealed_permit_is_intact_whole_and_trusted(sealed: bytes, authority: DemoAuthority) -> None:
    found = verify_sealed(sealed, authority.roots(), now=NOW)

    assert found.valid
    assert (found.signer, found.agency, found.signed_at, found.problems) == (AGENCY, AGENCY, NOW, ())


def test_sealing_keeps_the_archival_and_accessibility_claims(sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as file, file.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("2", "A", "1")


def test_one_changed_byte_anywhere_is_found(sealed: bytes, authority: DemoAuthority) -> None:
    for place in range(100, len(sealed), len(sealed) // 100):
        changed = bytearray(sealed)
        changed[place] ^= 0x01

        assert not verify_sealed(bytes(changed), authority.roots(), now=NOW).valid, place


def test_an_update_appended_after_the_seal_is_found(sealed: bytes, authority: DemoAuthority) -> None:
    from pyhanko.pdf_utils.generic import NameObject, pdf_string  # noqa: PLC0415
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root[NameObject("/Forged")] = pdf_string("yes")
    writer.update_root()
    changed = io.BytesIO()
    writer.write(changed)

    found = verify_sealed(changed.getvalue(), authority.roots(), now=NOW)

    assert changed.getvalue().startswith(sealed)
    assert found.intact
    assert not found.whole_file
    assert not found.valid
    assert Problem.CHANGED_AFTER_SEALING in found.problems


def test_stray_bytes_after_the_seal_are_found(sealed: bytes, authority: DemoAuthority) -> None:
    found = verify_sealed(sealed + b"\n% more\n", authority.roots(), now=NOW)

    assert found.problems == (Problem.CHANGED_AFTER_SEALING,)


def test_a_seal_of_another_authority_is_not_trusted(sealed: bytes, elsewhere: DemoAuthority) -> None:
    found = verify_sealed(sealed, elsewhere.roots(), now=NOW)

    assert not found.valid
    assert found.problems == (Problem.NOT_TRUSTED,)


def test_a_certificate_that_has_expired_since_is_a_warning(sealed: bytes, authority: DemoAuthority) -> None:
    found = verify_sealed(sealed, authority.roots(), now=NOW + timedelta(days=1000))

    assert found.valid
    assert found.problems == (Problem.CERTIFICATE_EXPIRED,)


def test_a_seal_put_on_with_an_expired_certificate_does_not_count(
    seal: SoftwareSigner, authority: DemoAuthority
) -> None:
    late = NOW + timedelta(days=1000)
    found = verify_sealed(seal.seal(pdf.render(LICENCE), signed_at=late), authority.roots(), now=late)

    assert not found.valid
    assert found.problems == (Problem.SIGNED_OUTSIDE_VALIDITY, Problem.CERTIFICATE_EXPIRED)


@pytest.mark.parametrize("content", [b"", b"not a file", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_unreadable(content: bytes, authority: DemoAuthority) -> None:
    assert verify_sealed(content, authority.roots(), now=NOW).problems == (Problem.UNREADABLE,)


def test_an_unsealed_letter_is_not_signed(authority: DemoAuthority) -> None:
    assert verify_sealed(pdf.render(LICENCE), authority.roots(), now=NOW).problems == (Problem.NOT_SIGNED,)


def test_the_leaders_signature_covers_the_decision(leader: SoftwareSigner, authority: DemoAuthority) -> None:
    signed_at = at("2026-12-04 15:10")
    found = verify_detached(
        leader.detached(signed_content(LICENCE), signed_at=signed_at),
        signed_content(LICENCE),
        authority.roots(),
        now=NOW,
    )

    assert found.valid
    assert (found.signer, found.agency, found.signed_at) == ("Vy Văn Thành", AGENCY, signed_at)


def test_another_wording_is_not_what_the_leader_signed(leader: SoftwareSigner, authority: DemoAuthority) -> None:
    signature = leader.detached(signed_content(LICENCE), signed_at=NOW)
    forged = replace(LICENCE, articles=(words("Được phép xây dựng thêm ba tầng."),))

    found = verify_detached(signature, signed_content(forged), authority.roots(), now=NOW)

    assert not found.valid
    assert found.problems == (Problem.ALTERED,)


@pytest.mark.parametrize("signature", [b"", b"\x30\x03\x02\x01\x01", b"garbage"])
def test_what_is_no_signature_is_unreadable(signature: bytes, authority: DemoAuthority) -> None:
    assert verify_detached(signature, b"x", authority.roots(), now=NOW).problems == (Problem.UNREADABLE,)


def test_the_number_the_day_and_the_public_address_are_added_after_the_leader_signed() -> None:
    later = replace(
        LICENCE,
        head=replace(LICENCE.head, number="999/GPXD-SXD"),
        subject=replace(LICENCE.subject, verification_url="https://elsewhere.example/x"),
        issued_at=at("2026-12-07 08:00"),
        signatory=replace(DIRECTOR, signed_at=at("2026-12-06 08:00")),
        content_fingerprint="",
    )

    assert signed_content(later) == signed_content(LICENCE)
    assert signed_content(replace(LICENCE, granted=False)) != signed_content(LICENCE)


def test_a_new_process_finds_the_same_certificates(authority: DemoAuthority, seal: SoftwareSigner) -> None:
    again = authority.agency_signer("sxd", AGENCY, now=NOW)

    assert again.certificate == seal.certificate


def test_a_certificate_is_renewed_before_it_expires_and_the_old_seal_still_holds(elsewhere: DemoAuthority) -> None:
    first = elsewhere.agency_signer("sct", "Sở Công Thương", now=NOW)
    file = first.seal(pdf.render(LICENCE), signed_at=NOW)
    almost = first.certificate.expires_at - timedelta(days=20)

    second = elsewhere.agency_signer("sct", "Sở Công Thương", now=almost)

    assert first.certificate.expires_within(30, now=almost)
    assert not first.certificate.expires_within(30, now=NOW)
    assert second.certificate.serial != first.certificate.serial
    assert verify_sealed(file, elsewhere.roots(), now=almost).problems == ()


def test_a_renamed_agency_gets_a_certificate_in_its_new_name(elsewhere: DemoAuthority) -> None:
    elsewhere.agency_signer("ubnd", "UBND huyện Cao Lộc", now=NOW)

    assert elsewhere.agency_signer("ubnd", "UBND xã Đồng Đăng", now=NOW).certificate.holder == "UBND xã Đồng Đăng"


def test_a_long_name_is_cut_to_what_a_certificate_may_hold(elsewhere: DemoAuthority) -> None:
    long = "Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng – Lạng Sơn và các cửa khẩu phụ, lối mở"

    holder = elsewhere.agency_signer("bql", long, now=NOW).certificate.holder

    assert len(holder) == 64
    assert holder.startswith("Ban Quản lý Khu kinh tế cửa khẩu")


def test_keys_are_readable_by_their_owner_only(elsewhere: DemoAuthority, tmp_path: Path) -> None:
    elsewhere.agency_signer("sxd", AGENCY, now=NOW)

    keys = list((tmp_path / "elsewhere").glob("*.key"))

    assert {key.name for key in keys} == {"root.key", "agency-sxd.key"}
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("key", ["../root", "", "a/b", ".hidden"])
def test_a_key_that_would_leave_the_folder_is_refused(elsewhere: DemoAuthority, key: str) -> None:
    with pytest.raises(ValueError, match="not a name for a file"):
        elsewhere.agency_signer(key, AGENCY, now=NOW)


def test_a_pkcs12_file_signs_like_the_pair_it_was_made_of(elsewhere: DemoAuthority, tmp_path: Path) -> None:
    elsewhere.agency_signer("sxd", AGENCY, now=NOW)
    folder = tmp_path / "elsewhere"
    certificate = x509.load_pem_x509_certificate((folder / "agency-sxd.pem").read_bytes())
    key = serialization.load_pem_private_key((folder / "agency-sxd.key").read_bytes(), None)
    packed = tmp_path / "seal.p12"
    packed.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"seal", key, certificate, list(elsewhere.roots()), serialization.BestAvailableEncryption("mở ra".encode())
        )
    )

    signer: Signer = SoftwareSigner.from_pkcs12(packed, "mở ra".encode())

    assert verify_detached(signer.detached(b"x", signed_at=NOW), b"x", elsewhere.roots(), now=NOW).valid
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own message
        SoftwareSigner.from_pkcs12(packed, b"wrong")
