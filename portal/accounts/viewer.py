"""Who is looking: the person behind a request, with the posts and parties they may act for right now.

Read from the database on each request, so that a removed role, an ended mandate or a disabled account is
refused at the next act, not at the next sign-in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from portal.foundation.formats import Language
from portal.foundation.guards import Audience
from portal.workflow.lifecycle import CompanyRole, Role

STEP_UP_LASTS = timedelta(minutes=10)
STAFF_SIGN_IN_LASTS = timedelta(hours=12)
STAFF_MAY_BE_IDLE = timedelta(hours=1)
SIGN_IN_LASTS = timedelta(days=7)
MAY_BE_IDLE = timedelta(hours=24)

IN_PLACE_OF = " in place of "
"""Between the post that acts and the post it acts for; the record keeps the two apart."""

FILING_ROLES = frozenset({CompanyRole.OWNER, CompanyRole.FILER})


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPost:
    """One current post of the viewer: their own, or one they stand in for.

    Where they stand in, `own_post_id` is the post they act from and `manner` how they sign ("KT." or "TL.").
    """

    id: UUID
    agency_id: UUID
    agency_key: str
    agency_names: dict[str, str]
    role: Role
    own_post_id: UUID | None = None
    manner: str = ""

    @property
    def acting_id(self) -> UUID:
        """The post of whoever really acts."""
        return self.own_post_id or self.id

    @property
    def actor(self) -> str:
        """How the holder is named to the record: by their own post, and for whom they act where they stand in."""
        if self.own_post_id is None:
            return f"post:{self.id}"
        return f"post:{self.own_post_id}{IN_PLACE_OF}{self.id} {self.manner}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """A party the viewer may act for: as a member, or as an agent under a mandate in force.

    `agent_party_id` is the agent company when the right comes from a mandate; `fields` and `procedures` are
    its scope, empty meaning all.
    """

    party_id: UUID
    party_name: str
    role: CompanyRole
    is_approved: bool
    tax_code: str | None = None
    agent_party_id: UUID | None = None
    agent_party_name: str | None = None
    fields: frozenset[str] = frozenset()
    procedures: frozenset[str] = frozenset()

    def may_file(self, *, field: str, procedure_code: str) -> bool:
        """Whether a draft of this procedure may be made and filed for the party."""
        in_scope = (not self.fields or field in self.fields) and (
            not self.procedures or procedure_code in self.procedures
        )
        return self.role in FILING_ROLES and in_scope


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A signed-in person. Satisfies Flask-Login's user protocol; its id is the key of the sign-in."""

    person_id: UUID
    name: str
    email: str
    language: Language
    sign_in_key: str
    posts: tuple[HeldPost, ...] = ()
    acting_for: tuple[ActingFor, ...] = ()
    seen_at: datetime | None = None
    stepped_up_at: datetime | None = None
    has_second_factor: bool = False
    has_app: bool = False
    has_passkeys: bool = False
    email_is_verified: bool = True

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.sign_in_key

    @cached_property
    def audiences(self) -> frozenset[Audience]:
        """The doors this person may enter; every view names the audiences it is open to."""
        doors = {Audience.SIGNED_IN}
        if self.acting_for or not self.posts:
            doors.add(Audience.COMPANY)
        for post in self.posts:
            doors.add(Audience(post.role.value))
            if post.role not in {Role.ADMINISTRATOR, Role.AUDITOR}:
                doors.add(Audience.STAFF)
        return frozenset(doors)

    @property
    def actor(self) -> str:
        """How this person is named in events: an identifier, never a name (decision 13)."""
        return f"person:{self.person_id}"

    @property
    def owes_second_factor(self) -> bool:
        """Whether this sign-in opens no staff door yet: staff must have shown a second factor in it."""
        return bool(self.posts) and not (self.has_second_factor and self.stepped_up_at)

    def is_idle(self, now: datetime) -> bool:
        """Whether the browser was left alone too long: one hour for staff, a day for everybody else."""
        limit = STAFF_MAY_BE_IDLE if self.posts else MAY_BE_IDLE
        return self.seen_at is not None and now - self.seen_at > limit

    def roles_in(self, agency_id: UUID | None) -> frozenset[Role]:
        """The staff roles held in the agency."""
        return frozenset(post.role for post in self.posts if post.agency_id == agency_id)

    def post_for(self, agency_id: UUID | None, role: Role) -> HeldPost | None:
        """The viewer's post of this role in this agency, if held."""
        return next((post for post in self.posts if post.agency_id == agency_id and post.role is role), None)

    def acting_for_party(self, party_id: UUID) -> ActingFor | None:
        """The right to act for the party; membership wins over a mandate."""
        found = [acting for acting in self.acting_for if acting.party_id == party_id]
        return min(found, key=lambda acting: acting.agent_party_id is not None, default=None)

    def has_stepped_up(self, now: datetime) -> bool:
        """Whether the second factor was shown within the last ten minutes (asked before deciding, signing)."""
        return self.stepped_up_at is not None and now - self.stepped_up_at <= STEP_UP_LASTS
