"""What the check before filing ends in: these documents, this fee, this limit, this office."""

from dataclasses import dataclass

from portal.catalogue.definition import LimitRule
from portal.catalogue.documents import Document
from portal.catalogue.leaflet import Leaflet
from portal.catalogue.tailoring import Tailored


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What follows from the answers so far. What still hangs on an open question is None, or counted in `maybe`.

    `documents` are those the dossier cannot go without, `maybe` is how many more may be needed. `limit` is the rule
    that applies, with what difficult communes add. `decides` and `files_with` are keys of the register.
    """

    documents: tuple[Document, ...]
    maybe: int
    fee_vnd: int | None
    limit: LimitRule | None
    decides: str | None
    files_with: str


def outcome_of(leaflet: Leaflet, found: Tailored) -> Outcome:
    """Put together what the answers in `found` mean for this case of the procedure."""
    hanging = [(each.thing, found.state(each.thing.when)) for each in leaflet.depending]
    sure = tuple(thing for thing, state in hanging if state == "applies" and isinstance(thing, Document))
    fitting = [found.state(rule.thing.when) for rule in leaflet.limits]
    first = next((place for place, state in enumerate(fitting) if state != "left_out"), None)
    limit = leaflet.limits[first].thing if first is not None and fitting[first] == "applies" else None
    assert limit is None or isinstance(limit, LimitRule)  # noqa: S101 - limits hold nothing else
    return Outcome(
        documents=(*leaflet.always, *sure),
        maybe=sum(state == "open" for _, state in hanging),
        fee_vnd=found.fee_vnd,
        limit=limit,
        decides=found.agency,
        files_with=leaflet.definition.intake,
    )
