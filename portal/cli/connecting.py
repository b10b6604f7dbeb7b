"""How a command gets to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from portal.foundation import database
from portal.foundation.settings import Settings, SettingsError


@contextmanager
def connected() -> Iterator[None]:
    """Connect as the settings say; what goes wrong there is one sentence, not a trace."""
    try:
        if not database.is_connected():
            database.connect(Settings.from_environment().database_url)
        yield
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        raise click.ClickException(f"The database did not do it: {type(error).__name__}: {error.__cause__}") from None
