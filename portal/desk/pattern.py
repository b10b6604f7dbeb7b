"""The pattern of somebody's posts: which roles in how many agencies, without saying which.

Putting a statement together costs more than running it, and what the queue asks depends only on this pattern. So
statements are made once for each pattern, with parameters in the place of posts and agencies; `parameters` gives
the values for one viewer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal.accounts.viewer import Viewer
from portal.workflow.lifecycle import Role

KEPT = 256
"""Patterns that are remembered. There are about as many as ways of combining roles in one person."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatternPost:
    """A post of the pattern; its identifiers are parameters."""

    id: sa.BindParameter[UUID]
    agency_id: sa.BindParameter[UUID]
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """One pattern is one object: statements are remembered by it."""

    posts: Sequence[PatternPost]


def pattern_of(viewer: Viewer) -> Pattern:
    """The pattern of the viewer's posts, in the order they are held."""
    agencies = _agencies(viewer)
    return _pattern(tuple((agencies.index(post.agency_id), post.role) for post in viewer.posts))


def parameters(viewer: Viewer) -> dict[str, Any]:
    """The values of the parameters of the viewer's pattern."""
    values: dict[str, Any] = {f"agency_{number}": agency for number, agency in enumerate(_agencies(viewer))}
    values.update((f"post_{number}", post.id) for number, post in enumerate(viewer.posts))
    return values


def _agencies(viewer: Viewer) -> list[UUID]:
    return list(dict.fromkeys(post.agency_id for post in viewer.posts))


@lru_cache(maxsize=KEPT)
def _pattern(shape: tuple[tuple[int, Role], ...]) -> Pattern:
    agencies = {number: sa.bindparam(f"agency_{number}", type_=sa.Uuid()) for number, _ in shape}
    return Pattern(
        posts=tuple(
            PatternPost(id=sa.bindparam(f"post_{place}", type_=sa.Uuid()), agency_id=agencies[number], role=role)
            for place, (number, role) in enumerate(shape)
        )
    )
