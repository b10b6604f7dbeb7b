"""What is wrong with an uploaded file, in the reader's words."""

from flask_babel import lazy_gettext as _

REASONS = {
    "attachments.none_chosen": _("Choose a file first, then press the button."),
    "attachments.empty": _("“%(name)s” is empty. Check the file on your device and choose it again."),
    "attachments.too_large": _(
        "“%(name)s” is %(size)s MB; the largest allowed here is %(limit)s MB. Scan it with fewer dots per inch or "
        "split it into several files."
    ),
    "attachments.disguised": _(
        "“%(name)s” is called %(extension)s, but inside it looks like %(found)s. Accepted here: %(wanted)s. Open the "
        "file on your device, save or scan it as one of these, and choose the new file."
    ),
    "attachments.disguised_unknown": _(
        "“%(name)s” is called %(extension)s, but it cannot be read as one; perhaps it is damaged or was only renamed. "
        "Accepted here: %(wanted)s. Open the file on your device, save or scan it anew, and choose the new file."
    ),
    "attachments.not_accepted": _(
        "“%(name)s” looks like %(found)s, which cannot be taken here. Accepted here: %(wanted)s. Save or scan it as "
        "one of these, and choose the new file."
    ),
    "attachments.not_accepted_unknown": _(
        "“%(name)s” is of a kind that cannot be taken here. Accepted here: %(wanted)s. Save or scan it as one of "
        "these, and choose the new file."
    ),
    "attachments.unpacks_too_large": _("“%(name)s” unpacks to far too much. Send the files inside it one by one."),
    "attachments.picture_too_large": _(
        "“%(name)s” has too many pixels for a scanned paper. Save it smaller and choose it again."
    ),
    "attachments.too_many": _("There are already %(limit)s files here, which is the most. Take one away first."),
    "attachments.infected": _("A virus was found in this file, so nobody can open it."),
    "attachments.not_scanned_yet": _("This file is still being checked for viruses. Try again in a minute."),
    "attachments.no_scanner": _(
        "Files cannot be taken at this moment, because the virus scanner is not set up. Your answers are kept."
    ),
    "attachments.turn_unknown": _("Write the number of a page, or nothing, and press one of the two buttons."),
    "attachments.no_such_page": _("The file has %(count)s pages. Write a number up to that."),
    "attachments.signed_stays": _("A signed or locked PDF cannot be turned: its signature would break."),
    "attachments.cannot_be_turned": _("This file cannot be turned here. Turn it on your device and choose it again."),
    "attachments.handed_in_stays": _("What has been handed in stays as it is."),
    "attachments.upload_unknown": _("This file is not on its way any more. Choose it again."),
    "attachments.too_many_begun": _("You are sending %(limit)s files already. Let one of them arrive first."),
    "attachments.part_wrong": _("A part of the file did not arrive whole. Choose the file again."),
    "attachments.part_out_of_order": _("A part of the file is missing. Choose the file again; it goes on from there."),
    "attachments.sensitive_closed": _(
        "This is a sensitive paper, such as an identity card. Only those who need it for this dossier may open it."
    ),
    "attachments.scanner_down": _("The virus scanner does not answer at this moment."),
    "attachments.valid_before_issued": _("The last day of validity lies before the day of the paper."),
    "attachments.day_unreadable": _("Write the day as year-month-day, for example 2026-11-24."),
}
