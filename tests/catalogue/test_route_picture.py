"""The picture of a route: nothing is lost, nothing overlaps, those before stand above those after."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.route_picture import WIDTH, Box, Station, draw, width_of, wrapped

NAMES = st.text(alphabet="abcdeghiklmnôơưấầ 建筑许可证", min_size=1, max_size=120).filter(str.strip)


@st.composite
def routes(draw_from: st.DrawFn) -> list[Station]:
    """Steps that each wait for some of the earlier ones."""
    count = draw_from(st.integers(1, 14))
    stations = []
    for number in range(count):
        earlier = draw_from(st.sets(st.integers(0, number - 1), max_size=4)) if number else set()
        stations.append(
            Station(
                code=f"s{number}",
                number=number + 1,
                name=draw_from(NAMES),
                who=draw_from(NAMES),
                limit="0,5 ngày làm việc",
                after=tuple(f"s{other}" for other in sorted(earlier)),
                conditional=draw_from(st.booleans()),
            )
        )
    return stations


def overlap(one: Box, other: Box) -> bool:
    apart = (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )
    return not apart


@given(routes())
def test_every_step_has_its_place_inside_the_picture(stations: list[Station]) -> None:
    picture = draw(stations)

    assert sorted(box.station.code for box in picture.boxes) == sorted(station.code for station in stations)
    assert all(box.x >= 0 and box.x + box.width <= WIDTH for box in picture.boxes)
    assert all(box.y >= 0 and box.y + box.height <= picture.height for box in picture.boxes)


@given(routes())
def test_no_two_steps_overlap(stations: list[Station]) -> None:
    assert not any(overlap(*pair) for pair in combinations(draw(stations).boxes, 2))


@given(routes())
def test_what_comes_before_stands_above(stations: list[Station]) -> None:
    boxes = {box.station.code: box for box in draw(stations).boxes}

    for station in stations:
        for earlier in station.after:
            assert boxes[earlier].y + boxes[earlier].height <= boxes[station.code].y


@given(routes())
def test_words_stay_inside_their_box(stations: list[Station]) -> None:
    for box in draw(stations).boxes:
        lines = (*box.names, *box.who)
        assert all(box.y < line.y < box.y + box.height for line in lines)
        broken = [line for line in box.who if " " in line.text.strip()]
        assert all(box.who_x + width_of(line.text, 12.5) <= box.x + box.width + 12.5 for line in broken)


@given(NAMES, st.integers(60, 600))
def test_wrapping_keeps_the_words_unless_there_are_too_many(text: str, room: int) -> None:
    lines = wrapped(text, room, 15, 100)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, 15) <= room or " " not in line.strip() for line in lines)


def test_a_circle_is_drawn_instead_of_looped_for_ever() -> None:
    one = Station(code="a", number=1, name="a", who="", limit="", after=("b",), conditional=False)
    other = Station(code="b", number=2, name="b", who="", limit="", after=("a",), conditional=False)

    assert len(draw([one, other]).boxes) == 2


def test_many_steps_at_once_share_one_frame() -> None:
    first = Station(code="a", number=1, name="a", who="", limit="", after=(), conditional=False)
    many = [
        Station(code=f"m{n}", number=n, name="m", who="", limit="", after=("a",), conditional=False)
        for n in range(2, 8)
    ]

    picture = draw([first, *many])

    assert len(picture.frames) == 1
    assert len(picture.ways) == 1
