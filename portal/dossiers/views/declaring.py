"""The declaration signed outside: it is downloaded before filing, and files the dossier when it comes back signed."""

from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments.serving import AS_DOWNLOAD
from portal.dossiers import queries
from portal.dossiers.actions import declaring, drafts, filing
from portal.dossiers.cosigning import NotCosigned
from portal.dossiers.forms import DeclarationForm
from portal.dossiers.views.drafting import filed_instead
from portal.dossiers.views.reviewing import review_page
from portal.dossiers.views.room import blueprint, language, now, printing_office, see, shelf
from portal.foundation.errors import Invalid, Unavailable
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.letters.outside import LARGEST_BYTES
from portal.workflow.lifecycle import UNFILED


@blueprint.post("/drafts/<uuid:draft_id>/declaration")
@open_to(Audience.COMPANY)
def declaration_paper(draft_id: UUID) -> Response:
    """The declaration of the draft as it stands, as a PDF to be signed outside; what is missing is named first."""
    viewer = current_viewer()
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            if found.closed_at is not None:
                return filed_instead(session, found)
            paper = declaring.hand_out(
                session, found, viewer=viewer, office=printing_office(), language=language(), now=now()
            )
    except filing.Incomplete as gaps:
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return review_page(found, _unsent(), status=422, problems=gaps.problems)
    answer = flask.Response(paper.pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="ban-cam-doan-{paper.number}.pdf"'
    answer.headers["Content-Security-Policy"] = AS_DOWNLOAD
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/drafts/<uuid:draft_id>/declaration/signed")
@open_to(Audience.COMPANY)
def file_signed(draft_id: UUID) -> Response:
    """The signed declaration comes back: the dossier is filed, or what is wrong stands beside the box."""
    viewer, uploaded = current_viewer(), flask.request.files.get("signed")
    content = uploaded.stream.read(LARGEST_BYTES + 1) if uploaded is not None else b""
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            dossier = declaring.file_signed(
                session,
                found,
                content,
                viewer=viewer,
                office=printing_office(),
                shelf=shelf(),
                language=language(),
                now=now(),
            )
            code, waits = dossier.code, dossier.state in UNFILED
    except filing.Incomplete as gaps:
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return review_page(found, _unsent(), status=422, problems=gaps.problems)
    except NotCosigned as refusal:
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return review_page(found, _unsent(), status=422, not_cosigned=refusal)
    except (Invalid, Unavailable) as refusal:
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return review_page(found, _unsent(), status=refusal.status, paper_refusal=refusal)
    return see(flask.url_for("paying.bills" if waits else "dossiers.filed", code=code))


def _unsent() -> DeclarationForm:
    """The other way of declaring, untouched: it was not this one that was sent."""
    return DeclarationForm(formdata=None)
