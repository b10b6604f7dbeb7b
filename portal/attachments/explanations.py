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
        "“%(name)s” is called %(extension)s, but its content is not (%(found)s). Open it on your device, save it as "
        "one of these and choose that file: %(wanted)s."
    ),
    "attachments.not_accepted": _(
        "“%(name)s” cannot be taken here (%(found)s). Choose a file of one of these kinds: %(wanted)s."
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
    "attachments.scanner_down": _("The virus scanner does not answer at this moment."),
}
