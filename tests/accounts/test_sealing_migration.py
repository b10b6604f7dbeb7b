"""Secrets kept plainly by an earlier release are sealed by the migration, and open again on the way back."""

import psycopg
from alembic import command
from alembic.config import Config

from portal.accounts import sealing
from portal.foundation.database import MIGRATIONS, driver_url

SECRET = "JBSWY3DPEHPK3PXP"
PERSON = """
INSERT INTO people (id, email, name, password_hash, language, one_time_secret, created_at)
VALUES (gen_random_uuid(), %s, 'Hoa', 'x', 'vi', %s, now())
"""


def kept(url: str) -> dict[str, str | None]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT email, one_time_secret FROM people").fetchall())


def test_secrets_of_an_earlier_release_are_sealed_and_can_be_opened(empty_database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = driver_url(empty_database_url)
    command.downgrade(config, "0002")
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute(PERSON, ("with@example.vn", SECRET))
        connection.execute(PERSON, ("without@example.vn", None))

    command.upgrade(config, "head")
    sealed = kept(empty_database_url)
    command.downgrade(config, "0002")

    assert sealed["without@example.vn"] is None
    assert SECRET not in str(sealed["with@example.vn"])
    assert sealing.unseal(str(sealed["with@example.vn"])) == SECRET
    assert kept(empty_database_url) == {"with@example.vn": SECRET, "without@example.vn": None}
