"""Views of figures that leaders keep, and their mails: daily, or on Mondays, until somebody stops them.

A mail is a notice like any other: written in the transaction that notes the day, delivered and tried again by the
workers. It holds counts and no dossier. Who has lost the post gets none, whatever was asked for.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, Post
from portal.accounts.sealing import secret_key
from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.formats import Language
from portal.foundation.languages import LANGUAGES
from portal.notices.actions import tell_of_account
from portal.notices.kinds import NoticeKind
from portal.transparency import leading, queries, sheets, shown
from portal.transparency.models import FigureView, Rhythm
from portal.workflow.lifecycle import Role

LEADING = (Role.HEAD, Role.LEADER, Role.ADMINISTRATOR, Role.AUDITOR)
"""Whoever leads, looks after the portal or audits it may have figures mailed."""
MOST_KEPT = 20
MONDAY = 0
PURPOSE = b"motcua: mails of figures, 1:"
SCOPES = (sheets.PROVINCE, sheets.FIELD, sheets.PROCEDURE, sheets.AGENCY)


def kept(session: Session, person_id: UUID) -> Sequence[FigureView]:
    """The views of one person, by name."""
    return session.scalars(
        sa.select(FigureView).where(FigureView.person_id == person_id).order_by(FigureView.name)
    ).all()


def keep(
    session: Session, *, person_id: UUID, name: str, scope: str, key: str, rhythm: Rhythm, now: datetime
) -> FigureView:
    """Keep a page of figures under a name. Raises Invalid beside the name, NotFound where there are no figures."""
    if scope not in SCOPES or sheets.of(session, scope, key) is None:
        raise NotFound("transparency.nothing_counted")
    mine = kept(session, person_id)
    if any(view.name.casefold() == name.casefold() for view in mine):
        raise Invalid(fields={"name": "transparency.view_named_so"})
    if len(mine) >= MOST_KEPT:
        raise Invalid(fields={"name": "transparency.too_many_views"})
    made = FigureView(
        id=new_id(), person_id=person_id, name=name, scope=scope, key=key, rhythm=rhythm, made_at=now, mailed_on=None
    )
    session.add(made)
    session.flush()
    return made


def set_rhythm(session: Session, view_id: UUID, rhythm: Rhythm, *, person_id: UUID) -> FigureView:
    """Mail it so often from now on. Raises NotFound for somebody else's view."""
    found = _own(session, view_id, person_id)
    found.rhythm = rhythm
    session.flush()
    return found


def drop(session: Session, view_id: UUID, *, person_id: UUID) -> None:
    """Keep it no longer, and mail it no more."""
    session.delete(_own(session, view_id, person_id))
    session.flush()


def stop(session: Session, token: str) -> FigureView | None:
    """Whoever has the mail's link stops its mails; None for a link that leads nowhere."""
    found = view_of(session, token)
    if found is not None:
        found.rhythm = Rhythm.NEVER
        session.flush()
    return found


def view_of(session: Session, token: str) -> FigureView | None:
    """The view a mail's link is about."""
    written, _, proof = token.partition("-")
    try:
        view_id = UUID(hex=written)
    except ValueError:
        return None
    is_right = hmac.compare_digest(_proof(view_id).encode(), proof.encode())
    return session.get(FigureView, view_id) if is_right else None


def token_of(view_id: UUID) -> str:
    """What stands in the link that stops the mails: the identifier and its proof."""
    return f"{view_id.hex}-{_proof(view_id)}"


def send_due(session: Session, *, now: datetime) -> int:
    """Write the notices of all views whose day it is and that have not been mailed on it; returns how many."""
    today = office_day(now)
    rhythms = (Rhythm.DAILY, Rhythm.WEEKLY) if today.weekday() == MONDAY else (Rhythm.DAILY,)
    has_post = sa.exists().where(
        Post.person_id == FigureView.person_id, Post.role.in_(LEADING), Post.ended_at.is_(None)
    )
    statement = (
        sa.select(FigureView, Person.language)
        .join(Person, Person.id == FigureView.person_id)
        .where(
            FigureView.rhythm.in_(rhythms),
            sa.or_(FigureView.mailed_on.is_(None), FigureView.mailed_on < today),
            Person.disabled_at.is_(None),
            has_post,
        )
        .order_by(FigureView.id)
        .with_for_update(of=FigureView)
    )
    sent = 0
    for view, language in session.execute(statement).all():
        told = summary(session, view, language=language)
        if told is None:
            continue
        tell_of_account(session, NoticeKind.FIGURES_MAIL, person_id=view.person_id, params=told, now=now)
        view.mailed_on = today
        sent += 1
    session.flush()
    return sent


def summary(session: Session, view: FigureView, *, language: str) -> dict[str, Any] | None:
    """What the mail of a view tells; None where nothing is counted for it any more."""
    sheet = sheets.of(session, view.scope, view.key)
    if sheet is None:
        return None
    now = sheet.figures["now"]
    longest = shown.bottleneck(sheet.figures["steps"])
    return {
        "view": view.name,
        "of": _name(session, view, language),
        "counted_at": sheet.made_at.isoformat(),
        "on_time_share": now["on_time_share"],
        "n": now["n"],
        "open": now["open"],
        "open_overdue": now["open_overdue"],
        "week": leading.totals(leading.risks_in(sheet.figures))[leading.THIS_WEEK]
        if "risks" in sheet.figures
        else None,
        "bottleneck": dict(longest["names"]) if longest and longest["names"] else None,
        "link": path_of(view),
        "stop": f"/{language if language in LANGUAGES else 'vi'}/figures-mail/{token_of(view.id)}",
    }


def path_of(view: FigureView) -> str:
    """Where the page of the view is."""
    return "/figures" if view.scope == sheets.PROVINCE else f"/figures/{view.scope}/{view.key}"


def _name(session: Session, view: FigureView, language: Language | str) -> str:
    """What the figures are of; empty for the province and for fields, which the view's own name says."""
    if view.scope == sheets.AGENCY:
        agency = session.get(Agency, UUID(view.key))
        names: Mapping[str, str] = agency.short_names if agency else {}
    elif view.scope == sheets.PROCEDURE:
        names = queries.names(session).get(view.key, {})
    else:
        names = {}
    return names.get(language) or names.get("vi") or ""


def _own(session: Session, view_id: UUID, person_id: UUID) -> FigureView:
    found = session.get(FigureView, view_id)
    if found is None or found.person_id != person_id:
        raise NotFound
    return found


def _proof(view_id: UUID) -> str:
    digest = hmac.new(secret_key().encode(), PURPOSE + view_id.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
