"""What this room calls things."""

from flask_babel import lazy_gettext as _

from portal.accounts.models import Proof
from portal.administration.models import Kept
from portal.reasons.models import ReasonKind

KINDS = {
    ReasonKind.FIELD: _("An answer is wrong"),
    ReasonKind.DOCUMENT: _("A document is wrong"),
    ReasonKind.REFUSAL: _("The dossier cannot be accepted"),
}
PROOFS = {
    Proof.PASSWORD: _("Password"),
    Proof.SECOND_FACTOR: _("Second factor"),
    Proof.RECOVERY_CODE: _("Recovery code"),
}
SUBJECTS = {
    Kept.DRAFTS: (_("Drafts nobody goes on with"), _("from the last change")),
    Kept.NOTICES: (_("Notices to people"), _("from the day they were written")),
    Kept.SIGN_IN_LOG: (_("The log of sign-ins"), _("from the attempt")),
    Kept.ENDED_SIGN_INS: (_("Ended sign-ins"), _("from their end")),
    Kept.ANSWERS: (_("Answers in ended dossiers"), _("from the end of the dossier")),
}
VERBS = {
    "accounts.accept_invitation": _("Invitation accepted"),
    "accounts.accept_mandate": _("Mandate accepted"),
    "accounts.add_member": _("Person added to a company"),
    "accounts.appoint": _("Post given"),
    "accounts.ask_factor_reset": _("New second factor asked for"),
    "accounts.change_password": _("Password changed"),
    "accounts.create_administrator": _("Administrator made at the console"),
    "accounts.decide_registration": _("Registration decided"),
    "accounts.disable": _("Account disabled"),
    "accounts.enable": _("Account opened again"),
    "accounts.end_membership": _("Person left a company"),
    "accounts.end_post": _("Post ended"),
    "accounts.establish": _("Agency changed"),
    "accounts.grant_mandate": _("Mandate granted"),
    "accounts.invite": _("Person invited"),
    "accounts.invite_again": _("Invitation sent again"),
    "accounts.leave": _("Person left the office"),
    "accounts.register_company": _("Company registered"),
    "accounts.renew_recovery_codes": _("Recovery codes made anew"),
    "accounts.reset_factor": _("Lost second factor taken away"),
    "accounts.revoke_mandate": _("Mandate revoked"),
    "accounts.set_second_factor": _("Second factor set up"),
    "accounts.use_recovery_code": _("Recovery code used"),
    "accounts.withdraw_factor_reset": _("Request for a new second factor dropped"),
    "administration.close_agency": _("Agency closed"),
    "administration.export_audit": _("Record of changes downloaded"),
    "administration.import_people": _("People imported"),
    "administration.rename": _("Name corrected"),
    "administration.reopen_agency": _("Agency opened again"),
    "administration.retention": _("Retention rule changed"),
    "calendars.move_dossier": _("Date moved by the calendar"),
    "calendars.publish": _("Calendar put into force"),
    "operations.close_job": _("Given-up job closed"),
    "operations.retry_job": _("Given-up job tried again"),
    "outages.announce": _("Outage announced"),
    "outages.correct": _("Outage corrected"),
    "outages.withdraw": _("Outage withdrawn"),
    "reasons.change": _("Reason changed"),
    "reasons.write": _("Reason written"),
}
"""A kind of a newer release is shown by its code."""

IMPORT_MISTAKES = {
    "column_missing": _("This column is missing in the first row."),
    "column_unknown": _("There is no such column."),
    "too_many": _("There are more than 1,000 lines. Divide the file."),
    "nobody": _("There is nobody in the file."),
    "name_missing": _("The name is missing or too long."),
    "email_wrong": _("This is not an e-mail address."),
    "email_taken": _("There is already an account with this address."),
    "agency_unknown": _("There is no open agency with this key."),
    "role_unknown": _("There is no such role."),
    "language_unknown": _("Write vi, en or zh."),
    "day_wrong": _("Write the day like 24/11/2026."),
    "day_past": _("This day has passed."),
    "two_names": _("The same address stands above with another name."),
    "twice": _("This person has this post on a line above already."),
}
REASONS = {
    "administration.code_wrong": _("Write an identifier like H37.12: a letter, two digits, then numbers after dots."),
    "administration.code_taken": _("Another agency has this identifier."),
    "administration.no_successor": _("Choose another agency that is open."),
    "administration.agency_closed": _("This agency is closed already."),
    "administration.agency_has_people": _(
        "People still hold posts in this agency. End their posts or move them first, then close it."
    ),
    "administration.agency_unknown": _("Choose an agency that is open."),
    "administration.person_disabled": _("This account is disabled. Open it again first."),
    "administration.post_held": _("This person has this post already."),
    "administration.day_past": _("This day has passed. Choose a later one."),
    "outages.ends_before_it_begins": _("The end must come after the beginning."),
    "outages.too_long": _("An outage lasts at most 14 days. Announce a longer one in parts."),
}
