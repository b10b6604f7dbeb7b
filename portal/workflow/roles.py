"""In what capacity somebody acts on a dossier: staff, the company's people, machines."""

from enum import StrEnum


class Role(StrEnum):
    """The closed list of staff roles."""

    ONE_STOP = "one_stop"
    DISPATCHER = "dispatcher"
    SPECIALIST = "specialist"
    HEAD = "head"
    LEADER = "leader"
    CLERK = "clerk"
    CASHIER = "cashier"
    CONSULTANT = "consultant"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class CompanyRole(StrEnum):
    """What a person may do for the party (organisation or individual) that files."""

    OWNER = "owner"
    FILER = "filer"
    PAYER = "payer"
    VIEWER = "viewer"


class Machine(StrEnum):
    """Acts nobody takes by hand."""

    TIMER = "timer"
    GATEWAY = "gateway"
    ROUTER = "router"
    PORTAL = "portal"


Actor = Role | CompanyRole | Machine
