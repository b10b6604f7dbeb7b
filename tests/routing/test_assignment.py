"""Who gets a step: pure choice."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from portal.routing.assignment import CONTINUITY_MINUTES, NOBODY, Candidate, Why, Wish, choose

DOSSIER = UUID(int=77)
LOADS = st.integers(min_value=0, max_value=5000)


def post(number: int) -> UUID:
    return UUID(int=1000 + number)


def candidate(number: int, load: int = 0, **more: object) -> Candidate:
    known: dict[str, object] = {"post_id": post(number), "person_id": UUID(int=number), "open_steps": load // 60}
    return Candidate(load=load, **{**known, **more})  # type: ignore[arg-type]


def wish(**more: object) -> Wish:
    return Wish(dossier_id=DOSSIER, expected=120, **more)  # type: ignore[arg-type]


@given(st.lists(LOADS, min_size=1, max_size=12), st.randoms())
def test_the_least_load_gets_it_in_whatever_order_they_come(loads: list[int], chance: object) -> None:
    people = [candidate(number, load) for number, load in enumerate(loads)]
    choice = choose(people, wish())
    chance.shuffle(people)  # type: ignore[attr-defined]

    assert choose(people, wish()) == choice
    assert choice.reasons["load"] == min(loads)
    assert choice.reasons["load_after"] == min(loads) + 120
    assert choice.reasons["candidates"] == len(loads)


def test_a_tie_does_not_always_go_to_the_same_person() -> None:
    people = [candidate(number) for number in range(4)]
    chosen = {choose(people, Wish(dossier_id=UUID(int=number), expected=1)).post_id for number in range(60)}
    assert chosen == {one.post_id for one in people}


def test_few_long_steps_weigh_more_than_many_short_ones() -> None:
    busy, many = candidate(1, 900, open_steps=1), candidate(2, 300, open_steps=20)
    assert choose([busy, many], wish()).post_id == many.post_id


def test_whoever_had_it_before_gets_it_again_though_others_have_less() -> None:
    choice = choose([candidate(1, 900), candidate(2, 0)], wish(earlier=post(1)))
    assert (choice.post_id, choice.why) == (post(1), Why.HAD_IT_BEFORE)


def test_whoever_knows_the_dossier_gets_a_later_step_on_a_tie_and_on_a_small_difference() -> None:
    for more in (0, CONTINUITY_MINUTES):
        choice = choose([candidate(1, 200 + more), candidate(2, 200)], wish(familiar=post(1)))
        assert (choice.post_id, choice.why) == (post(1), Why.KNOWS_IT)


def test_whoever_knows_the_dossier_but_has_clearly_more_to_do_does_not_get_it() -> None:
    choice = choose([candidate(1, 201 + CONTINUITY_MINUTES), candidate(2, 200)], wish(familiar=post(1)))
    assert (choice.post_id, choice.why) == (post(2), Why.LEAST_WORK)
    assert choose([candidate(1, 220), candidate(2, 200)], wish(familiar=post(1), leeway=10)).post_id == post(2)


def test_knowing_the_dossier_helps_nobody_who_is_away_in_conflict_or_must_not_check_it() -> None:
    for hindrance in ({"is_away": True}, {"has_conflict": True}, {"has_acted": True}):
        choice = choose([candidate(1, 0, **hindrance), candidate(2, 500)], wish(familiar=post(1)))
        assert (choice.post_id, choice.why) == (post(2), Why.LEAST_WORK)


@given(st.lists(LOADS, min_size=1, max_size=12), st.integers(min_value=0, max_value=11), LOADS)
def test_continuity_never_costs_more_than_the_leeway(loads: list[int], known: int, leeway: int) -> None:
    people = [candidate(number, load) for number, load in enumerate(loads)]

    choice = choose(people, wish(familiar=post(known), leeway=leeway))

    assert choice.reasons["load"] <= min(loads) + leeway
    assert (choice.why is Why.KNOWS_IT) == (known < len(loads) and loads[known] <= min(loads) + leeway)


def test_whoever_had_it_before_and_is_away_does_not() -> None:
    choice = choose([candidate(1, 0, is_away=True), candidate(2, 900)], wish(earlier=post(1)))
    assert (choice.post_id, choice.why) == (post(2), Why.LEAST_WORK)
    assert choice.reasons["away"] == 1


def test_one_who_is_away_and_stood_in_for_gets_it_only_where_nobody_is_there() -> None:
    away = candidate(1, 0, is_away=True, is_stood_in=True)
    assert choose([away, candidate(2, 900)], wish()).post_id == post(2)
    alone = choose([away, candidate(2, 900, has_conflict=True)], wish())
    assert (alone.post_id, alone.why) == (post(1), Why.STANDS_IN)


def test_a_language_is_preferred_a_skill_required() -> None:
    speaks = candidate(1, 900, skills=frozenset({"language:zh"}))
    mute = candidate(2, 0)
    assert choose([speaks, mute], wish(language="zh")).post_id == post(1)
    assert choose([mute], wish(language="zh")).post_id == post(2)
    assert choose([mute], wish(skills=frozenset({"đất lúa"}))).why is Why.NOBODY_SKILLED


def test_nobody_is_a_choice_with_a_reason() -> None:
    for people, why in (
        ([], Why.NOBODY_IN_ROLE),
        ([candidate(1, is_away=True)], Why.NOBODY_PRESENT),
        ([candidate(1, has_conflict=True)], Why.NOBODY_FREE_OF_CONFLICT),
        ([candidate(1, has_acted=True)], Why.NOBODY_FOR_TWO_PERSONS),
    ):
        choice = choose(people, wish())
        assert (choice.post_id, choice.why) == (None, why)
        assert choice.why.value in NOBODY


FLAGS = st.fixed_dictionaries({flag: st.booleans() for flag in ("is_away", "is_stood_in", "has_conflict", "has_acted")})


@given(st.lists(st.tuples(LOADS, FLAGS), max_size=8), st.none() | st.integers(min_value=0, max_value=7))
def test_nobody_is_ever_given_what_they_must_not_have(
    people: list[tuple[int, dict[str, bool]]], earlier: int | None
) -> None:
    found = [candidate(number, load, **flags) for number, (load, flags) in enumerate(people)]
    choice = choose(found, wish(earlier=None if earlier is None else post(earlier)))
    chosen = next((one for one in found if one.post_id == choice.post_id), None)
    if chosen is None:
        assert not any(not (one.is_away or one.has_conflict or one.has_acted) for one in found)
    else:
        assert not chosen.has_conflict
        assert not chosen.has_acted
        assert not chosen.is_away or chosen.is_stood_in
