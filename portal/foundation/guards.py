"""Who may enter a page. Every view declares it; a view without a guard fails the build and answers 403.

A guard opens the door of a page. What may be seen or done behind it is decided by the access policy of the
room whose thing it is (`dossiers.policy`).
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

V = TypeVar("V", bound=Callable[..., Any])


class Audience(enum.StrEnum):
    """Groups of people. The staff audiences carry the names of the roles."""

    SIGNED_IN = "signed_in"
    COMPANY = "company"
    STAFF = "staff"
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


class HasAudiences(Protocol):
    @property
    def audiences(self) -> frozenset[Audience]: ...


@dataclass(frozen=True, slots=True)
class Guard:
    """Open to everybody (`audiences` is None), or to the members of any of the audiences."""

    audiences: frozenset[Audience] | None

    @property
    def is_public(self) -> bool:
        return self.audiences is None

    def admits(self, viewer: HasAudiences | None) -> bool:
        if self.audiences is None:
            return True
        return viewer is not None and bool(self.audiences & viewer.audiences)


_ATTRIBUTE = "motcua_guard"


def public(view: V) -> V:
    """Declare that anybody may enter."""
    setattr(view, _ATTRIBUTE, Guard(None))
    return view


def open_to(*audiences: Audience) -> Callable[[V], V]:
    """Declare the audiences that may enter; being in one of them is enough."""

    def declare(view: V) -> V:
        setattr(view, _ATTRIBUTE, Guard(frozenset(audiences)))
        return view

    return declare


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """The guard the view declares, or None."""
    guard = getattr(view, _ATTRIBUTE, None)
    return guard if isinstance(guard, Guard) else None
