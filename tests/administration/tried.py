"""The administrator's verbs that are tried, and those of other rooms that administrators have too.

Verbs of the administration itself stand in `test_every_change_is_recorded`, which tries all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from portal.accounts.models import AbsenceKind, Party, Post
from portal.accounts.viewer import Viewer
from portal.authoring import actions as authoring
from portal.authoring import documents
from portal.authoring.models import ProcedureDraft
from portal.calendars import queries as calendars
from portal.catalogue import actions as catalogue
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.writing import write
from portal.clock.zone import office_day
from portal.dossiers.actions import intake
from portal.routing.actions import people as team
from portal.routing.actions import route
from portal.routing.models import ConflictOfInterest, SkillNeed
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.authoring.typed import untouched
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY
from tests.routing.conftest import viewer_of
from tests.routing.test_moving import corrected, with_second_check

Data = dict[str, Any]
NOW = datetime.now(UTC)
CODE = "1.013225"


@dataclass(frozen=True)
class Act:
    """What is sent, the verb its row must have, and whether it makes, changes or ends something."""

    address: str
    data: Data
    verb: str
    kind: str = "changes"
    refused: Data | None = None
    """What is sent to be refused; None: nothing at all."""


Make = Callable[[Office], Act]
ACTS: dict[str, Make] = {}
"""By endpoint; where one address does several things, with what is done after a slash."""


def act(name: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        ACTS[name] = make
        return make

    return keep


# --- procedures


def version_of(office: Office) -> ProcedureVersion:
    world = worlds.build(office.session, procedures=(CODE,))
    office.session.commit()
    return world.versions[CODE]


def draft_of(office: Office) -> ProcedureDraft:
    """A draft of the next version of a published procedure."""
    version = version_of(office)
    draft = authoring.start_from(
        office.session, definition_of(version), by=office.administrator.id, now=NOW, based_on=version.number
    )
    office.session.commit()
    return draft


@act("authoring.start_blank")
def _(office: Office) -> Act:
    return Act("/authoring/blank", {}, "authoring.start", "makes")


@act("authoring.start_next")
def _(office: Office) -> Act:
    version_of(office)
    return Act(f"/authoring/next/{CODE}", {}, "authoring.start", "makes")


@act("authoring.start_copy")
def _(office: Office) -> Act:
    version_of(office)
    return Act(f"/authoring/copy/{CODE}", {}, "authoring.start", "makes")


@act("authoring.do_import")
def _(office: Office) -> Act:
    text = write(definition_of(version_of(office)))
    return Act("/authoring/import", {"text": text}, "authoring.start", "makes", {"text": "x ="})


@act("authoring.save_part")
def _(office: Office) -> Act:
    draft = draft_of(office)
    typed = untouched(documents.read(draft.text), ()) | {"name.vi": ["Tên mới của thủ tục"], "version": ["1"]}
    return Act(f"/authoring/{draft.id}/part/basics", typed, "authoring.change", refused=typed | {"version": ["7"]})


@act("authoring.save_thing")
def _(office: Office) -> Act:
    draft = draft_of(office)
    typed = untouched(documents.read(draft.text), ("documents", 0)) | {"name.vi": ["Đơn"], "version": ["1"]}
    return Act(f"/authoring/{draft.id}/at/documents.0", typed, "authoring.change", refused=typed | {"version": ["7"]})


@act("authoring.change_list")
def _(office: Office) -> Act:
    sent = {"version": "1", "do": "duplicate:0"}
    address = f"/authoring/{draft_of(office).id}/list/documents"
    return Act(address, sent, "authoring.change", refused=sent | {"version": "7"})


@act("authoring.discard")
def _(office: Office) -> Act:
    address = f"/authoring/{draft_of(office).id}/discard"
    return Act(address, {"version": "1"}, "authoring.discard", "ends", {"version": "9"})


@act("authoring.take_back")
def _(office: Office) -> Act:
    draft = draft_of(office)
    document = documents.read(draft.text)
    del document["documents"][0]
    by = office.administrator.id
    authoring.change(office.session, draft.id, document, version=1, what="test", by=by, now=NOW)
    office.session.commit()
    sent = {"version": "2", "back": "/authoring"}
    return Act(f"/authoring/{draft.id}/take-back", sent, "authoring.change", refused=sent | {"version": "9"})


@act("authoring.do_publish")
def _(office: Office) -> Act:
    draft, day = draft_of(office), office_day(NOW)
    document = documents.read(draft.text)
    document["limits"][0]["amount"] += 3
    by = office.administrator.id
    authoring.change(office.session, draft.id, document, version=1, what="test", by=by, now=NOW)
    office.session.commit()
    typed = {"effective_on": [str(day.day), str(day.month), str(day.year)], "version": "2", "reason": "Thời hạn mới"}
    return Act(f"/authoring/{draft.id}/publish", typed, "authoring.publish")


@act("authoring.set_rule")
def _(office: Office) -> Act:
    return Act("/authoring/rule", {"needs_two": "yes"}, "authoring.rule")


def day_parts(days: int) -> list[str]:
    day = office_day(NOW) + timedelta(days=days)
    return [str(day.day), str(day.month), str(day.year)]


@act("authoring.do_withdraw")
def _(office: Office) -> Act:
    code = version_of(office).code
    typed = {"number": "all", "withdrawn_on": day_parts(3), "reason": "Quyết định 9/QĐ-UBND"}
    refused = typed | {"withdrawn_on": day_parts(-3)}
    return Act(f"/authoring/published/{code}/withdraw", typed, "authoring.withdraw", refused=refused)


@act("authoring.keep_in_force")
def _(office: Office) -> Act:
    version = version_of(office)
    catalogue.withdraw(office.session, version, on=office_day(NOW) + timedelta(days=3), reason="Nhầm")
    office.session.commit()
    return Act(f"/authoring/published/{version.code}/{version.number}/keep", {}, "authoring.keep_in_force")


# --- the calendar


@act("calendars.save")
def _(office: Office) -> Act:
    prepared = {"on": ["24", "3", "2027"], "name": "swap", "source": "Công văn 1/VPCP"}
    office.browser.post("/calendar/day-off", data=prepared)
    number = str(calendars.newest(office.session).number)
    return Act("/calendar/preview", {"based_on": number, "reason": "Hoán đổi ngày nghỉ"}, "calendars.publish")


# --- people at work


def period(prefix: str) -> Data:
    day = office_day(NOW) + timedelta(days=3)
    return {f"{prefix}-{name}": [str(day.day), str(day.month), str(day.year)] for name in ("first_day", "last_day")}


def post_of(office: Office, role: Role = Role.SPECIALIST) -> Post:
    who = people.officer(office.session, office.other, role)
    office.session.commit()
    return office.session.scalars(sa.select(Post).where(Post.person_id == who.id)).one()


def in_charge(office: Office) -> Viewer:
    """The administrator, as the verbs know them."""
    of_administrator = sa.select(Post).where(Post.person_id == office.administrator.id)
    return viewer_of(office.session, office.session.scalars(of_administrator).one())


@act("routing.arrange/absence")
def _(office: Office) -> Act:
    address = f"/team/{post_of(office).person_id}/absence"
    return Act(address, {"absence-kind": "leave", **period("absence")}, "team.add_absence", "makes")


@act("routing.arrange/absence-end")
def _(office: Office) -> Act:
    who, day = post_of(office).person_id, office_day(NOW)
    away = team.Period(first_day=day, last_day=day)
    made = team.add_absence(
        office.session, who, away, kind=AbsenceKind.LEAVE, note="", viewer=in_charge(office), now=NOW
    )
    office.session.commit()
    return Act(f"/team/{who}/absence-end", {"entry": str(made.id)}, "team.end_absence", "ends")


@act("routing.arrange/substitution")
def _(office: Office) -> Act:
    absent, other = post_of(office), post_of(office)
    data = {"substitution-post": str(absent.id), "substitution-substitute": str(other.id), **period("substitution")}
    return Act(f"/team/{absent.person_id}/substitution", data, "team.add_substitution", "makes")


@act("routing.arrange/substitution-end")
def _(office: Office) -> Act:
    absent, other, day = post_of(office), post_of(office), office_day(NOW)
    away = team.Period(first_day=day, last_day=day)
    made = team.add_substitution(office.session, absent.id, other.id, away, viewer=in_charge(office), now=NOW)
    office.session.commit()
    address = f"/team/{absent.person_id}/substitution-end"
    return Act(address, {"entry": str(made.id)}, "team.end_substitution", "ends")


@act("routing.arrange/skills")
def _(office: Office) -> Act:
    address = f"/team/{post_of(office).person_id}/skills"
    return Act(address, {"skills-skills": "kết cấu"}, "team.set_skills", refused={"skills-skills": "x" * 500})


@act("routing.arrange/conflict")
def _(office: Office) -> Act:
    data = {"conflict-tax_code": company(office).tax_code, "conflict-reason": "Anh rể là giám đốc"}
    return Act(f"/team/{post_of(office).person_id}/conflict", data, "team.declare_conflict", "makes")


@act("routing.arrange/conflict-end")
def _(office: Office) -> Act:
    who, code = post_of(office).person_id, str(company(office).tax_code)
    team.declare_conflict(office.session, who, tax_code=code, reason="Anh rể", viewer=in_charge(office), now=NOW)
    office.session.commit()
    entry = office.session.scalars(sa.select(ConflictOfInterest.id)).one()
    return Act(f"/team/{who}/conflict-end", {"entry": str(entry)}, "team.end_conflict", "ends")


@act("routing.need/add")
def _(office: Office) -> Act:
    data = {"need-role": "specialist", "need-other": "kết cấu", "need-procedure": ""}
    return Act(f"/team/needs?agency={office.other.key}", data, "team.need_skill", "makes")


@act("routing.need/drop")
def _(office: Office) -> Act:
    made = SkillNeed(agency_id=office.other.id, procedure_code="", role="specialist", skill="kết cấu")
    office.session.add(made)
    office.session.commit()
    return Act(f"/team/needs?agency={office.other.key}", {"drop": str(made.id)}, "team.drop_need", "ends")


@act("routing.move_chosen")
def _(office: Office) -> Act:
    world = worlds.build(office.session, procedures=(CODE,))
    dossier = world.file(CODE)
    route(office.session, dossier.id, now=MONDAY)
    intake.accept(
        office.session, dossier, viewer=world.viewer("service_centre", Role.ONE_STOP), now=MONDAY + timedelta(hours=1)
    )
    target = corrected(office.session, with_second_check)
    office.session.commit()
    data = {"version": str(target.number), "dossier": [str(dossier.id)], "reason": "Sửa thời hạn"}
    return Act(f"/versions/{CODE}", data, "routing.move_to_version")


def company(office: Office) -> Party:
    world = worlds.build(office.session, procedures=(CODE,))
    office.session.commit()
    assert world.company is not None
    return world.company
