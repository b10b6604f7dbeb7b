"""Who can be chosen for a step, in words: who is away and until when, and who cannot be chosen and why."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from portal.desk.queries.review import Pick
from portal.foundation.formats import day
from portal.foundation.languages import spoken


def choices(picks: Iterable[Pick]) -> list[tuple[str, str]]:
    """Those who may be chosen, by name; whoever is away says until when, and stands after those who are there."""
    offered = sorted((one for one in picks if not one.has_conflict), key=lambda one: one.away_until is not None)
    return [(str(one.post_id), _label(one)) for one in offered]


def left_out(picks: Sequence[Pick]) -> str:
    """Who holds the role and cannot be chosen, with the reason; empty where everybody can."""
    names = ", ".join(one.name for one in picks if one.has_conflict)
    if not names:
        return ""
    return str(_("Cannot be chosen, for a conflict of interest with the company: %(names)s.", names=names))


def _label(pick: Pick) -> str:
    if pick.away_until is None:
        return pick.name
    return str(_("%(name)s – away until %(day)s", name=pick.name, day=day(pick.away_until, spoken())))
