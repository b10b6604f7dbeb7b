"""Who does a step, in words."""

from flask_babel import lazy_gettext

from portal.workflow.roles import Role

_ROLES = {
    Role.ONE_STOP: lazy_gettext("One-stop officer"),
    Role.DISPATCHER: lazy_gettext("Dispatcher"),
    Role.SPECIALIST: lazy_gettext("Specialist"),
    Role.HEAD: lazy_gettext("Head of unit"),
    Role.LEADER: lazy_gettext("Leader"),
    Role.CLERK: lazy_gettext("Clerk"),
    Role.CASHIER: lazy_gettext("Cashier"),
    Role.CONSULTANT: lazy_gettext("Consultant for opinions"),
    Role.ADMINISTRATOR: lazy_gettext("Administrator"),
    Role.AUDITOR: lazy_gettext("Auditor"),
}
_FILER = lazy_gettext("You")
_WHOEVER_DECIDES = lazy_gettext("the agency that decides")


def role_words(role: Role) -> str:
    """The name of a role."""
    return str(_ROLES[role])


def who_does(role: Role | None, agency: str) -> str:
    """`Leader · Department of Construction`; a step without a role is the filer's.

    Without an agency it depends on the dossier which one holds the step.
    """
    return f"{_ROLES[role]} · {agency or _WHOEVER_DECIDES}" if role else str(_FILER)
