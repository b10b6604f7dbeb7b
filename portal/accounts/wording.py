"""What people, posts and fields of business are called, wherever the portal names them."""

from typing import Any

from flask_babel import lazy_gettext as _

from portal.workflow.roles import Role

ROLES: dict[Role, Any] = {
    Role.ONE_STOP: _("One-stop officer"),
    Role.DISPATCHER: _("Dispatcher"),
    Role.SPECIALIST: _("Specialist"),
    Role.HEAD: _("Head of unit"),
    Role.LEADER: _("Leader"),
    Role.CLERK: _("Clerk"),
    Role.CASHIER: _("Cashier"),
    Role.CONSULTANT: _("Consultant for opinions"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.AUDITOR: _("Auditor"),
}
BUSINESS_FIELDS: dict[str, Any] = {
    "investment": _("Investment"),
    "land": _("Land"),
    "construction": _("Construction"),
    "trade": _("Import and export"),
}
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "zh": "中文"}
"""Each language under its own name, never translated."""


def role_words(role: Role | str) -> str:
    """The name of a post's role in the language of the page."""
    return str(ROLES[Role(role)])


def field_words(field: str) -> str:
    """The name of a field of business in the language of the page."""
    return str(BUSINESS_FIELDS[field])
