"""`portal clock`: due dates and their explanation, from the packaged calendar and without a database."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import click

from portal.cli.speaking import asked_for, language_of, language_option, usage_mistake
from portal.clock import words
from portal.clock.due import Due, due
from portal.clock.errors import ClockError
from portal.clock.limit import Limit
from portal.clock.refusal_words import refusal
from portal.clock.stopwatch import Pause, Policy
from portal.clock.zone import VIETNAM
from portal.foundation.packaged import calendar_of, office_calendar

_NOT_A_TIME = {
    "vi": 'không phải thời điểm: "{}" (hãy ghi như 2026-08-20T09:00)',
    "en": 'not a time: "{}" (write for example 2026-08-20T09:00)',
    "zh": "不是时刻：“{}”（请写成例如2026-08-20T09:00）",
}
_NOT_A_PAUSE = {
    "vi": 'không phải khoảng tạm dừng: "{}" (hãy ghi TỪ/ĐẾN, hoặc TỪ/ khi chưa kết thúc)',
    "en": 'not a pause: "{}" (write FROM/TO, or FROM/ while it is open)',
    "zh": "不是暂停区间：“{}”（请写成 起/止，未结束时写 起/）",
}
_NOT_AN_HOUR = {
    "vi": 'không phải giờ trong ngày: "{}" (hãy ghi như 15:00)',
    "en": 'not an hour of the day: "{}" (write for example 15:00)',
    "zh": "不是时刻：“{}”（请写成例如15:00）",
}
_NOT_READ = {
    "vi": "không đọc được tệp lịch {}",
    "en": "the calendar file {} cannot be read",
    "zh": "无法读取日历文件{}",
}


class OneLineError(click.ClickException):
    """Bad input: said in one line on standard error."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        click.echo("portal clock: " + " ".join(self.message.split()), err=True)


class OneLineCommand(click.Command):
    """A command whose usage mistakes, too, take one line."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        given = tuple(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as wrong:
            raise OneLineError(usage_mistake(wrong, asked_for(given))) from None


class Instant(click.ParamType[datetime]):
    """An ISO 8601 date and time; without an offset it is Vietnam time."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        return self.read(str(value), param, ctx)

    def read(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the text or fail with what was expected."""
        read = _instant(text.strip())
        if read is None:
            self.fail(_NOT_A_TIME[language_of(ctx)].format(text), param, ctx)
        return read


def _instant(text: str) -> datetime | None:
    if "T" not in text.upper() and " " not in text:
        return None  # a day alone: midnight would be a guess
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


class Interval(click.ParamType[Pause]):
    """FROM/TO, or FROM/ for a pause still open."""

    name = "from/[to]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Pause:
        if isinstance(value, Pause):
            return value
        began, slash, ended = str(value).partition("/")
        if not slash:
            self.fail(_NOT_A_PAUSE[language_of(ctx)].format(value), param, ctx)
        instant = Instant()
        try:
            return Pause(
                began_at=instant.read(began, param, ctx),
                ended_at=instant.read(ended, param, ctx) if ended.strip() else None,
            )
        except ClockError as wrong:
            self.fail(refusal(wrong, language_of(ctx)), param, ctx)


class LimitText(click.ParamType[Limit]):
    """An amount and a unit."""

    name = "limit"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Limit:
        if isinstance(value, Limit):
            return value
        try:
            return Limit.parse(str(value))
        except ClockError as wrong:
            self.fail(refusal(wrong, language_of(ctx)), param, ctx)


class Hour(click.ParamType[time]):
    """An hour of the day, HH:MM."""

    name = "hour"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> time:
        try:
            return value if isinstance(value, time) else datetime.strptime(str(value).strip(), "%H:%M").time()  # noqa: DTZ007 - an hour, no moment
        except ValueError:
            self.fail(_NOT_AN_HOUR[language_of(ctx)].format(value), param, ctx)


@click.group()
def command() -> None:
    """Due dates and their explanation, without a database."""


@command.command("due", cls=OneLineCommand)
@click.option("--received", required=True, type=Instant(), help="Valid intake, e.g. 2026-08-20T09:00.")
@click.option(
    "--limit",
    required=True,
    type=LimitText(),
    help="E.g. '3 working days' (working hours, calendar days, months; 0 working days: the same day).",
)
@click.option("--pause", "pauses", multiple=True, type=Interval(), help="FROM/TO, or FROM/ while open. Repeatable.")
@click.option(
    "--policy",
    type=click.Choice([policy.value for policy in Policy]),
    default=Policy.RESUME.value,
    help="After a pause: go on counting (resume, the default) or count the whole limit anew (restart).",
)
@click.option(
    "--cutoff",
    type=Hour(),
    help="What arrives after this hour counts from the next working day: 15:00 with the limit '0 working days'.",
)
@click.option("--now", "now", type=Instant(), help="The present, for an open pause. Default: this machine's clock.")
@click.option("--calendar", "calendar_file", type=click.Path(path_type=Path), help="A calendar file (TOML).")
@language_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def due_command(
    received: datetime,
    limit: Limit,
    pauses: tuple[Pause, ...],
    policy: str,
    cutoff: time | None,
    now: datetime | None,
    calendar_file: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Print when an answer is due, and every step of the reckoning."""
    try:
        calendar = calendar_of(calendar_file) if calendar_file else office_calendar()
        found = due(
            received_at=received,
            limit=replace(limit, same_day_cutoff=cutoff),
            calendar=calendar,
            pauses=pauses,
            policy=Policy(policy),
            now=now or datetime.now(UTC),
        )
    except ClockError as wrong:
        raise OneLineError(refusal(wrong, language)) from None
    except OSError as wrong:
        reason = f" ({wrong.strerror})" if language == "en" else ""
        raise OneLineError(_NOT_READ[language].format(calendar_file) + reason) from None
    if as_json:
        click.echo(json.dumps(in_json(found), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(words.line(line, language) for line in found.lines))


def in_json(found: Due) -> dict[str, object]:
    """A due date as the command prints it: instants with Vietnam's offset, each line in three languages."""
    return {
        "due_at": found.due_at.isoformat(),
        "effective_reception": found.effective_reception.isoformat(),
        "provisional": found.provisional,
        "open_pause": found.open_pause,
        "lines": [
            {
                "kind": line.kind.value,
                "at": line.at.isoformat(),
                "days": line.days,
                "text": {language: words.line(line, language) for language in words.LANGUAGES},
            }
            for line in found.lines
        ],
    }
