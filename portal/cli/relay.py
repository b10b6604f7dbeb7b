"""`portal relay`: the process becomes the relay. The portal knows its workers by name only, not by import."""

import os
import sys

import click

from portal.foundation.settings import PROJECT


@click.command()
def command() -> None:
    """Hand open outbox rows to the workers, until told to stop."""
    os.chdir(PROJECT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "workers.relay"])  # noqa: S606 - replacing ourselves is the point
