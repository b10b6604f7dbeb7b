"""The company's pages: drafts, filing, following a dossier, answering, public tracking; and the files of dossiers."""

from portal.dossiers.explanations import REASONS
from portal.dossiers.views import documents, drafting, files, following, reviewing, starting, workspace
from portal.dossiers.views.room import blueprint
from portal.foundation import web

__all__ = [
    "blueprint", "blueprints", "documents", "drafting", "files", "following", "reviewing", "starting", "workspace",
]  # fmt: skip

blueprints = (blueprint,)

web.explain_refusals(REASONS)
