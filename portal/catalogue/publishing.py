"""From the files that come with the portal to agencies and published procedures.

What has errors is not published, and of a folder with errors nothing is: a half-published law is worse than
yesterday's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.accounts.actions.posts import establish
from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.catalogue.checking import check_file, check_together
from portal.catalogue.definition import Definition, content_hash
from portal.catalogue.findings import Finding, Severity, counted
from portal.catalogue.parsing import Parsed, parse_definition
from portal.catalogue.queries import published_contents
from portal.clock.calendar import Calendar
from portal.clock.zone import office_day


class Unpublishable(Exception):
    """The files have errors, so nothing of them was published; the findings say where and what to do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(str(finding) for finding in self.findings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What came of publishing: the codes with a new version, and those left as they were.

    `kept` are procedures whose newest version is an administrator's: a file never replaces it (decision 14).
    """

    agencies: int
    published: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]

    def __str__(self) -> str:
        parts = ["1 agency" if self.agencies == 1 else f"{self.agencies} agencies"]
        total = len(self.published) + len(self.unchanged) + len(self.kept)
        parts.append(f"{counted(total, 'procedure')} in the files")
        if self.published:
            parts.append(f"{len(self.published)} published")
        if self.kept:
            parts.append(f"{len(self.kept)} kept as an administrator published them")
        return ", ".join(parts)


def publish_files(session: Session, files: Iterable[Path], *, now: datetime, calendar: Calendar) -> Publication:
    """Establish the agencies of the register, then publish the files; doing it again changes nothing.

    Raises `Unpublishable` when a file that would be published has errors.
    """
    for agency in registers.agencies().agencies:
        establish(
            session,
            key=agency.key,
            code=agency.code,
            names=agency.name.model_dump(include={"vi", "en", "zh"}),
            short_names=agency.short_name.model_dump(include={"vi", "en", "zh"}),
            symbol=agency.symbol,
            town=agency.town,
            is_intake=agency.intake,
            by=None,
            now=now,
        )
    parsed = [parse_definition(path) for path in files]
    known = published_contents(session)
    new = [file for file in parsed if not _is_known(file, known)]
    certain = [file for file in new if file.thing is None or _has_certain_limits(file.thing)]
    doubtful = [file for file in new if file.thing is not None and not _has_certain_limits(file.thing)]
    found = (*complaints(parsed, certain, calendar, now), *complaints((), doubtful, None, now))
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if errors:
        raise Unpublishable(errors)
    published: list[str] = []
    kept: list[str] = []
    for definition, origin in _definitions(new):
        made = publish(session, definition, now=now, origin=origin)
        (kept if made is None else published).append(definition.code)
    changed = {*published, *kept}
    return Publication(
        agencies=len(registers.agencies().agencies),
        published=tuple(published),
        unchanged=tuple(definition.code for definition, _ in _definitions(parsed) if definition.code not in changed),
        kept=tuple(kept),
    )


def complaints(
    files: Sequence[Parsed[Definition]],
    judged: Sequence[Parsed[Definition]],
    calendar: Calendar | None,
    now: datetime,
) -> Iterator[Finding]:
    """Yield all that is wrong with the `judged` files, and between all `files`."""
    agencies = registers.agencies().by_key
    for file in judged:
        yield from check_file(file, agencies=agencies, calendar=calendar, today=office_day(now))
    yield from check_together(files)


def _has_certain_limits(definition: Definition) -> bool:
    """Whether a limit is verified: only then is a way longer than it an error, not a warning.

    To see which it is, every start day of every year is walked, half a second for a file.
    """
    return any(limit.verified for limit in definition.limits)


def _is_known(file: Parsed[Definition], known: frozenset[tuple[str, str]]) -> bool:
    return file.thing is not None and (file.thing.code, content_hash(file.thing)) in known


def _definitions(files: Iterable[Parsed[Definition]]) -> Iterator[tuple[Definition, str]]:
    for file in files:
        if file.thing is not None:
            yield file.thing, Path(file.file).name
