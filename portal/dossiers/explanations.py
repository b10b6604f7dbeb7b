"""The room's refusals in the reader's words."""

from flask_babel import lazy_gettext as _

REASONS = {
    "draft.procedure_unknown": _(
        "There is no procedure with this code in force today. Look for it by name in the list of procedures."
    ),
    "draft.not_found": _("There is no such draft, or it is not yours to see."),
    "draft.discarded": _("This draft has been deleted."),
    "draft.section_unknown": _("The form has no such page."),
    "draft.document_unknown": _("The dossier has no such document."),
    "draft.case_unknown": _("Choose which case your dossier belongs to."),
    "draft.procedure_withdrawn": _("This procedure is no longer offered, so nothing new can be filed under it."),
    "draft.rules_changed": _(
        "Other rules have come into force for this procedure since the draft was begun. Open the draft: it shows what "
        "changed, and you can go on under the new rules."
    ),
    "draft.no_such_colleague": _("Choose a colleague who may file for this company."),
    "draft.outside_your_rights": _(
        "You may not prepare this dossier: your role in the company, or the mandate you act under, does not cover it."
    ),
    "party.not_found": _("You may not act for this company or person."),
    "party.not_approved": _(
        "The one-stop office has not yet confirmed this company. You can prepare everything now and file as soon as "
        "it is confirmed."
    ),
    "dossier.not_found": _("There is no such dossier, or it is not yours to see."),
    "dossier.stale": _("Somebody has changed this dossier since you opened the page. Look at it again, then decide."),
    "dossier.role_may_not": _("Your role does not allow this."),
    "dossier.not_from_here": _("In the state the dossier is in now, this can no longer be done."),
    "dossier.before_intake_only": _("This is possible only before the dossier has been accepted."),
    "dossier.after_intake_only": _("This is possible only after the dossier has been accepted."),
    "dossier.already_opened": _("The office has already opened the dossier, so it can no longer be changed."),
    "dossier.reason_not_allowed": _("This reason is not possible here."),
    "dossier.answers_erased": _("The answers of this dossier have been erased, as the rules for keeping data demand."),
    "message.empty_or_too_long": _("Write your message, in at most %(limit)s characters."),
    "correction.other_agency": _(
        "With these answers another office would be competent. Take the dossier back and file it anew."
    ),
    "correction.other_fee": _("With these answers the fee would be another. Take the dossier back and file it anew."),
    "supplement.not_over_yet": _("The last day for the answer has not passed yet, so the dossier cannot be closed."),
    "extension.reason_missing": _("Say why the promised day cannot be kept. The company reads this sentence."),
    "extension.day_too_early": _("The new day must lie after the promised one and after today."),
    "extension.day_off": _("The office does not work on this day. Choose a working day."),
    "dossier.extended_before": _("The promised day has been moved before; that is possible only once."),
    "reopening.reason_missing": _("Say what has to be corrected. The company reads this sentence."),
    "reopening.no_way_back": _("Choose the step from which the dossier is worked on again."),
    "supplement.not_waiting": _("No request is waiting for your answer."),
}
