"""The company's pages: drafts, filing, following a dossier, answering, public tracking; and the files of dossiers."""

from portal.dossiers.explanations import REASONS
from portal.dossiers.views import (
    answering,
    documents,
    drafting,
    files,
    following,
    reviewing,
    starting,
    tracking,
    workspace,
)
from portal.dossiers.views.room import blueprint
from portal.foundation import web

__all__ = [
    "answering", "blueprint", "blueprints", "documents", "drafting", "files", "following", "reviewing", "starting",
    "tracking", "workspace",
]  # fmt: skip

blueprints = (blueprint,)

web.explain_refusals(REASONS)
