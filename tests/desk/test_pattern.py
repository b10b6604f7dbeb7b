"""Statements of the queue are made once for each pattern of posts."""

from uuid import UUID, uuid4

from portal.accounts.viewer import HeldPost, Viewer
from portal.desk.pattern import parameters, pattern_of
from portal.desk.tabs import tabs_of
from portal.workflow.lifecycle import Role


def _officer(*held: tuple[UUID, Role]) -> Viewer:
    posts = tuple(
        HeldPost(id=uuid4(), agency_id=agency, agency_key="a", agency_names={}, role=role) for agency, role in held
    )
    return Viewer(person_id=uuid4(), name="Cán bộ", email="x@example.vn", language="vi", sign_in_key="k", posts=posts)


def test_officers_of_different_agencies_with_the_same_roles_share_one_pattern() -> None:
    one, other = _officer((uuid4(), Role.HEAD)), _officer((uuid4(), Role.HEAD))
    assert pattern_of(one) is pattern_of(other)
    assert tabs_of(one) is tabs_of(other)
    assert parameters(one) != parameters(other)


def test_two_roles_in_one_agency_are_another_pattern_than_in_two() -> None:
    agency = uuid4()
    same = _officer((agency, Role.HEAD), (agency, Role.LEADER))
    different = _officer((agency, Role.HEAD), (uuid4(), Role.LEADER))
    assert pattern_of(same) is not pattern_of(different)
    assert set(parameters(same)) == {"agency_0", "post_0", "post_1"}
    assert set(parameters(different)) == {"agency_0", "agency_1", "post_0", "post_1"}


def test_each_parameter_stands_for_the_post_and_agency_of_its_place() -> None:
    viewer = _officer((uuid4(), Role.SPECIALIST), (uuid4(), Role.CLERK))
    values = parameters(viewer)
    for held, pattern in zip(viewer.posts, pattern_of(viewer).posts, strict=True):
        assert values[pattern.id.key] == held.id
        assert values[pattern.agency_id.key] == held.agency_id
        assert pattern.role is held.role
