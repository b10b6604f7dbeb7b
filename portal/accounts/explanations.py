"""The room's refusals in the reader's words."""

from flask_babel import lazy_gettext as _

REASONS = {
    "access.sign_in": _("Sign in first."),
    "accounts.wait": _(
        "There were too many attempts. Wait %(retry_after_seconds)s seconds, then try again. "
        "In a browser where you signed in before, you need not wait."
    ),
    "accounts.sign_in_wrong": _("The e-mail address or the password is not right. Check both and try again."),
    "accounts.busy": _("Many people are signing in at this moment. Try again in a few seconds."),
    "accounts.code_wrong": _("This code is not right or was used already. Enter the code your app shows now."),
    "accounts.recovery_wrong": _(
        "This is none of your recovery codes, or it was used already. Look at the list again and try the next one."
    ),
    "accounts.password_wrong": _("This is not your current password."),
    "accounts.password_short": _("Use at least %(shortest)s characters. Several words in a row are easy to remember."),
    "accounts.password_long": _("Use at most %(longest)s characters."),
    "accounts.password_common": _("Many people use this password, so it is tried first. Choose another."),
    "accounts.password_personal": _("This is little more than your name or address. Choose another password."),
    "accounts.wait_for_letter": _(
        "Letters were asked for several times. Wait %(retry_after_seconds)s seconds, then try again. "
        "Look at your mailbox meanwhile, at the folder for junk mail, too."
    ),
    "accounts.letters_many": _(
        "Several letters are on their way already. Look at your mailbox, at the folder for junk mail, too; in an hour "
        "you can ask for another."
    ),
    "accounts.same_address": _("This is the address you have already."),
    "accounts.address_taken": _("Somebody has an account with this address. Choose another address."),
    "accounts.address_unconfirmed": _(
        "Your e-mail address is not confirmed yet. Open the link in the letter we sent you, then file. "
        "The draft is kept."
    ),
    "accounts.person_unconfirmed": _(
        "This person has not confirmed the address of the account yet. Ask them to open the link in our letter first."
    ),
    "accounts.email_taken": _("There is already an account with this address. Sign in instead."),
    "accounts.tax_code_wrong": _(
        "This is not a tax code. A company’s has 10 digits, a branch’s 13, a person’s 12. Check each digit."
    ),
    "accounts.social_credit_wrong": _(
        "This is not a unified social credit code. It has 18 digits and letters. Check each of them."
    ),
    "accounts.register_number_wrong": _(
        "This is not the number of a company in a register. It has 4 to 30 letters and digits."
    ),
    "accounts.tax_code_taken": _(
        "A company with this tax code is registered already. Ask one of its owners to add you."
    ),
    "accounts.reason_missing": _("Write what is wrong, so that the company can put it right."),
    "accounts.already_decided": _("Somebody has decided about this registration already."),
    "accounts.own_company": _("You act for this company yourself, so a colleague must decide about it."),
    "accounts.no_such_person": _(
        "Nobody has an account with this address. Ask the person to make one, then add them here."
    ),
    "accounts.already_member": _("This person has this role already."),
    "accounts.last_owner": _("This is the last owner. Make somebody else an owner first, then this person can leave."),
    "accounts.owner_only": _("Only an owner of the company may change this."),
    "accounts.no_such_agent": _(
        "No approved company here has this tax code. The agent must register before you can appoint it."
    ),
    "accounts.agent_is_self": _("A company cannot be its own agent."),
    "accounts.ends_before_it_begins": _("The last day must not be before the first day."),
    "accounts.already_over": _("The last day has passed already. Choose a later day."),
    "accounts.mandate_revoked": _("This mandate has been revoked."),
    "accounts.mandate_over": _("The last day of this mandate has passed."),
    "accounts.passkey_wrong": _("The passkey was not accepted. Try again, or use another way."),
    "accounts.passkey_known": _("This passkey is kept already."),
    "accounts.passkey_unnamed": _("Give the passkey a name."),
    "accounts.passkeys_many": _("You have ten passkeys. Remove one you no longer use first."),
    "accounts.last_factor": _("This is your only second factor, and officers need one. Set up another first."),
    "accounts.outside_away": _(
        "The sign-in service does not answer, or not as it should. Try again in some minutes, or sign in with your "
        "e-mail address and password."
    ),
    "accounts.outside_declined": _("You did not let the sign-in service tell us who you are. Nothing has changed."),
    "accounts.outside_not_begun": _(
        "This sign-in was not begun in this browser, was used already, or took too long. Begin again."
    ),
    "accounts.outside_closed": _("This account is closed. Ask the office that runs the portal."),
    "accounts.outside_taken": _(
        "Somebody else’s account here is linked with this identity. Whoever owns that account must let it go first."
    ),
    "accounts.outside_other": _(
        "Your account is linked with another identity at this service. Let that one go first, then link this one."
    ),
    "accounts.last_administrator": _(
        "This is the last administrator. Appoint another one first, then this person can leave or be disabled."
    ),
    "accounts.has_password": _("This person has chosen a password already and needs no invitation."),
    "accounts.own_factor": _("You cannot ask for this for yourself. Use a recovery code, or ask a colleague."),
    "accounts.no_factor": _("This person has no second factor."),
    "accounts.reset_is_asked": _("Somebody has asked for this already. Another administrator must confirm it."),
    "accounts.no_reset_is_open": _("Nobody has asked for this within the last day, or it was dropped."),
    "accounts.second_person": _("A second person must confirm this: neither who asked nor who it is for."),
}
