"""The room's refusals in the reader's words."""

from flask_babel import lazy_gettext as _

REASONS = {
    "registering.no_certificate": _("The registration certificate is not here yet, or cannot be opened."),
    "registering.decided": _("The office has decided about this registration; its papers change no more."),
    "registering.no_file": _("Choose a file first."),
}
