"""Health for machines, and the page on which an administrator sees the work behind the pages."""

from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import flask
from flask_babel import gettext, lazy_gettext
from redis import Redis
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import scanner
from portal.foundation import upgrades
from portal.foundation.database import sessions
from portal.foundation.errors import Invalid
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.outbox import Job, enqueue
from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explain_refusals
from portal.letters import queries as letters
from portal.letters.certificates import State
from portal.letters.printing import PrintingOffice
from portal.operations import actions, queries, readiness
from portal.operations.forms import CloseForm, RetryForm
from portal.operations.wording import (
    JOB_WORDS,
    PART_WORDS,
    SCANNER,
    SIGNER_WORDS,
    STATE_TONES,
    STATE_WORDS,
    TROUBLE_WORDS,
    error_words,
    lag_words,
)

blueprint = flask.Blueprint("operations", __name__)
blueprints = (blueprint,)

explain_refusals(
    {
        "operations.not_given_up": lazy_gettext(
            "This job is no longer among those given up: somebody has already opened or closed it."
        )
    }
)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """Say that this process answers. Touches nothing else."""
    return _json({"status": "alive"}, HTTPStatus.OK)


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Every part does its work, or which does not."""
    parts = readiness.look(sessions(), _broker(_settings().redis_url), certificates=_seal_figures)
    is_ready = all(part.is_well for part in parts.values())
    return _json(
        {
            "status": "ready" if is_ready else "not ready",
            "parts": {name: {"ok": part.is_well, **part.figures} for name, part in parts.items()},
        },
        HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )


@blueprint.get("/administration/background-work")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def background_work() -> str:
    """What is waiting and what was given up."""
    return _page(CloseForm(formdata=None))


@blueprint.post("/administration/background-work/retry")
@open_to(Audience.ADMINISTRATOR)
def retry() -> Response:
    """Open a given-up job again."""
    form = RetryForm()
    if not form.validate_on_submit():
        raise Invalid
    with unit_of_work() as session:
        actions.retry(session, form.job.data, by=current_viewer().person_id, now=datetime.now(UTC))
    flask.flash(gettext("The job is open again and will be tried at once."), "success")
    return _back()


@blueprint.post("/administration/background-work/close")
@open_to(Audience.ADMINISTRATOR)
def close() -> Response | tuple[str, int]:
    """Close a given-up job without doing it."""
    form = CloseForm()
    if not form.validate_on_submit():
        if form.job.errors:
            raise Invalid
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    with unit_of_work() as session:
        actions.close_given_up(
            session, form.job.data, reason=form.reason.data, by=current_viewer().person_id, now=datetime.now(UTC)
        )
    flask.flash(gettext("The job is closed. Your reason is kept with it."), "success")
    return _back()


@blueprint.get("/administration/certificates")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def certificates() -> str:
    """Whose seals and signatures there are, where they lie, until when they are good and how they stand."""
    office, now = PrintingOffice.of(_settings()), datetime.now(UTC)
    warned_from = _settings().certificate_warning_days[0]
    lines = letters.certificates(request_session(), office, warned_from=warned_from, now=now)
    return flask.render_template(
        "operations/certificates.html",
        agencies=[line for line in lines if line.owner.is_agency],
        leaders=[line for line in lines if not line.owner.is_agency],
        missing=[line for line in lines if line.state is State.MISSING],
        checked_at=max((line.checked_at for line in lines if line.checked_at), default=None),
        days=_settings().certificate_warning_days,
        is_demo=office.is_demo,
        state_words=STATE_WORDS,
        state_tones=STATE_TONES,
        signer_words=SIGNER_WORDS,
        trouble_words=TROUBLE_WORDS,
        may_act=Audience.ADMINISTRATOR in current_viewer().audiences,
    )


@blueprint.post("/administration/certificates/check")
@open_to(Audience.ADMINISTRATOR)
def check_certificates() -> Response:
    """Have every certificate looked at now; pressing twice within a minute is pressing once."""
    with unit_of_work() as session:
        minute = f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
        enqueue(session, Job.CHECK_CERTIFICATES, {}, dedupe_key=f"{Job.CHECK_CERTIFICATES.value}:asked:{minute}")
    flask.flash(gettext("The certificates are being looked at. Load this page again in a minute."), "success")
    return flask.redirect(flask.url_for("operations.certificates"), HTTPStatus.SEE_OTHER)


@blueprint.app_context_processor
def _troubles() -> dict[str, Any]:
    """For the administrator's front page: `background_troubles()`, read when asked for."""

    def background_troubles() -> dict[str, Any]:
        session = request_session()
        settings = _settings()
        parts = readiness.look(sessions(), _broker(settings.redis_url))
        unwell = [PART_WORDS[name] for name, part in parts.items() if name in PART_WORDS and not part.is_well]
        if settings.clamd_url is not None and not scanner.answers(settings.clamd_url):
            unwell.append(SCANNER)
        return {
            "given_up": queries.dead_letter_count(session),
            "unwell": unwell,
            "seals": bool(_seal_figures(session)),
        }

    return {"background_troubles": background_troubles}


def _seal_figures(session: Session) -> dict[str, Any]:
    settings = _settings()
    office, warned_from = PrintingOffice.of(settings), settings.certificate_warning_days[0]
    return queries.seal_figures(session, office, warned_from=warned_from, now=datetime.now(UTC))


def _settings() -> Settings:
    settings = flask.current_app.extensions["settings"]
    assert isinstance(settings, Settings)  # noqa: S101 - put there by create_app
    return settings


def _page(form: CloseForm) -> str:
    session, settings = request_session(), _settings()
    parts = readiness.look(sessions(), _broker(settings.redis_url))
    return flask.render_template(
        "operations/background_work.html",
        parts={name: part for name, part in parts.items() if name in PART_WORDS},
        part_words=PART_WORDS,
        form=form,
        open_jobs=queries.open_jobs(session),
        dead_letters=queries.dead_letters(session),
        dead_letter_count=queries.dead_letter_count(session),
        health=queries.outbox_health(session),
        upgrade=upgrades.waiting(session),
        seals=_seal_figures(session),
        has_scanner=settings.clamd_url is not None,
        scanner_answers=settings.clamd_url is not None and scanner.answers(settings.clamd_url),
        job_words=JOB_WORDS,
        error_words=error_words,
        lag_words=lag_words,
        may_act=Audience.ADMINISTRATOR in current_viewer().audiences,
    )


def _back() -> Response:
    return flask.redirect(flask.url_for("operations.background_work"), HTTPStatus.SEE_OTHER)


def _json(body: dict[str, object], status: HTTPStatus) -> Response:
    answer = flask.jsonify(body)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


@cache
def _broker(redis_url: str) -> Redis:
    return readiness.broker_at(redis_url)
