"""Every page has a guard, and what opens it is read anew at every request."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import flask
import pytest
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.actions import parties, posts
from portal.accounts.actions import sign_in as signing
from portal.foundation.guards import Audience, guard_of, open_to
from portal.foundation.settings import Settings
from portal.workflow.lifecycle import CompanyRole, Role
from tests.factories import people
from tests.fixtures.app import Browser, make_app

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_a_view_that_declares_nobody_is_open_to_nobody(settings: Settings, session: Session) -> None:
    app = make_app(settings)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    client = app.test_client()
    assert isinstance(client, Browser)

    stranger = client.get("/forgotten")
    people.sign_in(client, people.person(session))

    assert stranger.status_code == 403
    assert client.get("/forgotten").status_code == 403


def test_every_page_of_the_room_declares_a_guard(app: flask.Flask) -> None:
    own = {name: view for name, view in app.view_functions.items() if name.startswith("accounts.")}

    assert own
    assert {name for name, view in own.items() if guard_of(view) is None} == set()


def test_a_stranger_is_sent_to_sign_in_and_told_where_to_come_back(client: Browser, session: Session) -> None:
    answer = client.get("/accounts/password?a=1&b=2")

    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/accounts/password?a%3D1%26b%3D2"


def test_whoever_is_not_admitted_gets_403(client: Browser, session: Session) -> None:
    people.sign_in(client, people.filer(session))

    assert client.get("/accounts/registrations").status_code == 403


def test_a_fragment_request_without_sign_in_moves_the_whole_page(client: Browser, session: Session) -> None:
    answer = client.get("/accounts", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/desk?page=2"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/desk?page%3D2"


@pytest.mark.parametrize("address", ["http://evil.example/desk", "//evil.example", "", "http://localhost//evil"])
def test_a_fragment_request_cannot_name_another_site_to_come_back_to(
    client: Browser, session: Session, address: str
) -> None:
    answer = client.get("/accounts", headers={"HX-Request": "true", "HX-Current-URL": address})

    assert "evil" not in answer.headers["HX-Redirect"]


def test_an_ended_post_closes_its_door_with_the_next_request(client: Browser, session: Session) -> None:
    office = people.agency(session)
    officer = people.person(session)
    post = people.post(session, officer, office, Role.ONE_STOP)
    people.post(session, officer, office, Role.CLERK)
    people.sign_in(client, officer)
    assert client.get("/accounts/registrations").status_code == 200

    posts.end_post(session, post.id, by=None, now=NOW)
    session.flush()

    assert client.get("/accounts/registrations").status_code == 403


def test_an_ended_membership_closes_the_company_with_the_next_request(client: Browser, session: Session) -> None:
    owner, clerk = people.person(session), people.person(session)
    company = people.party(session, owner=owner)
    people.membership(session, clerk, company, CompanyRole.FILER)
    people.sign_in(client, clerk)
    assert client.get(f"/accounts/companies/{company.tax_code}/members").status_code == 200

    parties.end_membership(session, company.id, clerk.id, by=owner.id, now=NOW)
    session.flush()

    assert client.get(f"/accounts/companies/{company.tax_code}/members").status_code == 404


def test_the_viewer_knows_current_posts_and_parties_and_no_others(session: Session) -> None:
    office, other_office = people.agency(session), people.agency(session)
    officer, colleague = people.person(session), people.person(session)
    people.post(session, officer, office, Role.HEAD)
    ended = people.post(session, officer, other_office, Role.LEADER)
    posts.end_post(session, ended.id, by=None, now=NOW)
    people.post(session, colleague, other_office, Role.CLERK)
    company = people.party(session, owner=officer)
    people.party(session, owner=colleague)

    viewer = _viewer(session, officer.id)

    assert viewer is not None
    assert [(post.agency_id, post.role) for post in viewer.posts] == [(office.id, Role.HEAD)]
    assert [acting.party_id for acting in viewer.acting_for] == [company.id]
    assert viewer.audiences == {Audience.SIGNED_IN, Audience.COMPANY, Audience.STAFF, Audience.HEAD}


def test_the_whole_viewer_is_one_statement(session: Session, statements: Callable[[], Any]) -> None:
    officer = people.officer(session, people.agency(session), Role.HEAD, Role.LEADER)
    company, agent = people.party(session), people.party(session, owner=officer)
    people.mandate(session, company, agent)
    key = signing.begin(session, officer.id, browser="", second_factor_shown=True, replaces=None, now=_now())
    session.flush()

    with statements() as seen:
        viewer = queries.viewer(session, key, now=_now())

    assert viewer is not None
    assert (len(viewer.posts), len(viewer.acting_for)) == (2, 2)
    assert len(seen) == 1


def test_a_guarded_page_reads_the_viewer_once(
    settings: Settings, session: Session, statements: Callable[[], Any]
) -> None:
    app = make_app(settings)
    app.add_url_rule("/desk-of-tests", "desk_of_tests", open_to(Audience.HEAD)(_page))
    client = app.test_client()
    assert isinstance(client, Browser)
    people.sign_in(client, people.officer(session, people.agency(session), Role.HEAD))

    with statements() as seen:
        answer = client.get("/desk-of-tests")

    assert answer.status_code == 200
    assert len(seen) == 1


def test_a_public_page_asks_the_database_nothing_of_a_stranger(
    client: Browser, session: Session, statements: Callable[[], Any]
) -> None:
    with statements() as seen:
        assert client.get("/sign-in").status_code == 200

    assert seen == []


def test_the_front_door_is_open(client: Browser, session: Session) -> None:
    assert client.get("/").location == "/vi/"


def test_the_files_of_pages_are_open(client: Browser, session: Session) -> None:
    with client.get("/static/motcua.css") as answer:
        assert answer.status_code == 200


def _page() -> str:
    return flask.render_template("accounts/password.html", form=_form())


def _form() -> object:
    from portal.accounts.forms import PasswordForm  # noqa: PLC0415

    return PasswordForm()


def _viewer(session: Session, person_id: Any) -> Any:
    key = signing.begin(
        session, person_id, browser="", second_factor_shown=True, replaces=None, now=_now() - timedelta(seconds=1)
    )
    session.flush()
    return queries.viewer(session, key, now=_now())


def _now() -> datetime:
    return datetime.now(UTC)
