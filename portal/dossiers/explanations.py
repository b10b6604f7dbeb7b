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
    "declaring.no_file": _("Choose the signed PDF first."),
    "declaring.too_large": _("The file is larger than 20 MB. Send the PDF as your signing program saved it."),
    "declaring.not_a_pdf": _("This is not a PDF. Send the declaration as your signing program saved it, as a PDF."),
    "declaring.not_signed": _("This declaration carries no signature. Sign it with your certificate, then send it."),
    "declaring.other_paper": _(
        "This is not a declaration of this draft, or more than a signature was added to it. Download the declaration "
        "again, sign it without changing anything else, and send it."
    ),
    "declaring.not_valid": _("The signature does not hold: the file was changed after it was signed."),
    "declaring.not_trusted": _(
        "The certificate leads to no authority the portal trusts for companies and persons. Sign with a certificate "
        "of a licensed authority."
    ),
    "declaring.expired": _("The certificate was not valid when the declaration was signed. Renew it, then sign again."),
    "declaring.no_number": _(
        "The certificate of %(holder)s states neither a tax code nor an identity number, so it cannot be told whose "
        "it is. Sign with the certificate of the owner of the dossier."
    ),
    "declaring.other_number": _(
        "The declaration was signed by %(holder)s with the number %(number)s. It has to be signed with a certificate "
        "of: %(wanted)s."
    ),
    "declaring.content_changed": _(
        "The draft has changed since this declaration was made. Download a new one, sign it, and send that."
    ),
    "cosigning.missing": _(
        "The company wants a second person to co-sign before anything is filed. Ask an owner to co-sign first."
    ),
    "cosigning.waits": _("%(name)s has been asked to co-sign and has not answered yet."),
    "cosigning.declined": _("%(name)s has declined to co-sign. Put right what is meant, or ask another owner."),
    "cosigning.content_changed": _(
        "The draft has been changed since %(name)s co-signed it, so the co-signature no longer counts. Ask again."
    ),
    "cosigning.signer_gone": _("%(name)s is no owner of the company any more. Ask another owner to co-sign."),
    "cosigning.same_person": _(
        "You have co-signed this dossier yourself, so somebody else has to file it. Two different persons are needed."
    ),
    "cosigning.same_certificate": _(
        "This certificate has co-signed the dossier already. One of the two persons has to sign in another way."
    ),
    "cosigning.not_needed": _("The company does not have its filings co-signed. The dossier can be filed as it is."),
    "cosigning.no_such_person": _("Choose an owner of the company, other than yourself."),
    "cosigning.not_asked": _("You are not asked to co-sign this dossier, or not any more."),
    "cosigning.reason_missing": _("Write in a few words why you do not co-sign."),
    "correction.cosigned": _(
        "Two persons have signed this dossier as it is, so its answers cannot be changed by one. Take it back and file "
        "it anew, or wait until the office asks for a supplement."
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
