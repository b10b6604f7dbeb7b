"""The `portal` command: each subcommand is a module of this package, loaded only when asked for."""

from importlib import import_module

import click

from portal.foundation.settings import SettingsError

SUBCOMMANDS = {
    "accounts": "Administrators and people.",
    "catalogue": "Check, publish, list and show procedures.",
    "clock": "Due dates and their explanation, without a database.",
    "database": "Migrate and check the database.",
    "demo": "Believable data to try the portal with.",
    "relay": "Hand open outbox rows to the workers.",
    "routing": "Learn how much work each step takes.",
    "run": "Everything on this machine: servers, web, worker, relay and beat.",
    "transparency": "Rebuild and check the published figures.",
}


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when it is called, so that `portal clock` needs no database."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(SUBCOMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        command = import_module(f"portal.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a house rule, not a check of input
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of subcommands from their summaries above, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SUBCOMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; an installation that is set up wrongly is a message, not a traceback."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None


@click.command(cls=LazyGroup)
def main() -> None:
    """Một Cửa: the portal's command line."""
