"""The room's words: why nobody could be given a step, reasons of refusals."""

from typing import Any

from flask_babel import lazy_gettext as _

from portal.routing.moving import Obstacle

SKILLS: dict[str, Any] = {"language:zh": _("Chinese"), "language:en": _("English")}
"""Languages are the skills the portal knows itself; all others are written by people."""

UNPLACED: dict[str, Any] = {
    "nobody_in_role": _("nobody holds this role there"),
    "nobody_present": _("everybody is away"),
    "nobody_skilled": _("nobody has the skill it needs"),
    "nobody_free_of_conflict": _("everybody has a conflict of interest"),
    "nobody_for_two_persons": _("another person must do it than before"),
}

NOT_HANDED_OVER: dict[str, Any] = {
    **UNPLACED,
    "changed": _("it has changed meanwhile"),
    "conflict_of_interest": _("the colleague has a conflict of interest"),
}

OBSTACLES: dict[Obstacle, Any] = {
    Obstacle.ENDED: _("It has ended."),
    Obstacle.CASE_GONE: _("The new version has no such case."),
    Obstacle.STEP_GONE: _("The step where it stands is not in the new version."),
    Obstacle.STEP_DIFFERS: _("The step where it stands is other work, or another office’s, in the new version."),
    Obstacle.STEPS_IN_LINE: _("Steps that are open side by side come one after another in the new version."),
    Obstacle.STAYS_LATE: _("Its time by law has run out already; a longer limit would hide that."),
    Obstacle.ANSWERS_GONE: _("Its answers have been erased, so its limit cannot be worked out."),
}

REASONS: dict[str, Any] = {
    "moving.already_there": _("It goes by this version already."),
    **{f"moving.{obstacle.value}": words for obstacle, words in OBSTACLES.items()},
    "team.ends_before_it_begins": _("The last day lies before the first."),
    "team.is_over": _("These days are over."),
    "team.too_long": _("At most a year at a time."),
    "team.not_found": _("There is no such person or entry for you."),
    "team.not_yours": _("Only the head, the leader or an administrator may do this."),
    "team.not_a_colleague": _("Choose somebody of the same agency."),
    "team.circle": _("This would make people stand in for themselves in the end. Choose somebody else."),
    "team.skill_too_long": _("A skill is a word or two."),
    "team.skill_missing": _("Choose a skill of the list, or write another one."),
    "team.party_unknown": _("No company with this tax code is known."),
    "team.reason_missing": _("Say why."),
    "step.conflict_of_interest": _("This colleague has a conflict of interest with the company."),
    "conflict_of_interest": _("This colleague has a conflict of interest with the company."),
    "apology.reason_missing": _("Say why."),
    "apology.day_too_early": _("The new day must lie after the promised one and after today."),
    "apology.decided": _("The letter has been decided already."),
}
