"""A printing office of their own for the procedures' lives."""

import pytest

from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.printing import PrintingOffice


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )
