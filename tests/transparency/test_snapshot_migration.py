"""The lines an earlier release kept as rows become the published file, and rows again on the way back."""

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.types.json import Jsonb

from portal.foundation.database import MIGRATIONS, driver_url
from portal.transparency.open_data import Line
from portal.transparency.publishing import packed, unpacked

LINES = [
    Line(kind="settled", day="2026-08-03", field="land", agency_hours=0, on_time=False, on_time_766=True, level=4),
    Line(kind="counted", day="2026-08-04", topic="commune", answer="06001", on_time=True, dossiers=5),
    Line(kind="open", standing="overdue", age="91+", on_time_766=False, dossiers=10),
]


def test_the_lines_of_an_earlier_release_become_the_file_and_can_be_rows_again(empty_database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = driver_url(empty_database_url)
    command.downgrade(config, "0025")
    rows = [line.to_json() for line in LINES]
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO snapshots (id, as_of, published_at, figures, rows)"
            " VALUES (gen_random_uuid(), '2026-08-05', now(), '{}', %s)",
            (Jsonb(rows),),
        )

    command.upgrade(config, "0026")
    with psycopg.connect(empty_database_url) as connection:
        ((file,),) = connection.execute("SELECT file FROM snapshots").fetchall()
    command.downgrade(config, "0025")

    assert list(unpacked(file)) == LINES
    assert file == packed(LINES)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT rows FROM snapshots").fetchall() == [(rows,)]
