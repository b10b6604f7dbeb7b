"""Why somebody got a step, in sentences, from the numbers the assignment left in the record."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from portal.routing.assignment import Why
from portal.workflow.events import Event, EventKind

MINUTES_PER_HOUR = 60
LANGUAGES = ("zh", "en")


def reasons_for(events: Sequence[Event], node: str, *, entry: int) -> list[str]:
    """The reasons of the last assignment of this visit; empty where a person decided, or an older rule."""
    given = [
        event
        for event in events
        if event.kind is EventKind.STEP_ASSIGNED and event.params.get("node") == node and event.version > entry
    ]
    if not given or "candidates" not in given[-1].params:
        return []
    return _sentences(given[-1].params)


def _sentences(params: Mapping[str, Any]) -> list[str]:
    count = int(params["candidates"])
    found = [
        _("Nobody else holds this role there.")
        if count == 1
        else ngettext("%(num)d person holds this role.", "%(num)d people hold this role.", count)
    ]
    left_out = (
        ("away", ngettext("%(num)d is away.", "%(num)d are away.", int(params.get("away", 0)))),
        ("unskilled", _("Without the skill it needs: %(number)s.", number=params.get("unskilled", 0))),
        ("in_conflict", _("With a conflict of interest: %(number)s.", number=params.get("in_conflict", 0))),
        ("acted_before", _("Did a step that another must check: %(number)s.", number=params.get("acted_before", 0))),
    )
    found += [sentence for name, sentence in left_out if params.get(name)]
    if params.get("language") in LANGUAGES:
        found.append(_("Whoever knows the filer's language comes first."))
    why = params.get("why")
    if why == Why.HAD_IT_BEFORE:
        found.append(_("The step came back to whoever had it before."))
    if why == Why.KNOWS_IT:
        found.append(_("Did the last such step of this dossier, and hardly has more to do than others."))
    if "load" in params:
        hours = _hours(params["load"]), _hours(params["load_after"])
        found.append(
            _("Work waiting then: %(before)s hours; %(after)s hours with this step.", before=hours[0], after=hours[1])
        )
    if "next_load" in params and why == Why.LEAST_WORK:
        found.append(_("The next had %(hours)s hours.", hours=_hours(params["next_load"])))
    return [str(sentence) for sentence in found]


def _hours(minutes: int) -> str:
    """To a tenth, in the reader's way of writing it, so that a short step is not nothing."""
    return str(format_decimal(round(minutes / MINUTES_PER_HOUR, 1)))
