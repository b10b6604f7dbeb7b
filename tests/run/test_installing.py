"""Whoever waits for the libraries is told how many of them are there."""

from pathlib import Path

from tools.installing import pinned, steps

LIST = """\
alembic==1.16.0 \\
    --hash=sha256:aa
flask[async]==3.1.0 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
# via flask
werkzeug==3.1.3 ; python_version >= "3.11" \\
    --hash=sha256:dd
"""


def test_the_list_is_counted_by_its_libraries_not_by_its_hashes() -> None:
    assert pinned(LIST) == 3


def test_every_locked_list_is_counted() -> None:
    for found in Path("requirements").glob("*.txt"):
        assert pinned(found.read_text(encoding="utf-8")) >= 20, found


def test_it_says_how_many_have_been_fetched_and_then_that_they_are_put_in_place() -> None:
    told = list(
        steps(
            [
                "Collecting alembic==1.16.0\n",
                "  Downloading alembic-1.16.0.whl (230 kB)\n",
                "Requirement already satisfied: flask==3.1.0 in /somewhere\n",
                "Collecting werkzeug==3.1.3\n",
                "Installing collected packages: alembic, werkzeug\n",
            ],
            3,
        )
    )

    assert told == [
        "1 of 3 libraries fetched",
        "1 of 3 libraries fetched",
        "2 of 3 libraries fetched",
        "3 of 3 libraries fetched",
        "all 3 fetched; putting them in place",
    ]
