"""The room's refusals in the reader's words."""

from flask_babel import lazy_gettext as _

REASONS = {
    "hearing.words_missing": _("Write what it is about, in at most %(limit)s characters."),
    "hearing.no_such_agency": _("Choose the office it is about."),
    "hearing.not_found": _("There is no such matter, or it is not yours to see."),
    "hearing.no_result_yet": _("This is possible once the office has decided or ended the dossier."),
    "hearing.waiting_already": _("You have asked this already; the office has not answered yet."),
    "hearing.asked_already": _("More has been asked already."),
    "hearing.asking_is_over": _("More may be asked within 5 working days; they are over. Answer with what you know."),
    "hearing.nothing_asked": _("The office has asked nothing, or has your reply already."),
    "hearing.answered_already": _("This has been answered already."),
    "hearing.not_to_publish": _("Only settled feedback is published."),
    "hearing.rated_already": _("You have rated this dossier already."),
    "hearing.no_such_score": _("Choose from 1 to 5."),
}
