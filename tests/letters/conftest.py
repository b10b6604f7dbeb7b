"""A demonstration authority and a sealed permit, made once for all tests of the room."""

from pathlib import Path

import pytest

from portal.letters import pdf
from portal.letters.authority import DemoAuthority
from portal.letters.signature import SoftwareSigner
from tests.letters.samples import LICENCE, at

NOW = at("2026-12-04 16:00")
AGENCY = "Sở Xây dựng tỉnh Lạng Sơn"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    made = DemoAuthority(tmp_path_factory.mktemp("authority") / "ca")
    made.ensure(now=NOW)
    return made


@pytest.fixture(scope="session")
def seal(authority: DemoAuthority) -> SoftwareSigner:
    return authority.agency_signer("sxd", AGENCY, now=NOW)


@pytest.fixture(scope="session")
def leader(authority: DemoAuthority) -> SoftwareSigner:
    return authority.leader_signer("vy.van.thanh", "Vy Văn Thành", post="Giám đốc", agency=AGENCY, now=NOW)


@pytest.fixture(scope="session")
def sealed(seal: SoftwareSigner) -> bytes:
    return seal.seal(pdf.render(LICENCE), signed_at=NOW, reason="Phát hành", location="Lạng Sơn")


@pytest.fixture
def elsewhere(tmp_path: Path) -> DemoAuthority:
    """Another authority, which nobody here trusts."""
    made = DemoAuthority(tmp_path / "elsewhere")
    made.ensure(now=NOW)
    return made
