"""Acts on many dossiers: chosen in the queue, done one by one by a job, each with its result."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import posts
from portal.accounts.models import SignIn
from portal.desk import deeds
from portal.desk.actions import batches
from portal.desk.models import Batch, BatchItem, ItemState, ManyAct
from portal.desk.tabs import TabKey
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.foundation.outbox import OutboxRow
from portal.foundation.settings import Settings
from portal.letters.models import Letter
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role, State
from tests.desk.conftest import Office
from tests.fixtures.app import Browser
from tests.fixtures.workers import drain


@pytest.fixture
def counter(office: Office) -> Browser:
    return office.browser("service_centre", Role.ONE_STOP)


def chosen_in(browser: Browser, tab: str, act: str, *ids: UUID, **more: str) -> str:
    """Choose these lines of the tab; the address of the page that asks once more."""
    form: dict[str, object] = {"tab": tab, "act": act, "chosen": [str(one) for one in ids], **more}
    answer = browser.post("/desk/many", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def start(browser: Browser, address: str, **form: str) -> int:
    page, _, query = address.partition("?")
    assert query
    return browser.post(f"{page}/start", data=form).status_code


def results(session: Session) -> dict[str, tuple[ItemState, str | None]]:
    """By code: what became of it."""
    session.expire_all()
    rows = session.execute(
        sa.select(Dossier.code, BatchItem.state, BatchItem.reason).join(Dossier, Dossier.id == BatchItem.dossier_id)
    )
    return {code: (state, reason) for code, state, reason in rows}


def step_of(office: Office, dossier: Dossier, act: Act) -> DossierStep:
    return office.work_until(dossier, act)


def events(session: Session, dossier: Dossier, kind: EventKind) -> int:
    found = sa.select(sa.func.count()).where(DossierEvent.dossier_id == dossier.id, DossierEvent.kind == kind)
    return session.scalar(found) or 0


def test_many_are_accepted_after_one_more_question_and_each_has_its_result(
    office: Office, session: Session, counter: Browser, settings: Settings
) -> None:
    first, second, left_out = (office.file(seed=seed) for seed in (1, 2, 3))
    assert f'value="{first.id}" form="many"' in counter.get("/desk").text

    address = chosen_in(counter, "intake", "accept", first.id, second.id)
    asked = counter.get(address).text
    assert first.code in asked
    assert left_out.code not in asked
    assert events(session, first, EventKind.ACCEPTED) == 0
    assert start(counter, address) == 303
    assert "hx-trigger" in counter.get(address).text
    drain(session, settings=settings)

    followed = counter.get(address).text
    assert "hx-trigger" not in followed
    by_itself = counter.get(address, headers={"HX-Request": "true", "X-By-Itself": "yes"})
    assert by_itself.headers["HX-Refresh"] == "true"
    assert set(results(session).values()) == {(ItemState.DONE, None)}
    assert [session.get_one(Dossier, one.id).state for one in (first, second, left_out)] == [
        State.IN_PROGRESS,
        State.IN_PROGRESS,
        State.FILED,
    ]
    assert re.search(r'href="/desk/many/[0-9a-f-]+"', counter.get("/desk/many").text)


def test_sent_twice_is_done_once(office: Office, session: Session, counter: Browser, settings: Settings) -> None:
    dossier = office.file()
    address = chosen_in(counter, "intake", "accept", dossier.id)
    other_tab = chosen_in(counter, "intake", "accept", dossier.id)

    assert [start(counter, address), start(counter, address), start(counter, other_tab)] == [303, 303, 303]
    drain(session, settings=settings)

    assert events(session, dossier, EventKind.ACCEPTED) == 1
    states = sorted(session.scalars(sa.select(BatchItem.state)))
    assert states == [ItemState.DONE, ItemState.NOT_DONE]


def test_what_cannot_be_done_says_why_and_the_others_are_done(
    office: Office, session: Session, counter: Browser, settings: Settings
) -> None:
    fine, refused = office.file(seed=1), office.file(seed=2)
    address = chosen_in(counter, "intake", "accept", fine.id, refused.id)
    office.do(counter, refused, "refuse", **{"refuse-reason": "Không thuộc thẩm quyền."})

    start(counter, address)
    drain(session, settings=settings)

    assert results(session)[fine.code] == (ItemState.DONE, None)
    state, reason = results(session)[refused.code]
    assert state is ItemState.NOT_DONE
    assert reason == "dossier.not_from_here"
    assert "mc-queue__soft" in counter.get(address).text


def test_what_somebody_else_changed_meanwhile_is_left_alone(
    office: Office, session: Session, settings: Settings
) -> None:
    dossier = office.accepted("1.004191")
    step = step_of(office, dossier, Act.SIGN)
    leader, head = office.holder(step), office.at(dossier, Role.HEAD)
    address = chosen_in(leader, "sign", "sign", step.id)
    office.do(head, dossier, "messages", **{"message-message": "Xin cho biết thêm."})

    start(leader, address)
    drain(session, settings=settings)

    assert results(session)[dossier.code] == (ItemState.NOT_DONE, "batch.changed_meanwhile")
    assert events(session, dossier, EventKind.SIGNED) == 0


def test_the_whole_list_is_chosen_with_its_filter(
    office: Office, session: Session, counter: Browser, settings: Settings
) -> None:
    houses = [office.file("1.013225", seed=seed) for seed in (1, 2)]
    licence = office.file("1.004191")

    address = chosen_in(counter, "intake", "accept", everything="yes", procedure="1.013225")
    start(counter, address)
    drain(session, settings=settings)

    assert set(results(session)) == {one.code for one in houses}
    assert session.get_one(Dossier, licence.id).state is State.FILED


def test_nothing_chosen_is_said_on_the_list_itself(office: Office, counter: Browser) -> None:
    office.file()
    answer = counter.post("/desk/many", data={"tab": "intake", "act": "accept"})

    assert answer.status_code == 303
    assert "mc-message--error" in counter.get(answer.location).text


def test_one_factor_shown_once_signs_many(office: Office, session: Session, settings: Settings) -> None:
    signed = [office.accepted("1.004191", seed=seed) for seed in (1, 2)]
    steps = [step_of(office, dossier, Act.SIGN) for dossier in signed]
    leader = office.holder(steps[0])

    address = chosen_in(leader, "sign", "sign", *(step.id for step in steps))
    assert start(leader, address) == 303
    drain(session, settings=settings)

    assert {state for state, _ in results(session).values()} == {ItemState.DONE}
    assert [events(session, dossier, EventKind.SIGNED) for dossier in signed] == [1, 1]


def test_signing_many_asks_for_the_second_factor_before_and_again_when_it_is_too_long_ago(
    office: Office, session: Session
) -> None:
    dossier = office.accepted("1.004191")
    step = step_of(office, dossier, Act.SIGN)
    leader = office.holder(step)
    address = chosen_in(leader, "sign", "sign", step.id)
    session.execute(sa.update(SignIn).values(stepped_up_at=datetime.now(UTC) - timedelta(minutes=11)))
    session.commit()

    assert leader.get(address).location.startswith("/step-up?")
    assert start(leader, address) == 403
    session.expire_all()
    assert session.scalars(sa.select(Batch.started_at)).all() == [None]


def test_a_proposed_refusal_is_never_signed_in_a_row(office: Office, session: Session, settings: Settings) -> None:
    dossier = office.accepted("1.004191")
    step = office.work_until(dossier, Act.APPRAISE)
    data = {f"do-{step.node_key}-note": "Không phù hợp.", f"do-{step.node_key}-conclusion": "refuse"}
    office.do(office.holder(step), dossier, f"steps/{step.node_key}/complete", **data)
    sign = office.work_until(dossier, Act.SIGN)
    leader = office.holder(sign)

    start(leader, chosen_in(leader, "sign", "sign", sign.id))
    drain(session, settings=settings)

    assert results(session)[dossier.code] == (ItemState.NOT_DONE, "batch.refusal_proposed")
    assert events(session, dossier, EventKind.SIGNED) == 0


def test_the_clerk_numbers_and_issues_many_at_once(office: Office, session: Session, settings: Settings) -> None:
    dossier = office.accepted("1.004191")
    assert office.sign(dossier).status_code == 303
    step = step_of(office, dossier, Act.NUMBER)
    clerk = office.holder(step)

    start(clerk, chosen_in(clerk, "number", "issue", step.id))
    drain(session, settings=settings)

    assert results(session)[dossier.code] == (ItemState.DONE, None)
    assert session.get_one(Dossier, dossier.id).state is State.SETTLED
    assert (events(session, dossier, EventKind.NUMBERED), events(session, dossier, EventKind.ISSUED)) == (1, 1)


def letters_of(session: Session) -> list[tuple[int | None, bool]]:
    """The decisions: their outgoing number and whether they are sealed, by number."""
    rows = session.execute(
        sa.select(Letter.number, Letter.sealed_at).where(Letter.kind == "decision").order_by(Letter.number)
    )
    return [(number, sealed_at is not None) for number, sealed_at in rows]


def again(session: Session, settings: Settings) -> None:
    """The jobs that were put off after a failure are tried now."""
    session.execute(sa.update(OutboxRow).where(OutboxRow.closed_at.is_(None)).values(next_try_at=sa.func.now()))
    drain(session, settings=settings)


def test_a_seal_that_fails_leaves_no_gap_each_letter_keeps_its_number_until_it_is_issued(
    office: Office, session: Session, settings: Settings
) -> None:
    dossiers = [office.accepted("1.004191", seed=seed) for seed in (1, 2)]
    for dossier in dossiers:
        assert office.sign(dossier).status_code == 303
    ids = [step_of(office, dossier, Act.NUMBER).id for dossier in dossiers]
    clerk = office.holder(session.get_one(DossierStep, ids[0]))
    drain(session, settings=settings)
    kept = Path(urlsplit(settings.storage_url).path) / "letters"
    kept.rename(kept.with_name("aside"))
    kept.write_text("")  # where letters are kept there is a file now, so nothing can be stored
    start(clerk, chosen_in(clerk, "number", "issue", *ids))

    for _ in range(batches.MOST_TRIES * len(dossiers) + 1):
        again(session, settings)
    assert {state for state, _ in results(session).values()} == {ItemState.NOT_DONE}
    assert {reason for _, reason in results(session).values()} == {"batch.gave_up"}
    assert letters_of(session) == [(1, False), (2, False)]

    kept.unlink()
    kept.with_name("aside").rename(kept)
    ids = [step_of(office, dossier, Act.ISSUE).id for dossier in dossiers]
    start(clerk, chosen_in(clerk, "number", "issue", *ids))
    drain(session, settings=settings)

    assert letters_of(session) == [(1, True), (2, True)]
    assert [events(session, dossier, EventKind.NUMBERED) for dossier in dossiers] == [1, 1]


def test_steps_are_passed_on_with_one_note_that_is_needed_where_something_was_to_be_found(
    office: Office, session: Session, settings: Settings
) -> None:
    dossier = office.accepted()
    step = step_of(office, dossier, Act.APPRAISE)
    specialist = office.holder(step)
    address = chosen_in(specialist, "mine", "forward", step.id)

    assert start(specialist, address) == 422
    assert start(specialist, address, note="Đủ điều kiện.") == 303
    drain(session, settings=settings)

    assert results(session)[dossier.code] == (ItemState.DONE, None)


def test_steps_are_given_to_a_colleague(office: Office, session: Session, settings: Settings) -> None:
    dossier = office.accepted()
    step = step_of(office, dossier, Act.APPRAISE)
    head = office.at(dossier, Role.HEAD)
    address = chosen_in(head, "unit", "give", step.id)
    colleague = office.world.posts[office.competent(dossier), Role.SPECIALIST]

    assert start(head, address) == 422
    assert start(head, address, post=str(colleague.id)) == 303
    drain(session, settings=settings)

    assert results(session)[dossier.code] == (ItemState.DONE, None)
    assert session.get_one(DossierStep, step.id).post_id == colleague.id


def test_whoever_loses_the_post_meanwhile_does_nothing_any_more(
    office: Office, session: Session, counter: Browser, settings: Settings
) -> None:
    dossier = office.file()
    start(counter, chosen_in(counter, "intake", "accept", dossier.id))
    posts.end_post(session, office.world.posts["service_centre", Role.ONE_STOP].id, by=None, now=datetime.now(UTC))
    session.commit()
    drain(session, settings=settings)

    assert results(session)[dossier.code] == (ItemState.NOT_DONE, "dossier.not_found")
    assert events(session, dossier, EventKind.ACCEPTED) == 0


def test_nobody_sees_or_starts_the_list_of_another(office: Office, counter: Browser) -> None:
    dossier = office.file()
    address = chosen_in(counter, "intake", "accept", dossier.id)
    stranger = office.browser("finance", Role.HEAD)

    assert stranger.get(address).status_code == 404
    assert start(stranger, address) == 404


def test_an_act_the_tab_does_not_offer_and_foreign_lines_are_refused(office: Office, counter: Browser) -> None:
    dossier = office.file()
    head = office.browser("finance", Role.HEAD)

    assert counter.post("/desk/many", data={"tab": "intake", "act": "sign", "chosen": "x"}).status_code == 403
    foreign = head.post("/desk/many", data={"tab": "unit", "act": "give", "chosen": str(dossier.id)})
    assert foreign.status_code == 303
    assert "/desk/many/" not in foreign.location


def test_lists_never_started_are_forgotten_after_a_day(office: Office, session: Session, counter: Browser) -> None:
    dossier = office.file()
    chosen_in(counter, "intake", "accept", dossier.id)
    long_ago = datetime.now(UTC) - batches.UNSTARTED_KEPT_FOR - timedelta(minutes=1)
    session.execute(sa.update(Batch).values(made_at=long_ago))
    session.commit()
    chosen_in(counter, "intake", "accept", dossier.id)

    assert session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 1


@pytest.mark.parametrize(
    ("tab", "role", "acts"),
    [
        (TabKey.INTAKE, Role.ONE_STOP, (ManyAct.ACCEPT,)),
        (TabKey.DUE_SOON, Role.ONE_STOP, (ManyAct.ACCEPT,)),
        (TabKey.OVERDUE, Role.ONE_STOP, (ManyAct.ACCEPT,)),
        (TabKey.MINE, Role.SPECIALIST, (ManyAct.FORWARD,)),
        (TabKey.OVERDUE, Role.SPECIALIST, (ManyAct.FORWARD,)),
        (TabKey.UNIT, Role.HEAD, (ManyAct.GIVE, ManyAct.FORWARD)),
        (TabKey.DUE_SOON, Role.HEAD, (ManyAct.FORWARD, ManyAct.GIVE)),
        (TabKey.MINE, Role.LEADER, (ManyAct.FORWARD, ManyAct.SIGN, ManyAct.GIVE)),
        (TabKey.SIGN, Role.LEADER, (ManyAct.SIGN,)),
        (TabKey.OVERDUE, Role.LEADER, (ManyAct.FORWARD, ManyAct.SIGN, ManyAct.GIVE)),
        (TabKey.NUMBER, Role.CLERK, (ManyAct.ISSUE,)),
        (TabKey.DUE_SOON, Role.CLERK, (ManyAct.ISSUE,)),
        (TabKey.OPINIONS, Role.CONSULTANT, ()),
        (TabKey.OVERDUE, Role.CONSULTANT, ()),
        (TabKey.WAITING, Role.HEAD, ()),
    ],
)
def test_each_tab_offers_what_its_lines_can_be_done_with(tab: TabKey, role: Role, acts: tuple[ManyAct, ...]) -> None:
    assert deeds.offered(tab, {role}) == acts


def test_whoever_has_done_nothing_yet_reads_how_to_begin_and_where(office: Office, counter: Browser) -> None:
    begin = counter.get("/desk/many").text
    assert 'href="/desk?tab=intake"' in begin.partition("<main")[2]
    assert "tab=sign" not in begin

    leader = office.browser("construction", Role.LEADER).get("/desk/many").text.partition("<main")[2]
    assert 'href="/desk?tab=sign"' in leader
    consultant = office.browser("industry_trade", Role.CONSULTANT).get("/desk/many").text.partition("<main")[2]
    assert 'href="/desk?tab=' not in consultant


def test_what_a_colleague_must_do_is_left_and_the_rest_of_the_unit_is_passed_on(
    office: Office, session: Session, settings: Settings
) -> None:
    mine, theirs = office.accepted("1.013225", seed=1), office.accepted("1.013225", seed=1)
    step, at_head = step_of(office, mine, Act.APPRAISE), office.open_steps(theirs)[0]
    specialist = office.holder(step)
    address = chosen_in(specialist, "unit", "forward", step.id, at_head.id)

    assert start(specialist, address, note="Đủ điều kiện.") == 303
    drain(session, settings=settings)

    assert results(session)[mine.code] == (ItemState.DONE, None)
    assert results(session)[theirs.code] == (ItemState.NOT_DONE, "step.not_yours")
