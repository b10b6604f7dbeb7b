"""Handing out the sealed letters of a dossier, to those who may see the dossier."""

from datetime import UTC, datetime
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.dossiers import queries
from portal.dossiers.actions import decision
from portal.dossiers.models import Dossier
from portal.dossiers.receiving import Way
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.settings import Settings
from portal.foundation.storage import storage_at
from portal.foundation.unit_of_work import unit_of_work
from portal.letters.actions import letter_of
from portal.letters.contents import LetterKind
from portal.letters.models import Letter

blueprint = flask.Blueprint("letters", __name__)
blueprints = (blueprint,)


@blueprint.get("/dossiers/<code>/letters/<uuid:letter_id>")
@open_to(Audience.SIGNED_IN)
def download(code: str, letter_id: UUID) -> Response:
    """The sealed PDF. When somebody who files for the party fetches a decision wished online, it has been returned."""
    viewer, now = current_viewer(), datetime.now(UTC)
    with unit_of_work() as session:
        dossier = queries.for_update(session, code, viewer=viewer)
        letter = session.get(Letter, letter_id)
        if letter is None or letter.dossier_id != dossier.id or letter.storage_key is None:
            raise NotFound("letter.not_found")
        decided = letter_of(session, dossier_id=dossier.id, kind=LetterKind.DECISION)
        # one that a correction has voided hands over nothing, nor does a copy of what is fetched or sent on paper
        if letter is decided and _receives_for(viewer, dossier) and queries.way_of(session, dossier) is Way.ONLINE:
            decision.deliver(session, dossier, actor=viewer.actor, how="download", now=now)
        settings = flask.current_app.extensions["settings"]
        assert isinstance(settings, Settings)  # noqa: S101 - put there by create_app
        content = storage_at(settings.storage_url).get(letter.storage_key)
    name = f"{code}-{letter.kind.replace('_', '-')}.pdf"
    answer = flask.Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _receives_for(viewer: Viewer, dossier: Dossier) -> bool:
    """Whether handing it to them is handing it to the party: its owners and filers, or its agent under a mandate.

    Somebody who may only look, or pay, has seen the result; the party has not received it by that.
    """
    field, code = dossier.procedure.field, dossier.procedure.code
    rights = [acting for acting in viewer.acting_for if acting.party_id == dossier.party_id]
    return any(acting.may_file(field=field, procedure_code=code) for acting in rights)
