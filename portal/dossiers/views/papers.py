"""Every paper a company has handed in, with the day and how long it is valid."""

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.clock.zone import office_day
from portal.dossiers import sensitive, vault
from portal.dossiers.views.room import blueprint, now, page
from portal.dossiers.views.workspace import position_in
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session


@blueprint.get("/documents")
@open_to(Audience.COMPANY)
def papers() -> Response:
    """The papers of every party the viewer acts for, newest first."""
    after = position_in(flask.request.args.get("after", ""))
    found = vault.papers(request_session(), viewer=current_viewer(), after=after)
    shown = found[: vault.PAGE]
    last = shown[-1].file if len(found) > len(shown) else None
    return page(
        "papers",
        papers=shown,
        is_open=lambda paper: sensitive.is_offered(paper.file, paper.dossier.party_id, current_viewer()),
        today=office_day(now()),
        newest=flask.url_for("dossiers.papers") if after else "",
        older=flask.url_for("dossiers.papers", after=f"{last.uploaded_at.isoformat()}~{last.id}") if last else "",
    )
