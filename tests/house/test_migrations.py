"""The migrations and the tables of the code tell the same story."""

from alembic import command
from alembic.config import Config

from portal.foundation.database import MIGRATIONS, driver_url


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = driver_url(database_url)

    command.check(config)  # raises, naming each difference
