"""Answering what somebody asks about their own data: each answer is a row of the record, without its words."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.viewer import Viewer
from portal.hearing import actions as hearing
from portal.hearing.models import Matter

ASK, REFUSE = "ask", "refuse"


def answer(session: Session, matter: Matter, words: str, *, act: str, viewer: Viewer, now: datetime) -> None:
    """Ask for more, refuse, or say that it is done; whoever asked is told.

    Raises Refused where it has been answered, or asked, already.
    """
    before = {"state": matter.state.value}
    if act == ASK:
        hearing.ask(session, matter, words, viewer=viewer, now=now)
    else:
        hearing.answer(session, matter, words, refused=act == REFUSE, viewer=viewer, now=now)
    after = {"state": matter.state.value, "request": str(matter.id)}
    thing = f"person:{matter.person_id}"
    audit.record(session, "personal.answer_request", thing, by=viewer.person_id, now=now, before=before, after=after)
