"""Verbs of matters and ratings: raise, take on, ask, reply, answer, publish, rate; and what their timers do."""

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency, Post
from portal.accounts.viewer import FILING_ROLES, HeldPost, Viewer
from portal.calendars.queries import in_force
from portal.dossiers.models import Dossier
from portal.dossiers.policy import capacities
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import known_of
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.foundation.outbox import TimerKind, set_timer
from portal.hearing.models import Matter, MatterAbout, MatterKind, MatterState, Rating
from portal.hearing.terms import limits_of, publish_by
from portal.notices.actions import tell_of_account
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Outcome, Role, State

LONGEST = 4000
ASKING_OVER = "asking_over"
"""What an office is told when it may ask no more about feedback."""
ANSWERERS = frozenset({Role.HEAD, Role.LEADER})
"""Who answers in an office's name."""
DATA_ANSWERERS = frozenset({Role.ADMINISTRATOR})
"""Who answers what people ask about their own data, whatever office they hold their post in."""
COMPLAINED_OF = frozenset({State.NOT_ACCEPTED, State.STOPPED, State.SETTLED, State.RETURNED})
WITH_RESULT = frozenset({State.SETTLED, State.RETURNED})


def raise_matter(
    session: Session,
    kind: MatterKind,
    words: str,
    *,
    viewer: Viewer,
    now: datetime,
    dossier: Dossier | None = None,
    agency_id: UUID | None = None,
    about: MatterAbout | None = None,
    procedure_code: str | None = None,
) -> Matter:
    """Turn to an office. A complaint or a request about a result is about a dossier (locked) and leaves an event.

    Raises Invalid where nothing is said, Refused where the dossier's state does not allow it, Forbidden for somebody
    who does not file for its party.
    """
    if not words.strip() or len(words) > LONGEST:
        raise Invalid("hearing.words_missing", limit=LONGEST)
    if kind is MatterKind.OWN_DATA:
        _refuse_a_second(session, about, viewer)
    if dossier is not None:
        _require_possible(session, kind, dossier, viewer)
        agency_id = dossier.agency_id or dossier.intake_agency_id
        procedure_code = dossier.procedure.code
    office = session.get(Agency, agency_id) if agency_id else None
    if office is None:
        raise Invalid("hearing.no_such_agency")
    limits = limits_of(kind, now, in_force(session).hours_of(office.id))
    matter = Matter(
        id=new_id(),
        kind=kind,
        about=about,
        state=MatterState.RAISED,
        dossier_id=dossier.id if dossier else None,
        procedure_code=procedure_code,
        person_id=viewer.person_id,
        agency_id=office.id,
        words=words.strip(),
        raised_at=now,
        screen_by=limits.screen_by,
        ask_by=limits.ask_by,
        due_at=limits.due_at,
    )
    session.add(matter)
    session.flush()
    if kind is MatterKind.COMPLAINT and dossier is not None:
        appealed = Happening(kind=EventKind.APPEALED, params={"matter": str(matter.id)})
        record(session, dossier, [appealed], actor=viewer.actor, now=now)
    _set_timers(session, matter)
    _tell_office(session, matter, dossier, now=now)
    return matter


def take_on(session: Session, matter: Matter, *, viewer: Viewer, now: datetime) -> None:
    """The office takes the feedback on: the first of its terms is kept."""
    require_answerer(viewer, matter)
    _require_open(matter)
    matter.taken_on_at = matter.taken_on_at or now
    session.flush()


def ask(session: Session, matter: Matter, question: str, *, viewer: Viewer, now: datetime) -> None:
    """Ask whoever raised it for more; once, and about feedback only while its term for asking runs."""
    require_answerer(viewer, matter)
    _require_open(matter)
    if matter.question:
        raise Refused("hearing.asked_already")
    if matter.ask_by is not None and now >= matter.ask_by:
        raise Refused("hearing.asking_is_over")
    _require_words(question)
    matter.question, matter.asked_at, matter.state = question.strip(), now, MatterState.ASKED
    matter.taken_on_at = matter.taken_on_at or now
    session.flush()
    _tell_person(session, matter, now=now)


def reply(session: Session, matter: Matter, words: str, *, viewer: Viewer, now: datetime) -> None:
    """Answer the office's question."""
    if matter.person_id != viewer.person_id:
        raise NotFound("hearing.not_found")
    if matter.state is not MatterState.ASKED:
        raise Refused("hearing.nothing_asked")
    _require_words(words)
    matter.reply, matter.replied_at, matter.state = words.strip(), now, MatterState.RAISED
    session.flush()


def answer(session: Session, matter: Matter, words: str, *, refused: bool, viewer: Viewer, now: datetime) -> None:
    """Settle the matter with an answer, or refuse it with the reason; settled feedback is then to be published."""
    post = require_answerer(viewer, matter)
    _require_open(matter)
    _require_words(words)
    matter.answer, matter.answered_at, matter.answered_by = words.strip(), now, post.acting_id
    matter.state = MatterState.REFUSED if refused else MatterState.SETTLED
    matter.taken_on_at = matter.taken_on_at or now
    if matter.kind is MatterKind.FEEDBACK and not refused:
        matter.publish_by = publish_by(now, in_force(session).hours_of(matter.agency_id))
        _timer(session, matter, TimerKind.MATTER_PUBLISHING, matter.publish_by)
    session.flush()
    _tell_person(session, matter, now=now)


def publish(session: Session, matter: Matter, *, viewer: Viewer, now: datetime) -> None:
    """Put the settled feedback and its answer before the public, without the name of whoever raised it."""
    require_answerer(viewer, matter)
    if matter.kind is not MatterKind.FEEDBACK or matter.state is not MatterState.SETTLED:
        raise Refused("hearing.not_to_publish")
    matter.published_at = matter.published_at or now
    session.flush()


def rate(session: Session, dossier: Dossier, *, score: int, words: str, viewer: Viewer, now: datetime) -> Rating:
    """Say how one was served, once per dossier (locked), after the result."""
    require_filer(viewer, dossier)
    if dossier.state not in WITH_RESULT:
        raise Refused("hearing.no_result_yet")
    if session.get(Rating, dossier.id) is not None:
        raise Refused("hearing.rated_already")
    if not 1 <= score <= 5 or len(words) > LONGEST:  # noqa: PLR2004 - the scale
        raise Invalid("hearing.no_such_score")
    rating = Rating(dossier_id=dossier.id, person_id=viewer.person_id, score=score, words=words.strip(), rated_at=now)
    session.add(rating)
    record(session, dossier, [Happening(kind=EventKind.RATED)], actor=viewer.actor, now=now)
    session.flush()
    return rating


def note_term_passed(session: Session, matter_id: UUID, *, now: datetime) -> None:
    """A term of a matter has run out unkept: its office is told once more, and the matter says so.

    That more can no longer be asked is told too; it is no lateness.
    """
    matter = session.scalars(
        sa.select(Matter).where(Matter.id == matter_id).options(joinedload(Matter.dossier)).with_for_update(of=Matter)
    ).one_or_none()
    if matter is None:
        return
    owes = _owes(matter, now)
    if not owes and not _can_ask_no_more(matter, now):
        return
    if owes:
        matter.overdue_noted_at = now
    session.flush()
    dossier = session.scalars(
        sa.select(Dossier).where(Dossier.id == matter.dossier_id).options(joinedload(Dossier.procedure))
    ).one_or_none()
    _tell_office(session, matter, dossier, now=now, said="" if owes else ASKING_OVER)


def remind_of_renewal(session: Session, dossier_id: UUID, *, expires_on: date, now: datetime) -> None:
    """Tell the filer that what was granted runs out."""
    dossier = session.scalars(
        sa.select(Dossier).where(Dossier.id == dossier_id).options(joinedload(Dossier.procedure))
    ).one_or_none()
    if dossier is None or dossier.outcome is not Outcome.GRANTED:
        return
    said = {**known_of(dossier), "expires_on": expires_on.isoformat()}
    tell_of_account(session, NoticeKind.RESULT_EXPIRES, person_id=dossier.filer_id, params=said, now=now)


def require_answerer(viewer: Viewer, matter: Matter) -> HeldPost:
    """The post in which the viewer answers for the matter's office; NotFound for everybody else."""
    for post in viewer.posts:
        if matter.kind is MatterKind.OWN_DATA:
            if post.role in DATA_ANSWERERS:
                return post
        elif post.agency_id == matter.agency_id and post.role in ANSWERERS:
            return post
    raise NotFound("hearing.not_found")


def require_filer(viewer: Viewer, dossier: Dossier) -> None:
    """Raises Forbidden for whoever does not file for the dossier's party."""
    if not FILING_ROLES & capacities(viewer, dossier):
        raise Forbidden("dossier.role_may_not")


def _require_possible(session: Session, kind: MatterKind, dossier: Dossier, viewer: Viewer) -> None:
    require_filer(viewer, dossier)
    allowed = COMPLAINED_OF if kind is MatterKind.COMPLAINT else WITH_RESULT
    if kind in {MatterKind.COMPLAINT, MatterKind.MENDING} and dossier.state not in allowed:
        raise Refused("hearing.no_result_yet")
    waiting = session.scalar(
        sa.select(sa.exists().where(Matter.dossier_id == dossier.id, Matter.kind == kind, Matter.answered_at.is_(None)))
    )
    if waiting:
        raise Refused("hearing.waiting_already")


def _refuse_a_second(session: Session, about: MatterAbout | None, viewer: Viewer) -> None:
    same = (Matter.person_id == viewer.person_id, Matter.kind == MatterKind.OWN_DATA, Matter.about == about)
    if session.scalar(sa.select(sa.exists().where(*same, Matter.answered_at.is_(None)))):
        raise Refused("hearing.waiting_already")


def _require_open(matter: Matter) -> None:
    if matter.answered_at is not None:
        raise Refused("hearing.answered_already")


def _require_words(words: str) -> None:
    if not words.strip() or len(words) > LONGEST:
        raise Invalid("hearing.words_missing", limit=LONGEST)


def _owes(matter: Matter, now: datetime) -> bool:
    if matter.answered_at is None:
        unscreened = matter.screen_by is not None and matter.taken_on_at is None and now >= matter.screen_by
        return unscreened or now >= matter.due_at
    return matter.publish_by is not None and matter.published_at is None and now >= matter.publish_by


def _can_ask_no_more(matter: Matter, now: datetime) -> bool:
    return matter.answered_at is None and not matter.question and matter.ask_by is not None and now >= matter.ask_by


def _set_timers(session: Session, matter: Matter) -> None:
    for number, moment in enumerate((matter.screen_by, matter.ask_by), start=1):
        if moment is not None:  # the two moments of the examination: taking on, and asking
            _timer(session, matter, TimerKind.MATTER_SCREENING, moment, number=number)
    _timer(session, matter, TimerKind.MATTER_LIMIT, matter.due_at)


def _timer(session: Session, matter: Matter, kind: TimerKind, moment: datetime, *, number: int = 1) -> None:
    # Under the matter's own id: timers of a dossier are cancelled when it ends, and complaints begin there.
    due_at = moment + timedelta(minutes=1)
    set_timer(session, kind, dossier_id=matter.id, subject_id=matter.id, due_at=due_at, subject_round=number)


def _tell_office(session: Session, matter: Matter, dossier: Dossier | None, *, now: datetime, said: str = "") -> None:
    is_data = matter.kind is MatterKind.OWN_DATA
    answering = Post.role.in_(DATA_ANSWERERS if is_data else ANSWERERS)
    here = sa.true() if is_data else Post.agency_id == matter.agency_id
    people = session.scalars(sa.select(Post.person_id).where(here, answering, Post.ended_at.is_(None)).distinct()).all()
    params = {
        **(known_of(dossier) if dossier else {}),
        "matter": said or matter.kind.value,
        "due_at": matter.due_at.isoformat(),
        "link": f"/administration/data-requests/{matter.id}" if is_data else f"/desk/matters/{matter.id}",
    }
    for person_id in people:
        tell_of_account(session, NoticeKind.MATTER_RAISED, person_id=person_id, params=params, now=now)


def _tell_person(session: Session, matter: Matter, *, now: datetime) -> None:
    code = session.scalar(sa.select(Dossier.code).where(Dossier.id == matter.dossier_id))
    said = {"matter": matter.kind.value, "link": f"/matters/{matter.id}", "dossier_code": code}
    tell_of_account(session, NoticeKind.MATTER_ANSWERED, person_id=matter.person_id, params=said, now=now)
