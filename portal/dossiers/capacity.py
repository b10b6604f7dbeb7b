"""May this viewer do this to this dossier, and as what? The lifecycle's table answers, for the roles held here."""

from portal.accounts.viewer import HeldPost, Viewer
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.policy import capacities
from portal.foundation.errors import Forbidden, Refused
from portal.workflow.lifecycle import Action, CompanyRole, Refusal, Role, TransitionRefused, step


def require(viewer: Viewer, dossier: Dossier, action: Action) -> Role | CompanyRole:
    """The capacity in which the viewer may take the action now.

    Raises `Forbidden` where no role of the viewer's may, `Refused` where the dossier's state does not allow it.
    """
    refusal: TransitionRefused | None = None
    for capacity in sorted(capacities(viewer, dossier)):
        try:
            step(
                dossier.state,
                action,
                accepted=dossier.accepted_at is not None,
                by=capacity,
                opened=dossier.opened_by_office_at is not None,
                came_from=None,
                reason=None,
            )
        except TransitionRefused as refused:
            if refused.code in {Refusal.ORIGIN_UNKNOWN, Refusal.REASON_NOT_ALLOWED}:
                return capacity  # the role may; what is asked later is the reason or the origin
            if refusal is None or refusal.code is Refusal.ROLE_MAY_NOT:
                refusal = refused
        else:
            return capacity
    if refusal is None or refusal.code is Refusal.ROLE_MAY_NOT:
        raise Forbidden("dossier.role_may_not")
    raise Refused(f"dossier.{refusal.code.value}")


def may(viewer: Viewer, dossier: Dossier, action: Action) -> bool:
    """Whether `require` would let the viewer: for pages that offer only what can be done."""
    try:
        require(viewer, dossier, action)
    except (Forbidden, Refused):
        return False
    return True


def require_step(viewer: Viewer, step_row: DossierStep) -> str:
    """The post, as events name it, in which the viewer may work on this open step.

    A colleague of the same role in the same agency may take a step over, and whoever stands in for one; nobody
    else may.
    """
    return seat_for(viewer, step_row).actor


def seat_for(viewer: Viewer, step_row: DossierStep) -> HeldPost:
    """The post for this open step: the very one that has it, if the viewer holds or fills it, else one like it."""
    like_it = (post for post in viewer.posts if (post.agency_id, post.role) == (step_row.agency_id, step_row.role))
    found = sorted(like_it, key=lambda post: (post.id != step_row.post_id, post.own_post_id is not None))
    if not found:
        raise Forbidden("step.not_yours")
    return found[0]


def staff_actor(viewer: Viewer, dossier: Dossier, role: Role) -> str:
    """How a member of staff is named in an event: by the post, which says in what office they acted."""
    for agency_id in (dossier.agency_id, dossier.intake_agency_id):
        post = viewer.post_for(agency_id, role)
        if post is not None:
            return post.actor
    raise Forbidden("dossier.role_may_not")
