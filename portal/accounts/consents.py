"""What a person may agree to, in which wording. A new wording gets the next number and is asked for anew.

Nothing the law lets an office do needs consent, so nothing of that kind is here.
Source: Law on Personal Data Protection 91/2025/QH15 (consent: of free will, for one purpose, withdrawn at any time).
"""

import enum
from typing import Any

from flask_babel import lazy_gettext as _


class Purpose(enum.StrEnum):
    """What the data would be used for."""

    SMS = "sms"
    ZALO = "zalo"


WORDINGS: dict[Purpose, int] = {Purpose.SMS: 1, Purpose.ZALO: 1}
"""The number of the wording asked for today. A consent to an earlier one counts no longer."""

TITLES: dict[Purpose, Any] = {Purpose.SMS: _("Messages by SMS"), Purpose.ZALO: _("Messages by Zalo")}
SENTENCES: dict[Purpose, Any] = {
    Purpose.SMS: _(
        "I agree that the portal gives my telephone number and short notices about my dossiers to the telephone "
        "network, which sends them to me as SMS."
    ),
    Purpose.ZALO: _(
        "I agree that the portal gives my telephone number and short notices about my dossiers to Zalo (VNG "
        "Corporation), which sends them to me."
    ),
}
