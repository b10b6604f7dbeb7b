"""What this room calls things."""

from flask_babel import lazy_gettext as _

from portal.accounts.models import Proof
from portal.administration.models import Kept
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
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
    Proof.PASSKEY: _("Passkey"),
    Proof.OUTSIDE: _("Sign-in service"),
}
SUBJECTS = {
    Kept.DRAFTS: (_("Drafts nobody goes on with"), _("from the last change")),
    Kept.NOTICES: (_("Notices to people"), _("from the day they were written")),
    Kept.SIGN_IN_LOG: (_("The log of sign-ins"), _("from the attempt")),
    Kept.ENDED_SIGN_INS: (_("Ended sign-ins"), _("from their end")),
    Kept.ANSWERS: (_("Answers and files of ended dossiers"), _("from the end of the dossier")),
}
VERBS = {
    "accounts.accept_invitation": _("Invitation accepted"),
    "accounts.give_consent": _("Consent given"),
    "accounts.withdraw_consent": _("Consent taken back"),
    "accounts.link_identity": _("Outside identity linked"),
    "accounts.unlink_identity": _("Outside identity let go"),
    "accounts.add_passkey": _("Passkey added"),
    "accounts.remove_passkey": _("Passkey removed"),
    "accounts.change_phone": _("Telephone changed"),
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
    "administration.erase": _("Erased by a retention rule"),
    "administration.export_audit": _("Record of changes downloaded"),
    "administration.hold": _("Legal hold set"),
    "administration.import_people": _("People imported"),
    "administration.lift_hold": _("Legal hold lifted"),
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
    "texts.restore": _("Text as it comes with the portal again"),
    "texts.write": _("Text written anew"),
    "transparency.change_goal": _("Goal changed"),
    "transparency.end_goal": _("Goal ended"),
    "transparency.write_goal": _("Goal written"),
    "routing.move_to_version": _("Dossier moved to a corrected version"),
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
    "administration.text_missing": _("Write the text, or leave this language empty altogether; Vietnamese is needed."),
    "administration.blank_unknown": _("There is no such blank, or a brace stands alone. Possible are: %(blanks)s."),
    "administration.blank_missing": _("All of these blanks must stay in the sentence: %(blanks)s."),
    "administration.no_such_dossier": _("There is no dossier with this code."),
    "administration.held_already": _("This dossier is on hold already."),
    "outages.ends_before_it_begins": _("The end must come after the beginning."),
    "outages.too_long": _("An outage lasts at most 14 days. Announce a longer one in parts."),
}

SOURCES = {
    "Decided by the house": _("Decided by the house"),
    "Decided by the house: a draft nobody has touched for a year": _(
        "Decided by the house: a draft nobody has touched for a year"
    ),
    "OWASP ASVS 5.0, 16.2; decided by the house": _("OWASP ASVS 5.0, 16.2; decided by the house"),
    "Luật Lưu trữ 33/2024/QH15; period to be confirmed by the province's archive": _(
        "Law on Archives 33/2024/QH15; period to be confirmed by the province's archive"
    ),
}
"""The sources that come with the portal, in the reader's language; others stand as they were written."""

NOTICE_WORDS = {
    NoticeKind.FILED: _("Dossier filed"),
    NoticeKind.ACCEPTED: _("Dossier accepted"),
    NoticeKind.NOT_ACCEPTED: _("Dossier not accepted"),
    NoticeKind.SUPPLEMENT_REQUESTED: _("Supplement requested"),
    NoticeKind.SUPPLEMENT_ANSWERED: _("Supplement answered"),
    NoticeKind.WITHDRAWN: _("Dossier withdrawn"),
    NoticeKind.STOPPED: _("Dossier stopped"),
    NoticeKind.SETTLED: _("Dossier settled"),
    NoticeKind.STEP_HALF: _("Half of a step's time is over"),
    NoticeKind.STEP_MOST: _("Most of a step's time is over"),
    NoticeKind.STEP_LATE: _("A step is late"),
    NoticeKind.OPINION_REMINDER: _("An opinion is awaited"),
    NoticeKind.LIMIT_PASSED: _("A limit has passed"),
    NoticeKind.SUPPLEMENT_UNANSWERED: _("A supplement was not answered"),
    NoticeKind.RESULT_WAITS: _("A result waits to be collected"),
    NoticeKind.PROMISE_MOVED: _("The promised day has moved"),
    NoticeKind.REOPENED: _("Dossier opened again"),
    NoticeKind.APOLOGY_DRAFTED: _("An apology is drafted"),
    NoticeKind.PAYMENT_REQUESTED: _("Payment requested"),
    NoticeKind.PAYMENT_RECEIVED: _("Payment received"),
    NoticeKind.PREPAYMENT_EXPIRED: _("The time to pay has passed"),
    NoticeKind.DRAFT_HANDED_OVER: _("A draft was handed over"),
    NoticeKind.MESSAGE: _("New message"),
    NoticeKind.MATTER_RAISED: _("Feedback or complaint raised"),
    NoticeKind.MATTER_ANSWERED: _("Feedback or complaint answered"),
    NoticeKind.RESULT_EXPIRES: _("A result expires"),
    NoticeKind.NEW_SIGN_IN: _("Sign-in with a new browser"),
    NoticeKind.INVITED: _("Invitation"),
    NoticeKind.FACTOR_RESET: _("Second factor taken away"),
    NoticeKind.FIGURES_MAIL: _("Mail of figures"),
}
"""A kind of a newer release is shown by its code."""

LETTER_WORDS = {
    LetterKind.FILING_RECEIPT: _("Confirmation of filing"),
    LetterKind.RECEIPT: _("Receipt and appointment (Form 01)"),
    LetterKind.SUPPLEMENT: _("Request for a supplement (Form 02)"),
    LetterKind.REFUSAL_OF_INTAKE: _("Refusal of intake (Form 03)"),
    LetterKind.APOLOGY: _("Apology and new date (Form 04)"),
    LetterKind.STOP: _("Notice of discontinuation (Form 05)"),
}
