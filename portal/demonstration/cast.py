"""The people of the demonstration. Every name is invented; every address ends in `.example`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import pyotp
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.actions import mandates, parties, people, posts
from portal.accounts.models import Agency, Party, PartyStatus, Person
from portal.accounts.viewer import ActingFor, HeldPost, Viewer
from portal.catalogue import registers
from portal.catalogue.agencies import AgencyEntry
from portal.clock.zone import office_day
from portal.workflow.lifecycle import CompanyRole, Role

PASSWORD = "mot-cua-xu-lang"  # noqa: S105 - printed for everybody who runs the demonstration
MANDATE_DAYS = 365

FAMILY = ("Hoàng", "Nông", "Lương", "Vy", "Lý", "Hứa", "Chu", "Nguyễn", "Trần", "Đinh", "Triệu", "Bế")
MIDDLE = ("Thị", "Văn", "Minh", "Thu", "Quốc", "Đức", "Ngọc", "Thanh", "Hồng", "Xuân")
GIVEN = ("Lan", "Huy", "Bình", "Ánh", "Thành", "Hoa", "Cường", "Dung", "Giang", "Hà", "Khánh", "Linh", "Mai", "Nam")

COMPANIES = (
    ("Công ty TNHH Thương mại và Logistics Đồng Đăng", "4900001010", "Xã Đồng Đăng, Lạng Sơn", "dongdang"),
    ("Công ty cổ phần Nông sản Xứ Lạng", "4900765432", "Phường Kỳ Lừa, Lạng Sơn", "xulang"),
)
CAREFUL = ("Công ty cổ phần Vật liệu Xây dựng Kỳ Cùng", "4976543214", "Phường Đông Kinh, Lạng Sơn", "kycung")
"""Its two owners let nothing be filed that only one of them has signed."""
NEWCOMER = ("Công ty TNHH Hoa Hồi Bản Mạ", "4913579137", "Xã Na Sầm, Lạng Sơn", "banma")
"""It has registered, and the one-stop office has not looked at it yet."""
AGENT = ("Công ty TNHH Dịch vụ Thủ tục Hữu Nghị", "4900888882", "Phường Tam Thanh, Lạng Sơn", "huunghi")
RESIDENTS = (
    ("Hoàng Văn Bình", "020189000101", "Số 7, đường Bà Triệu, Phường Kỳ Lừa, Lạng Sơn", "hoangvanbinh"),
    ("Nông Thị Hạnh", "020190000102", "Số 21, đường Lê Lợi, Phường Tam Thanh, Lạng Sơn", "nongthihanh"),
    ("Vy Quốc Thắng", "020185000103", "Thôn Nà Làng, Xã Đồng Đăng, Lạng Sơn", "vyquocthang"),
    ("Lương Thu Lan", "020188000104", "Số 3, đường Phai Vệ, Phường Đông Kinh, Lạng Sơn", "luongthulan"),
)
"""Who builds a house: name, identity number, address, and the word of the account."""
DOMAIN = "motcua.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays: viewers by agency and role, the companies that file, and people who build their houses."""

    officers: dict[tuple[str, Role], Viewer]
    companies: tuple[tuple[Party, Viewer], ...]
    agent: Viewer
    residents: tuple[tuple[Party, Viewer], ...] = ()


def email_of(role: Role, agency_key: str) -> str:
    """The address an officer of the demonstration signs in with."""
    return f"{role.value.replace('_', '-')}.{agency_key.replace('_', '-')}@{DOMAIN}"


def gather(session: Session, *, chance: Random, now: datetime) -> Cast:
    """Make the agencies' people, two companies, an agent with a mandate, and an administrator."""
    password_hash = passwords.hash_password(PASSWORD)
    officers: dict[tuple[str, Role], Viewer] = {}
    for entry in registers.agencies().agencies:
        agency = _agency(session, entry, now=now)
        for role in entry.roles:
            address = email_of(role, entry.key)
            who = _person(session, invented_name(chance), address, password_hash, now=now, is_staff=True)
            officers[entry.key, role] = appointed(session, who, agency, role, now=now)
        if entry.intake:
            for role in (Role.ADMINISTRATOR, Role.AUDITOR):
                who = _person(
                    session, invented_name(chance), f"{role.value}@{DOMAIN}", password_hash, now=now, is_staff=True
                )
                officers[entry.key, role] = appointed(session, who, agency, role, now=now)
    counter = next(viewer for (_, role), viewer in officers.items() if role is Role.ONE_STOP)
    companies = tuple(
        company(session, line, password_hash, approved_by=counter, chance=chance, now=now) for line in COMPANIES
    )
    agent_party, agent_owner = company(session, AGENT, password_hash, approved_by=counter, chance=chance, now=now)
    agent = _mandated(session, companies[0], agent_party, agent_owner, now=now)
    residents = tuple(_resident(session, line, password_hash, now=now) for line in RESIDENTS)
    return Cast(officers=officers, companies=companies, agent=agent, residents=residents)


def _agency(session: Session, entry: AgencyEntry, *, now: datetime) -> Agency:
    return posts.establish(
        session,
        key=entry.key,
        code=entry.code,
        names={"vi": entry.name.vi, "en": entry.name.en, "zh": entry.name.zh},
        short_names={"vi": entry.short_name.vi, "en": entry.short_name.en, "zh": entry.short_name.zh},
        symbol=entry.symbol,
        town=entry.town,
        is_intake=entry.intake,
        by=None,
        now=now,
    )


def _person(
    session: Session, name: str, address: str, password_hash: str, *, now: datetime, is_staff: bool = False
) -> Person:
    person = people.add(session, name=name, email=address, password_hash=password_hash, language="vi", now=now)
    person.phone = "+842053888222"
    if is_staff:
        person.one_time_secret = pyotp.random_base32()
    else:
        people.add_own_party(session, person, now=now)
    session.flush()
    return person


def newcomer(session: Session, name: str, address: str, password_hash: str, *, now: datetime) -> Person:
    """Somebody else of the staff."""
    return _person(session, name, address, password_hash, now=now, is_staff=True)


def colleague(session: Session, name: str, address: str, password_hash: str, *, now: datetime) -> Person:
    """Somebody else of a company."""
    return _person(session, name, address, password_hash, now=now)


def appointed(session: Session, who: Person, agency: Agency, role: Role, *, now: datetime) -> Viewer:
    """Appoint them; they act as this viewer from then on."""
    post = posts.appoint(session, who.id, agency.id, role, by=None, now=now)
    held = HeldPost(id=post.id, agency_id=agency.id, agency_key=agency.key, agency_names=agency.names, role=role)
    return _viewer(who, posts=(held,))


def company(
    session: Session,
    line: tuple[str, str, str, str],
    password_hash: str,
    *,
    approved_by: Viewer | None,
    chance: Random,
    now: datetime,
) -> tuple[Party, Viewer]:
    """A company with its owner; without `approved_by` it waits for the one-stop office."""
    name, tax_code, address, word = line
    owner = _person(session, invented_name(chance), f"{word}@{DOMAIN}", password_hash, now=now)
    party = parties.register_company(
        session,
        by=owner.id,
        name=name,
        tax_code=tax_code,
        address=address,
        representative=owner.name,
        phone="+842053888222",
        now=now,
    )
    if approved_by is not None:
        parties.approve(session, tax_code, by=approved_by.person_id, now=now)
    party.email = owner.email
    session.flush()
    return party, owner_of(party, owner)


def owner_of(party: Party, person: Person) -> Viewer:
    """The person as an owner of the company."""
    is_approved = party.status is PartyStatus.APPROVED
    acting = ActingFor(party_id=party.id, party_name=party.name, role=CompanyRole.OWNER, is_approved=is_approved)
    return _viewer(person, acting_for=(acting,))


def _resident(
    session: Session, line: tuple[str, str, str, str], password_hash: str, *, now: datetime
) -> tuple[Party, Viewer]:
    name, identity, address, word = line
    person = people.add(
        session, name=name, email=f"{word}@{DOMAIN}", password_hash=password_hash, language="vi", now=now
    )
    person.phone = "+842053888222"
    party = people.add_own_party(session, person, now=now)
    party.tax_code, party.address = identity, address
    session.flush()
    acting = ActingFor(party_id=party.id, party_name=party.name, role=CompanyRole.OWNER, is_approved=True)
    return party, _viewer(person, acting_for=(acting,))


def _mandated(
    session: Session, principal: tuple[Party, Viewer], agent: Party, owner: Viewer, *, now: datetime
) -> Viewer:
    today = office_day(now)
    party, principal_owner = principal
    mandate = mandates.grant(
        session,
        party.id,
        agent_tax_code=agent.tax_code or "",
        fields=("trade", "construction"),
        procedures=(),
        valid_from=today,
        valid_until=today + timedelta(days=MANDATE_DAYS),
        by=principal_owner.person_id,
        now=now,
    )
    mandates.accept(session, mandate.id, agent_id=agent.id, by=owner.person_id, now=now)
    acting = ActingFor(
        party_id=party.id,
        party_name=party.name,
        role=CompanyRole.FILER,
        is_approved=True,
        agent_party_id=agent.id,
        agent_party_name=agent.name,
        fields=frozenset({"trade", "construction"}),
    )
    return _viewer_of(owner, acting)


def _viewer(who: Person, **rights: tuple[HeldPost, ...] | tuple[ActingFor, ...]) -> Viewer:
    return Viewer(
        person_id=who.id,
        name=who.name,
        email=who.email,
        language="vi",
        sign_in_key="",
        **rights,  # type: ignore[arg-type]
    )


def _viewer_of(owner: Viewer, acting: ActingFor) -> Viewer:
    return Viewer(
        person_id=owner.person_id,
        name=owner.name,
        email=owner.email,
        language="vi",
        sign_in_key="",
        acting_for=(acting,),
    )


def invented_name(chance: Random) -> str:
    """A name nobody has on purpose."""
    return f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}"
