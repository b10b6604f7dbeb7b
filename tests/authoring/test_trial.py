"""A draft tried on past dossiers: the counts are right, and no answer is told."""

from typing import Any

import pytest

from portal.authoring import queries, trial
from portal.authoring.trial import Difference, Trial
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.foundation.packaged import office_calendar
from tests.authoring.desk import Desk
from tests.factories import people
from tests.fixtures.app import Browser

DOSSIERS = 3


@pytest.fixture
def filed(desk: Desk) -> Desk:
    for seed in range(DOSSIERS):
        desk.world.file("1.013225", seed=seed)
    desk.world.file("1.004191")
    desk.session.commit()
    return desk


def tried(desk: Desk, **changes: Any) -> Trial:
    definition = definition_of(desk.world.versions["1.013225"])
    told = definition.model_dump(mode="json", exclude_defaults=True)
    draft = Definition.model_validate({**told, **changes})
    past = queries.past_dossiers(desk.session, draft.code, most=trial.MOST)
    return trial.tried(draft, past, calendar=office_calendar(), language="vi")


def told(desk: Desk) -> dict[str, Any]:
    return definition_of(desk.world.versions["1.013225"]).model_dump(mode="json", exclude_defaults=True)


def test_the_same_definition_changes_nothing(app: object, filed: Desk) -> None:
    found = tried(filed)

    assert (found.looked_at, found.unchanged) == (DOSSIERS, DOSSIERS)
    assert not any(found.counts.values())


def test_a_new_document_makes_every_dossier_incomplete_and_is_named(demo_app: Any, filed: Desk) -> None:
    fresh = {"code": "fresh", "name": {"vi": "Giấy mới", "en": "New", "zh": "新"}, "kind": "copy"}
    with demo_app.test_request_context("/"):
        found = tried(filed, documents=[*told(filed)["documents"], fresh])

    assert found.counts[Difference.INCOMPLETE] == DOSSIERS
    (rule,) = found.rules[Difference.INCOMPLETE]
    assert "Giấy mới" in rule.why
    assert (rule.count, len(rule.codes)) == (DOSSIERS, DOSSIERS)


def test_every_rule_a_dossier_fails_is_counted_the_commonest_first(demo_app: Any, filed: Desk) -> None:
    content = told(filed)
    new = [{"code": f"new_{n}", "name": {"vi": f"Giấy {n}", "en": "New", "zh": "新"}, "kind": "copy"} for n in (1, 2)]
    latest = queries.past_dossiers(filed.session, "1.013225", most=1)[0]
    named = next(code for code, value in latest.answers.items() if isinstance(value, str) and len(value) > 8)
    once = {"op": "eq", "field": named, "value": latest.answers[named]}
    with demo_app.test_request_context("/"):
        found = tried(filed, documents=[*content["documents"], {**new[0], "when": once}, new[1]])

    assert found.counts[Difference.INCOMPLETE] == DOSSIERS
    assert [(rule.count, "Giấy" in rule.why) for rule in found.rules[Difference.INCOMPLETE]] == [
        (DOSSIERS, True),
        (1, True),
    ]


def test_another_agency_other_steps_and_more_time_are_counted(demo_app: Any, filed: Desk) -> None:
    content = told(filed)
    limits = [{**rule, "amount": rule["amount"] + 5} for rule in content["limits"]]
    steps = [*content["steps"], {**content["steps"][2], "code": "again", "after": [content["steps"][2]["code"]]}]
    with demo_app.test_request_context("/"):
        found = tried(filed, limits=limits, steps=steps, competence=[{"agency": "finance"}])

    assert found.counts == {
        Difference.INCOMPLETE: 0,
        Difference.ROUTED: DOSSIERS,
        Difference.STEPS: DOSSIERS,
        Difference.LONGER: DOSSIERS,
    }


def test_the_page_names_codes_and_rules_and_never_an_answer(client: Browser, filed: Desk) -> None:
    draft = filed.next_version()
    document = filed.document(draft.id)
    fields = [field for section in document["sections"] for field in section["fields"] if field["type"] == "text"]
    for field in fields:
        field["max_length"] = 1
    filed.change(draft, document)
    people.sign_in(client, filed.one)

    page = client.get(f"/authoring/{draft.id}/trial").text

    past = queries.past_dossiers(filed.session, "1.013225", most=trial.MOST)
    assert all(one.code in page for one in past)
    typed = {field["code"] for field in fields}
    answers = [str(value) for one in past for code, value in one.answers.items() if code in typed and len(value) > 4]
    assert answers
    assert not [value for value in answers if value in page]
