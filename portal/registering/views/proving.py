"""A company's own people add the certificate of its registration."""

from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.queries import listings
from portal.accounts.viewer import ActingFor
from portal.accounts.views.room import now, own_company, see
from portal.attachments.actions import Upload
from portal.attachments.models import CopyKind
from portal.foundation import web
from portal.foundation.errors import Forbidden, Invalid, NotFound, PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.registering import actions
from portal.registering.certificate import CERTIFICATE
from portal.registering.views.room import blueprint, page, papers_of, sent, shelf
from portal.workflow.lifecycle import CompanyRole

MEBIBYTE = 1024 * 1024


@blueprint.get("/accounts/companies/<tax_code>/certificate")
@open_to(Audience.SIGNED_IN)
def proof(tax_code: str) -> Response:
    return _shown(own_company(tax_code))


@blueprint.post("/accounts/companies/<tax_code>/certificate")
@open_to(Audience.SIGNED_IN)
def add_proof(tax_code: str) -> Response:
    """Add one file; a scanner looks at it as at every other."""
    company = _owned(tax_code)
    file = flask.request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("registering.no_file")
        upload = Upload(filename=file.filename, content=file.read(), copy_kind=CopyKind.COPY)
        with unit_of_work() as session:
            actions.add_paper(
                session, company.party_id, upload, shelf=shelf(), by=current_viewer().person_id, now=now()
            )
    except PortalError as error:
        return _shown(company, wrong=web.explanation(error), status=error.status)
    flask.flash(
        _("The file is added. The office decides by it; its answer will stand on the page of your account."), "success"
    )
    return see(flask.url_for("registering.proof", tax_code=tax_code))


@blueprint.post("/accounts/companies/<tax_code>/certificate/remove")
@open_to(Audience.SIGNED_IN)
def remove_proof(tax_code: str) -> Response:
    company = _owned(tax_code)
    with unit_of_work() as session:
        actions.remove_paper(session, company.party_id, _paper(), now=now())
    flask.flash(_("The file is taken away."), "success")
    return see(flask.url_for("registering.proof", tax_code=tax_code))


@blueprint.get("/accounts/companies/<tax_code>/certificate/<uuid:paper_id>")
@open_to(Audience.SIGNED_IN)
def own_paper(tax_code: str, paper_id: UUID) -> Response:
    return sent(own_company(tax_code).party_id, paper_id)


def _owned(tax_code: str) -> ActingFor:
    company = own_company(tax_code)
    if company.role is not CompanyRole.OWNER:
        raise Forbidden("accounts.owner_only")
    return company


def _paper() -> UUID:
    try:
        return UUID(flask.request.form.get("paper", ""))
    except ValueError:
        raise NotFound from None


def _shown(company: ActingFor, *, wrong: str | None = None, status: int = 200) -> Response:
    tax_code = company.tax_code or ""
    registration = listings.registration(request_session(), tax_code)
    problems: list[dict[str, Any]] = [{"text": wrong, "href": "#file"}] if wrong else []
    return page(
        "proof",
        status=status,
        company=company,
        registration=registration,
        papers=papers_of(company.party_id, "registering.own_paper", tax_code),
        is_owner=company.role is CompanyRole.OWNER,
        wrong=wrong,
        file_problems=problems,
        error_count=len(problems),
        accept=",".join(f".{one}" for one in CERTIFICATE.accepts),
        largest_bytes=CERTIFICATE.max_megabytes * MEBIBYTE,
        most=CERTIFICATE.max_files,
    )
