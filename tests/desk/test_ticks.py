"""What is ticked while reading: line by line, or a whole group at once."""

from portal.desk.ticks import DOCUMENTS, Kind, read
from portal.reasons.models import ReasonKind
from portal.reasons.queries import Offered

KNOWN: dict[Kind, list[str]] = {"field": ["name", "address", "capital"], "document": ["plan"]}
GROUPS = {"owner": [("field", "name"), ("field", "address")], DOCUMENTS: [("document", "plan")]}
OFFERED: Offered = {kind: {} for kind in ReasonKind}


def test_a_group_ticked_right_as_a_whole_makes_each_of_its_lines_right_and_no_other() -> None:
    ticks = read({"all.owner": "ok"}, KNOWN, OFFERED, GROUPS)

    assert [ticks.get("field", key).verdict for key in KNOWN["field"]] == ["ok", "ok", ""]
    assert ticks.get("document", "plan").verdict == ""
    assert ticks.all_right == {"owner"}


def test_what_is_marked_wrong_stays_wrong_in_a_group_ticked_right() -> None:
    posted = {"all.owner": "ok", "tick.field.address": "wrong", "why.field.address": "Not the one on the paper"}

    ticks = read(posted, KNOWN, OFFERED, GROUPS)

    assert ticks.get("field", "address").verdict == "wrong"
    assert [(item.key, item.what_is_wrong) for item in ticks.items()] == [("address", "Not the one on the paper")]


def test_a_group_nobody_knows_is_not_looked_at() -> None:
    assert read({"all.secret": "ok"}, KNOWN, OFFERED, GROUPS).all_right == frozenset()
