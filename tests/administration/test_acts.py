"""What administrators change: one row of the record each, nothing typed lost, nobody alone at a lost factor."""

import sqlalchemy as sa

from portal.accounts.models import Agency, AuditRow, Person, Post, SignIn
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.factories import people

OUTAGE = {
    "starts_on": ["1", "3", "2030"], "starts_time": "22:00", "ends_on": ["2", "3", "2030"], "ends_time": "05:00",
    "shown_on": ["1", "1", "2020"], "vi": "Cổng tạm ngừng.", "en": "Out of service.", "zh": "停机。",
}  # fmt: skip


def rows(office: Office, verb: str) -> list[AuditRow]:
    office.session.expire_all()
    return list(office.session.scalars(sa.select(AuditRow).where(AuditRow.verb == verb)))


def test_the_last_administrator_can_neither_leave_nor_be_disabled(office: Office) -> None:
    me = office.administrator.id
    for kind in ("leave", "disable"):
        office.browser.post(f"/administration/people/{me}/{kind}", data={"reason": "Nghỉ hưu"})
        assert "cuối cùng" in office.browser.get(f"/administration/people/{me}").text
    held = office.session.scalars(sa.select(Post).where(Post.person_id == me)).one()
    assert held.ended_at is None


def test_who_leaves_has_no_post_and_no_open_sign_in_at_once(office: Office) -> None:
    leaver = people.officer(office.session, office.other, Role.HEAD, Role.CLERK)
    office.session.commit()
    theirs = office.browser.application.test_client()
    people.sign_in(theirs, leaver)
    missing = office.browser.post(f"/administration/people/{leaver.id}/leave", data={"reason": " "})
    assert missing.status_code == 422
    office.browser.post(f"/administration/people/{leaver.id}/leave", data={"reason": "Chuyển công tác"})
    assert rows(office, "accounts.leave")[0].after == {"reason": "Chuyển công tác"}
    assert all(post.ended_at for post in office.session.scalars(sa.select(Post).where(Post.person_id == leaver.id)))
    assert all(one.ended_at for one in office.session.scalars(sa.select(SignIn).where(SignIn.person_id == leaver.id)))
    assert theirs.get("/accounts").status_code == 302


def test_the_end_of_a_post_is_asked_first(office: Office) -> None:
    who = people.officer(office.session, office.other, Role.CLERK, name="Hoàng Thị Bé")
    post = office.session.scalars(sa.select(Post).where(Post.person_id == who.id)).one()
    office.session.commit()
    address = f"/administration/people/{who.id}/posts/{post.id}/end"
    assert address in office.browser.get(f"/administration/people/{who.id}").text

    asked = office.browser.get(address)

    assert asked.status_code == 200
    assert "Hoàng Thị Bé" in asked.text
    office.session.refresh(post)
    assert post.ended_at is None
    assert office.browser.post(address).status_code == 303
    office.session.refresh(post)
    assert post.ended_at is not None
    assert office.browser.get(address).status_code == 404, "what has ended is not asked about"


def test_a_lost_factor_is_taken_away_by_two_administrators_only(office: Office) -> None:
    second = people.officer(office.session, office.other, Role.ADMINISTRATOR)
    loser = people.officer(office.session, office.other, Role.HEAD)
    office.session.commit()
    address = f"/administration/people/{loser.id}/factor"
    office.browser.post(address, data={"reason": "Mất điện thoại"})
    office.browser.post(f"{address}/confirm")
    office.session.expire_all()
    assert office.session.get_one(Person, loser.id).one_time_secret is not None
    other = office.browser.application.test_client()
    people.sign_in(other, second)
    assert loser.name in other.get("/administration").text
    other.post(f"{address}/confirm")
    office.session.expire_all()
    assert office.session.get_one(Person, loser.id).one_time_secret is None
    assert len(rows(office, "accounts.reset_factor")) == 1


def test_a_stale_change_of_an_agency_is_refused_and_a_right_one_is_recorded(office: Office) -> None:
    names = {f"{part}_{code}": "Sở Mới" for part in ("name", "short") for code in ("vi", "en", "zh")}
    data = names | {"code": "H37.9", "symbol": "SM", "town": "Lạng Sơn", "version": "1"}
    wrong = office.browser.post(f"/administration/agencies/{office.other.key}", data=data | {"code": "nonsense"})
    assert (wrong.status_code, "nonsense" in wrong.text, "Sở Mới" in wrong.text) == (422, True, True)
    assert office.browser.post(f"/administration/agencies/{office.other.key}", data=data).status_code == 303
    assert office.browser.post(f"/administration/agencies/{office.other.key}", data=data).status_code == 409
    office.session.expire_all()
    assert office.session.get_one(Agency, office.other.id).names["vi"] == "Sở Mới"
    assert [row.after["code"] for row in rows(office, "accounts.establish") if row.before] == ["H37.9"]


def test_a_file_with_one_mistake_invites_nobody_and_says_where(office: Office) -> None:
    head = "name,email,agency,role\n"
    good = f"An,an@x.example,{office.agency.key},clerk\nAn,an@x.example,{office.other.key},head\n"
    bad = office.browser.post("/administration/people/import", data={"text": f"{head}{good}B,b,nowhere,boss\n"})
    assert bad.status_code == 422
    assert all(word in bad.text for word in ("nowhere", "boss", "an@x.example"))
    preview = office.browser.post("/administration/people/import", data={"text": head + good})
    assert preview.status_code == 200
    assert office.session.scalar(sa.select(Person).where(Person.email == "an@x.example")) is None
    taken = office.browser.post("/administration/people/import", data={"text": head + good, "take": "yes"})
    assert taken.status_code == 303
    made = office.session.scalars(sa.select(Person).where(Person.email == "an@x.example")).one()
    assert len(office.session.scalars(sa.select(Post).where(Post.person_id == made.id)).all()) == 2


def test_an_announced_outage_stands_on_every_page_in_its_language(office: Office) -> None:
    early = office.browser.post("/administration/outages/new", data=OUTAGE | {"ends_on": ["1", "2", "2030"]})
    assert early.status_code == 422
    assert office.browser.post("/administration/outages/new", data=OUTAGE).status_code == 303
    assert "Out of service." in office.browser.get("/en/").text
    assert "停机。" in office.browser.get("/zh/").text
    assert len(rows(office, "outages.announce")) == 1


def test_a_downloaded_record_is_itself_recorded_and_holds_no_formula(office: Office) -> None:
    people.officer(office.session, office.other, Role.CLERK, name="=HYPERLINK(1)")
    office.session.commit()
    answer = office.browser.post("/administration/audit/export?kind=accounts.appoint")
    assert answer.mimetype == "text/csv"
    assert "'=HYPERLINK(1)" in answer.text
    assert rows(office, "administration.export_audit")[0].actor_id == office.administrator.id
