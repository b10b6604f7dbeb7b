"""People, parties and posts for tests, made by the portal's own actions; signing in through the real pages."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts import one_time, passwords
from portal.accounts.actions import mandates, people, posts
from portal.accounts.models import (
    Agency,
    Mandate,
    Membership,
    Party,
    PartyKind,
    PartyStatus,
    Person,
    Post,
)
from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.foundation.formats import Language
from portal.foundation.unit_of_work import unit_of_work
from portal.workflow.lifecycle import CompanyRole, Role

PASSWORD = "một câu mật khẩu đủ dài"
_numbers = count(1)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """The hash of `PASSWORD`, made once."""
    return passwords.hash_password(PASSWORD)


def tax_code(number: int | None = None) -> str:
    """A company's valid tax code, another one at each call."""
    while True:
        serial = next(_numbers) if number is None else number
        nine = f"49{serial:07d}"
        digit = 10 - sum(w * int(n) for w, n in zip((31, 29, 23, 19, 17, 13, 7, 5, 3), nine, strict=True)) % 11
        if digit < 10:
            return f"{nine}{digit}"


def agency(session: Session, key: str | None = None, *, is_intake: bool = False, name: str = "") -> Agency:
    """An agency; the same one again for the same key."""
    found = key and session.scalar(sa.select(Agency).where(Agency.key == key))
    if found:
        return found
    number = next(_numbers)
    key = key or f"agency-{number}"
    names = {"vi": name or f"Cơ quan {number}", "en": name or f"Agency {number}", "zh": name or f"机关{number}"}
    return posts.establish(
        session,
        key=key,
        code=f"H37.{number}",
        names=names,
        short_names=names,
        symbol=f"CQ{number}",
        town="Lạng Sơn",
        is_intake=is_intake,
        by=None,
        now=_now(),
    )


def person(
    session: Session,
    *,
    name: str = "Nguyễn Thị Hoa",
    email: str | None = None,
    language: Language = "vi",
    own_party: bool = False,
    second_factor: bool = False,
) -> Person:
    """Somebody with an account and the password `PASSWORD`."""
    made = people.add(
        session,
        name=name,
        email=email or f"person{next(_numbers)}@example.vn",
        password_hash=password_hash(),
        language=language,
        now=_now(),
    )
    if second_factor:
        made.one_time_secret = one_time.new_secret()
    if own_party:
        people.add_own_party(session, made, now=_now())
    session.flush()
    return made


def party(
    session: Session,
    *,
    name: str = "Công ty TNHH Hoa Hồi",
    status: PartyStatus = PartyStatus.APPROVED,
    code: str | None = None,
    owner: Person | None = None,
) -> Party:
    """A company, approved unless told otherwise, owned by `owner` if one is given."""
    made = Party(
        id=new_id(),
        kind=PartyKind.ORGANISATION,
        status=status,
        name=name,
        tax_code=code or tax_code(),
        address="Số 1 đường Hùng Vương, phường Lương Văn Tri, tỉnh Lạng Sơn",
        representative="Trần Văn Bình",
        created_at=_now(),
    )
    session.add(made)
    session.flush()
    if owner is not None:
        membership(session, owner, made)
    return made


def membership(session: Session, member: Person, company: Party, role: CompanyRole = CompanyRole.OWNER) -> Membership:
    """The person acts for the company."""
    made = Membership(person_id=member.id, party_id=company.id, role=role, since=_now())
    session.add(made)
    session.flush()
    return made


def filer(session: Session, *, company: Party | None = None, role: CompanyRole = CompanyRole.OWNER) -> Person:
    """Somebody who files for a company (a new approved one unless given)."""
    made = person(session)
    membership(session, made, company or party(session), role)
    return made


def mandate(
    session: Session,
    principal: Party,
    agent: Party,
    *,
    fields: Sequence[str] = (),
    procedures: Sequence[str] = (),
    valid_from: date | None = None,
    valid_until: date | None = None,
    accepted: bool = True,
) -> Mandate:
    """A mandate, granted and accepted by owners of both sides; in force for thirty days unless told otherwise."""
    now = _now()
    made = mandates.grant(
        session,
        principal.id,
        agent_tax_code=agent.tax_code or "",
        fields=fields,
        procedures=procedures,
        valid_from=valid_from or office_day(now),
        valid_until=valid_until or office_day(now + timedelta(days=30)),
        by=_owner(session, principal).id,
        now=now,
    )
    if accepted:
        mandates.accept(session, made.id, agent_id=agent.id, by=_owner(session, agent).id, now=now)
    session.flush()
    return made


def post(session: Session, holder: Person, office: Agency, role: Role) -> Post:
    """The person works in the agency and has the second factor staff must have."""
    if holder.one_time_secret is None:
        holder.one_time_secret = one_time.new_secret()
    made = posts.appoint(session, holder.id, office.id, role, by=None, now=_now())
    session.flush()
    return made


def officer(session: Session, office: Agency, *roles: Role, name: str = "Lý Văn Cường") -> Person:
    """Somebody with these posts in the agency."""
    made = person(session, name=name)
    for role in roles:
        post(session, made, office, role)
    return made


def next_code(email: str) -> str:
    """A one-time code the person may use now.

    A test may sign in more often within half a minute than a person can; the memory of used codes is then
    wiped.
    """
    with unit_of_work() as session:
        found = session.scalars(sa.select(Person).where(Person.email == email)).one()
        session.refresh(found)
        assert found.one_time_secret is not None
        code = one_time.usable_code(found.one_time_secret, last_step=found.one_time_last_step, now=_now())
        if code is None:
            found.one_time_last_step = None
            code = one_time.code_of(found.one_time_secret, one_time.step_at(_now()))
        return code


def sign_in(client: FlaskClient, who: Person, *, password: str = PASSWORD) -> None:
    """Sign in through the pages, second factor included."""
    answer = client.post("/sign-in", data={"email": who.email, "password": password})
    assert answer.status_code == 303, answer.text
    if answer.location.startswith("/sign-in/code"):
        answer = client.post("/sign-in/code", data={"code": next_code(who.email)})
        assert answer.status_code == 303, answer.text


def _owner(session: Session, company: Party) -> Person:
    """An owner of the company; one is made if there is none."""
    found = session.scalar(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.party_id == company.id,
            Membership.role == CompanyRole.OWNER,
            Membership.ended_at.is_(None),
        )
    )
    return found or filer(session, company=company)


def _now() -> datetime:
    return datetime.now(UTC)


def code_now(secret: str) -> str:
    """What an app with this secret shows now."""
    return one_time.code_of(secret, one_time.step_at(_now()))
