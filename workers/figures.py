"""Mails of figures: views that leaders keep and have asked to be sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.outbox import Job
from portal.transparency import mailing
from workers.handlers import Payload, handles


@handles(Job.MAIL_FIGURES)
def mail_figures(session: Session, _payload: Payload, now: datetime) -> None:
    """Each view once a day at most, however often this is tried."""
    mailing.send_due(session, now=now)
