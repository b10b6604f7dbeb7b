"""Who does a step, in words."""

from flask_babel import lazy_gettext

from portal.accounts.wording import role_words
from portal.workflow.roles import Role

_FILER = lazy_gettext("You")
_WHOEVER_DECIDES = lazy_gettext("the agency that decides")


def who_does(role: Role | None, agency: str) -> str:
    """`Leader · Department of Construction`; a step without a role is the filer's.

    Without an agency it depends on the dossier which one holds the step.
    """
    return f"{role_words(role)} · {agency or _WHOEVER_DECIDES}" if role else str(_FILER)
