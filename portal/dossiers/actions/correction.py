"""Correcting a filed dossier while nobody at the office has opened it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.attachments import queries as files
from portal.catalogue.answers import Answers, read
from portal.catalogue.charges import fees_for
from portal.catalogue.completeness import missing
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.catalogue.requirements import agency_for, commune_of, subject_of
from portal.dossiers.actions.filing import Incomplete
from portal.dossiers.actions.supplement import latest_answers
from portal.dossiers.capacity import require
from portal.dossiers.models import Dossier, DossierEvent, ReplacedAnswers
from portal.dossiers.record import Happening, new_salt, record
from portal.dossiers.terms import terms_for
from portal.foundation.errors import Refused
from portal.foundation.search import search_key, trigrams
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action


def correct(
    session: Session, dossier: Dossier, typed: Mapping[str, Sequence[str]], *, viewer: Viewer, now: datetime
) -> None:
    """Put other answers in the place of those filed; the earlier ones are kept beside them.

    `typed` are the form values of the whole form. Raises `Incomplete` with every gap; refuses what would change the
    competent agency or the fee, for both were settled with the filing, and what two persons have signed.
    """
    require(viewer, dossier, Action.CORRECT)
    if is_cosigned(session, dossier):
        raise Refused("correction.cosigned")
    answers = _checked(session, dossier, typed)
    standing = latest_answers(session, dossier.id)
    if answers == standing.answers:
        return
    _require_same_bearings(dossier, standing.answers, answers)
    salt = new_salt()
    definition = definition_of(dossier.procedure)
    dossier.terms = terms_for(definition, dossier.case_key, answers, places=places()).to_json()
    dossier.subject = subject_of(definition, answers) or dossier.subject
    dossier.commune = commune_of(definition, answers)
    dossier.search_key = search_key(dossier.code, dossier.party.name, dossier.party.tax_code, dossier.subject)
    dossier.trigrams = trigrams(dossier.search_key)
    corrected = Happening(kind=EventKind.CORRECTED, data={"answers": (answers, salt)})
    record(session, dossier, [corrected], actor=viewer.actor, now=now)
    session.add(
        ReplacedAnswers(
            dossier_id=dossier.id,
            event_version=dossier.version,
            answers=standing.answers,
            salt=standing.salt,
            saved_at=standing.saved_at,
        )
    )
    standing.answers, standing.salt, standing.saved_at = dict(answers), salt, now
    session.flush()


def is_cosigned(session: Session, dossier: Dossier) -> bool:
    """Whether two persons signed it as it was filed, so that one alone must not change it."""
    return session.get_one(DossierEvent, (dossier.id, 1)).params.get("cosigned") is not None


def _checked(session: Session, dossier: Dossier, typed: Mapping[str, Sequence[str]]) -> Answers:
    definition = definition_of(dossier.procedure)
    reading = read(definition, dossier.case_key, typed, places=places())
    unread = {problem.path for problem in reading.problems}
    gaps = missing(definition, dossier.case_key, reading.answers, files.counts(session, dossier_id=dossier.id))
    problems = (*reading.problems, *(gap for gap in gaps if gap.path not in unread))
    if problems:
        raise Incomplete(problems)
    return reading.answers


def _require_same_bearings(dossier: Dossier, before: Answers, after: Answers) -> None:
    definition, case = definition_of(dossier.procedure), dossier.case_key
    if agency_for(definition, case, before) != agency_for(definition, case, after):
        raise Refused("correction.other_agency")
    if fees_for(definition, case, before) != fees_for(definition, case, after):
        raise Refused("correction.other_fee")
