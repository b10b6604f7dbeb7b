"""Every administrator's verb leaves one row of the record, with what was before and after; a refused one leaves none.

The list is made from the addresses of the portal: a new one that is not tried here, and not named among `ELSEWHERE`
with its reason, fails.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import flask
import pytest
import sqlalchemy as sa

from portal.accounts.actions import factor_resets, invitations
from portal.accounts.models import AuditRow, Person, Post
from portal.administration.actions import holds
from portal.administration.models import Kept, RetentionRule
from portal.clock.zone import office_day
from portal.foundation.guards import Audience, guard_of
from portal.hearing.actions import raise_matter
from portal.hearing.models import MatterAbout, MatterKind
from portal.outages.models import Outage
from portal.reasons.models import Reason
from portal.routing.views.person import DEEDS
from portal.transparency.models import Goal
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.administration.test_acts import OUTAGE
from tests.administration.test_texts import NOTICE, WORDS
from tests.administration.tried import ACTS, Act, Data, act
from tests.factories import people
from tests.factories import world as worlds
from tests.operations.test_background_work import given_up
from tests.transparency.test_goals import TYPED

NOW = datetime.now(UTC)
ELSEWHERE = {
    "operations.check_certificates": "looking at the certificates once more changes nothing",
    "authoring.try_form": "the form of a draft tried with answers: nothing is kept",
    "calendars.add_day_off": "one's own sheet of what one is preparing, nobody's calendar; `calendars.save` is the row",
    "calendars.add_make_up_day": "likewise",
    "calendars.do_lock_year": "likewise",
    "calendars.add_hours": "likewise",
    "calendars.do_import": "likewise",
    "calendars.remove": "likewise",
    "calendars.propose": "likewise",
    "calendars.discard": "likewise: nothing of it was ever in force",
    "leading.keep": "one's own view of figures, like a bookmark: nobody else reads it",
    "leading.mail": "likewise: whether one is mailed one's own view",
    "leading.drop": "likewise",
}
"""What needs no row, and why."""
IN_THE_DOSSIER = {
    "routing.arrange/hand-over": "each step handed over is an event of its dossier, chained, with both hands"
}
BESIDES = {
    "administration.do_import": {"accounts.invite", "accounts.appoint"},
    "administration.invite_person": {"accounts.appoint"},
    "administration.do_with_reason": {"accounts.end_post"},
}
"""Rows about the other things an act has changed: one for each person invited, each post given or ended."""
ONE_SIDED = {"makes": "after", "ends": "before"}


def agency_data(**changes: str) -> Data:
    names = {f"{part}_{code}": "Sở Mới" for part in ("name", "short") for code in ("vi", "en", "zh")}
    return names | {"code": "H37.99", "symbol": "SM", "town": "Lạng Sơn"} | changes


@act("administration.found_agency")
def _(office: Office) -> Act:
    return Act("/administration/agencies/new", agency_data(), "accounts.establish", "makes")


@act("administration.change_agency")
def _(office: Office) -> Act:
    return Act(f"/administration/agencies/{office.other.key}", agency_data(version="1"), "accounts.establish")


@act("administration.close_agency")
def _(office: Office) -> Act:
    data = {"successor": office.agency.key, "reason": "Nghị quyết 1", "version": "1"}
    return Act(f"/administration/agencies/{office.other.key}/close", data, "administration.close_agency")


@act("administration.reopen_agency")
def _(office: Office) -> Act:
    closing = {"successor": office.agency.key, "reason": "Nghị quyết 1", "version": "1"}
    office.browser.post(f"/administration/agencies/{office.other.key}/close", data=closing)
    address = f"/administration/agencies/{office.other.key}/reopen"
    return Act(address, {"version": "2"}, "administration.reopen_agency", "ends", {"version": "9"})


@act("administration.invite_person")
def _(office: Office) -> Act:
    data = {"name": "An", "email": "an@x.example", "language": "vi", "agency": office.other.key, "role": "clerk"}
    return Act("/administration/people/new", data, "accounts.invite", "makes")


@act("administration.do_import")
def _(office: Office) -> Act:
    lines = f"name,email,agency,role\nAn,an@x.example,{office.other.key},clerk\n"
    return Act("/administration/people/import", {"text": lines, "take": "yes"}, "administration.import_people", "makes")


@act("administration.appoint")
def _(office: Office) -> Act:
    data = {"agency": office.other.key, "role": "clerk"}
    return Act(f"/administration/people/{somebody(office).id}/posts", data, "accounts.appoint", "makes")


@act("administration.end_post")
def _(office: Office) -> Act:
    who = somebody(office)
    post = office.session.scalars(sa.select(Post.id).where(Post.person_id == who.id)).one()
    return Act(f"/administration/people/{who.id}/posts/{post}/end", {}, "accounts.end_post", "ends")


@act("administration.rename")
def _(office: Office) -> Act:
    who = somebody(office)
    return Act(f"/administration/people/{who.id}/name", {"name": "Tên Đúng", "was": who.name}, "administration.rename")


@act("administration.invite_again")
def _(office: Office) -> Act:
    who, _ = invitations.invite(office.session, name="An", email="an@x.example", language="vi", by=None, now=NOW)
    office.session.commit()
    return Act(f"/administration/people/{who.id}/invite", {}, "accounts.invite_again", "makes")


@act("administration.do_with_reason")
def _(office: Office) -> Act:
    data = {"reason": "Chuyển công tác"}
    return Act(f"/administration/people/{somebody(office).id}/leave", data, "accounts.leave")


@act("administration.confirm_reset")
def _(office: Office) -> Act:
    who, second = somebody(office), people.officer(office.session, office.other, Role.ADMINISTRATOR)
    factor_resets.ask(office.session, who.id, reason="Mất máy", by=second.id, now=NOW)
    office.session.commit()
    return Act(f"/administration/people/{who.id}/factor/confirm", {}, "accounts.reset_factor", "makes")


@act("administration.withdraw_reset")
def _(office: Office) -> Act:
    who = somebody(office)
    factor_resets.ask(office.session, who.id, reason="Mất máy", by=office.administrator.id, now=NOW)
    office.session.commit()
    return Act(f"/administration/people/{who.id}/factor/withdraw", {}, "accounts.withdraw_factor_reset", "ends")


@act("administration.write_text")
def _(office: Office) -> Act:
    return Act(NOTICE, WORDS, "texts.write", "makes")


@act("administration.restore_text")
def _(office: Office) -> Act:
    office.browser.post(NOTICE, data=WORDS)
    return Act(f"{NOTICE}/restore", {"version": "1"}, "texts.restore", "ends", {"version": "9"})


@act("administration.write_reason")
def _(office: Office) -> Act:
    data = {"kind": "refusal", "vi": "Sai", "en": "Wrong", "zh": "错", "is_active": "y"}
    return Act("/administration/reasons/new", data, "reasons.write", "makes")


@act("administration.change_reason")
def _(office: Office) -> Act:
    data = {"kind": "refusal", "vi": "Sai", "en": "Wrong", "zh": "错", "is_active": "y"}
    office.browser.post("/administration/reasons/new", data=data)
    made = office.session.scalars(sa.select(Reason).order_by(Reason.id.desc()).limit(1)).one()
    changed = data | {"en": "Quite wrong", "version": str(made.version)}
    return Act(f"/administration/reasons/{made.id}", changed, "reasons.change")


@act("administration.announce_outage")
def _(office: Office) -> Act:
    return Act("/administration/outages/new", OUTAGE, "outages.announce", "makes")


@act("administration.correct_outage")
def _(office: Office) -> Act:
    data = OUTAGE | {"en": "Back soon.", "version": "1"}
    return Act(f"/administration/outages/{outage(office).id}", data, "outages.correct")


@act("administration.withdraw_outage")
def _(office: Office) -> Act:
    address = f"/administration/outages/{outage(office).id}/withdraw"
    return Act(address, {"version": "1"}, "outages.withdraw", "ends", {"version": "9"})


@act("administration.change_retention")
def _(office: Office) -> Act:
    rule = office.session.get_one(RetentionRule, Kept.DRAFTS)
    data = {"keep_days": "400", "source": "Quyết định 1", "version": str(rule.version)}
    return Act("/administration/retention/drafts", data, "administration.retention")


@act("administration.hold_dossier")
def _(office: Office) -> Act:
    data = {"code": dossier_code(office), "reason": "Khiếu nại"}
    return Act("/administration/retention/holds", data, "administration.hold", "makes")


@act("administration.lift_hold")
def _(office: Office) -> Act:
    code = dossier_code(office)
    held = holds.hold(office.session, code, reason="Khiếu nại", by=office.administrator.id, now=NOW)
    office.session.commit()
    return Act(f"/administration/retention/holds/{held.id}/lift", {}, "administration.lift_hold", "ends")


@act("administration.export_audit")
def _(office: Office) -> Act:
    return Act("/administration/audit/export", {}, "administration.export_audit", "makes")


@act("administration.erase_person")
def _(office: Office) -> Act:
    matter, seal = asked(office)
    data = {"words": "Đã xoá.", "sure": "y", "seal": seal}
    return Act(f"/administration/data-requests/{matter}/erasure", data, "administration.erase_person")


@act("personal.answer")
def _(office: Office) -> Act:
    data = {"words": "Đã sửa.", "act": "answer"}
    return Act(f"/administration/data-requests/{asked(office)[0]}", data, "personal.answer_request")


@act("operations.retry")
def _(office: Office) -> Act:
    data = {"job": str(given_up(office.session).id)}
    return Act("/administration/background-work/retry", data, "operations.retry_job", "ends")


@act("operations.close")
def _(office: Office) -> Act:
    data = {"job": str(given_up(office.session).id), "reason": "Đã gọi điện"}
    return Act("/administration/background-work/close", data, "operations.close_job")


@act("goals.write")
def _(office: Office) -> Act:
    return Act("/administration/goals/new", TYPED, "transparency.write_goal", "makes")


@act("goals.change")
def _(office: Office) -> Act:
    data = TYPED | {"target": "2", "version": "1"}
    return Act(f"/administration/goals/{goal(office).id}", data, "transparency.change_goal")


@act("goals.end")
def _(office: Office) -> Act:
    last = office_day(NOW) + timedelta(days=1)
    data = {"last": [str(last.day), str(last.month), str(last.year)], "reason": "Kế hoạch mới", "version": "1"}
    return Act(f"/administration/goals/{goal(office).id}/end", data, "transparency.end_goal")


@act("deliveries.set_counter")
def _(office: Office) -> Act:
    data = {"slot_minutes": "20", "capacity": "3", "version": "1"}
    return Act(f"/administration/agencies/{office.agency.key}/counter", data, "deliveries.serve")


def somebody(office: Office) -> Person:
    found = people.officer(office.session, office.other, Role.HEAD)
    office.session.commit()
    return found


def outage(office: Office) -> Outage:
    office.browser.post("/administration/outages/new", data=OUTAGE)
    return office.session.scalars(sa.select(Outage)).one()


def goal(office: Office) -> Goal:
    office.browser.post("/administration/goals/new", data=TYPED)
    return office.session.scalars(sa.select(Goal).where(Goal.names["en"].astext == TYPED["en"])).one()


def dossier_code(office: Office) -> str:
    code = worlds.build(office.session, procedures=("1.013225",)).file("1.013225").code
    office.session.commit()
    return code


def asked(office: Office) -> tuple[UUID, str]:
    """A request to erase, and the seal of what would go."""
    from portal.administration.queries.erasure import of_person  # noqa: PLC0415 - of this act alone

    world = worlds.build(office.session, procedures=("1.013225",))
    assert world.filer is not None
    world.filer.phone = "0912345678"
    matter = raise_matter(
        office.session,
        MatterKind.OWN_DATA,
        "Xin xoá.",
        viewer=world.company_viewer,
        now=NOW,
        agency_id=office.agency.id,
        about=MatterAbout.ERASURE,
    )
    office.session.commit()
    return matter.id, of_person(office.session, world.filer.id, now=NOW).seal


def administrators(app: flask.Flask) -> set[str]:
    """The endpoints that take a POST from administrators and nobody else who works on dossiers."""
    found = set()
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        audiences = guard.audiences if guard else None
        if "POST" in (rule.methods or ()) and audiences and Audience.ADMINISTRATOR in audiences:
            found.add(rule.endpoint)
    return found


def records(office: Office) -> list[AuditRow]:
    office.session.expire_all()
    return list(office.session.scalars(sa.select(AuditRow).order_by(AuditRow.id)))


def test_no_verb_of_administrators_is_left_out(app: flask.Flask) -> None:
    wanted = administrators(app)
    tried = {name.partition("/")[0] for name in ACTS}
    untried = wanted - tried - set(ELSEWHERE)
    assert not untried, f"Try it in this file: {sorted(untried)}"
    assert not tried - wanted, "no such addresses"
    assert not set(ELSEWHERE) - wanted, "no such addresses"
    arranged = {f"routing.arrange/{deed}" for deed in DEEDS}
    assert arranged == {name for name in {*ACTS, *IN_THE_DOSSIER} if name.startswith("routing.arrange/")}


@pytest.mark.parametrize("endpoint", sorted(ACTS))
def test_each_is_one_row_with_before_and_after_and_a_refused_one_none(office: Office, endpoint: str) -> None:
    made = ACTS[endpoint](office)
    before = len(records(office))

    if endpoint in REFUSABLE or made.refused is not None:
        refused = office.browser.post(made.address, data=made.refused or {})
        assert refused.status_code >= 400 or made.refused is None, refused.status_code
        assert len(records(office)) == before, "a refused input left a row"
    done = office.browser.post(made.address, data=made.data)

    assert done.status_code in {200, 303}, done.text
    rows = records(office)[before:]
    own = [row for row in rows if row.verb == made.verb]
    assert len(own) == 1, [row.verb for row in rows]
    assert {row.verb for row in rows} - {made.verb} <= BESIDES.get(endpoint, set())
    assert own[0].actor_id == office.administrator.id
    told = {"before": own[0].before, "after": own[0].after}
    if made.kind in ONE_SIDED:
        assert told[ONE_SIDED[made.kind]]
    else:
        assert all(told.values())
        assert own[0].before != own[0].after


ALWAYS_DONE = {
    "administration.export_audit", "administration.invite_again", "administration.confirm_reset",
    "administration.withdraw_reset", "administration.lift_hold", "administration.end_post",
    "authoring.start_blank", "authoring.start_next",
    "authoring.start_copy", "authoring.keep_in_force",
}  # fmt: skip
"""They ask for nothing that could be wrong."""
REFUSABLE = set(ACTS) - ALWAYS_DONE
