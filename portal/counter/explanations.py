"""The room's refusals in the reader's words."""

from flask_babel import lazy_gettext as _

REASONS = {
    "counter.number_wrong": _("This cannot be such a number. Compare it with the paper, figure by figure."),
    "counter.number_taken": _(
        "Somebody is known under this number already, as another kind of party. Look the number up again."
    ),
    "counter.not_for_persons": _("This procedure is for companies and other organisations, not for persons."),
    "counter.not_the_owner": _(
        "Whose own matter it is shows the very identity paper it is taken down under. Is it another person, choose "
        "“With a written power”."
    ),
    "counter.own_party": _(
        "You act for this company or person yourself. Ask a colleague to take the dossier down, or file it from your "
        "own account."
    ),
    "counter.claim_wrong": _(
        "No dossier filed at a counter has this code and this number. Compare both with the receipt."
    ),
    "counter.claim_yours": _("You act for this company or person already: its dossiers are among yours."),
    "counter.claim_has_owner": _(
        "Somebody with an account acts for this company or person already. Ask them to add you to its people."
    ),
    "counter.claim_decided": _("This has been decided already."),
    "counter.claim_own": _("A colleague has to decide about what you ask for yourself."),
    "counter.claim_unknown": _("There is no such request at your counter."),
    "counter.reason_missing": _("Write why, so that the person knows what to bring."),
}
