"""The company's pages: drafts, filing, following a dossier, answering, public tracking; and the files of dossiers."""

from portal.dossiers.explanations import REASONS
from portal.dossiers.views import (
    amending,
    answering,
    bundling,
    cosigning,
    declaring,
    documents,
    drafting,
    files,
    following,
    looking,
    papers,
    reviewing,
    sharing,
    starting,
    tracking,
    workspace,
)
from portal.dossiers.views.room import blueprint
from portal.foundation import web

__all__ = [
    "amending", "answering", "blueprint", "blueprints", "bundling", "cosigning", "declaring", "documents", "drafting",
    "files", "following", "looking", "papers", "reviewing", "sharing", "starting", "tracking", "workspace",
]  # fmt: skip

blueprints = (blueprint,)

web.explain_refusals(REASONS)
