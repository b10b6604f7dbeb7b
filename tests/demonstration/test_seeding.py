"""What the demonstration is made of: shares of procedures, their spread over time, answers that fit together."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from portal.accounts.models import PartyKind
from portal.catalogue.answers import read
from portal.catalogue.examples import valid_answers
from portal.catalogue.registers import definition_files, places, read_definition
from portal.demonstration.arriving import PROCEDURE, TRUCKS, Truck, consigned
from portal.demonstration.believable import LOGISTICS, PRODUCE, FiledFor, fitting_cases, wanted
from portal.demonstration.seeding import RECENT, RECENT_WEEKS, SHARES, _counts, _spread
from portal.desk.consignments import consignment_of

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.mark.parametrize("dossiers", [1, 7, 126, 127, 128, 1000])
def test_the_shares_are_kept_and_nothing_is_lost_by_rounding(dossiers: int) -> None:
    counts = _counts(dossiers)

    assert sum(counts.values()) == dossiers
    whole = sum(SHARES.values())
    assert all(abs(counts[code] - dossiers * share / whole) < 1 for code, share in SHARES.items())


def test_filings_come_in_order_and_a_quarter_of_them_of_late() -> None:
    since = NOW - timedelta(weeks=16)
    moments = [_spread(number / 100, since=since, now=NOW) for number in range(100)]

    assert moments == sorted(moments)
    assert since == moments[0]
    recent = [moment for moment in moments if moment >= NOW - timedelta(weeks=RECENT_WEEKS)]
    assert len(recent) == round(100 * RECENT)


def test_a_procedure_younger_than_the_story_begins_with_its_law() -> None:
    since = NOW - timedelta(weeks=1)

    assert since <= _spread(0.0, since=since, now=NOW) <= _spread(0.999, since=since, now=NOW) <= NOW


@pytest.mark.parametrize("code", SHARES)
def test_believable_answers_pass_the_form_of_their_procedure(code: str) -> None:
    file = next(path for path in definition_files() if path.stem == code)
    definition = read_definition(file)
    for case in definition.cases:
        for seed in range(5):
            given = wanted(code, case.code, Random(seed))
            day = date(2026, 11, 23)
            typed = valid_answers(definition, case.code, places=places(), day=day, seed=seed, wanted=given)
            assert not read(definition, case.code, typed, places=places()).problems


@pytest.mark.parametrize("truck", TRUCKS, ids=lambda truck: truck.plate)
def test_every_truck_on_its_way_passes_the_form_and_is_a_consignment_of_the_lane(truck: Truck) -> None:
    definition = read_definition(next(path for path in definition_files() if path.stem == PROCEDURE))
    day = date(2026, 11, 23)
    for case in definition.cases:
        typed = valid_answers(definition, case.code, places=places(), day=day, seed=3, wanted=consigned(truck, day))
        reading = read(definition, case.code, typed, places=places())
        assert not reading.problems
        found = consignment_of(reading.answers)
        assert found is not None
        assert (found.plate, found.gate) == (truck.plate, truck.gate)
        assert found.day >= day


def test_the_storeys_of_a_building_add_up_and_stand_on_their_plot() -> None:
    for seed in range(20):
        sizes = wanted("1.013225", "works", Random(seed))
        footprint, floors = Decimal(str(sizes["footprint"])), Decimal(str(sizes["floor_area"]))
        assert footprint < Decimal(str(sizes["plot_area"]))
        assert floors == footprint * Decimal(str(sizes["storeys"]))


def test_houses_are_filed_by_people_and_works_by_companies() -> None:
    definition = read_definition(next(path for path in definition_files() if path.stem == "1.013225"))

    assert fitting_cases(definition, PartyKind.INDIVIDUAL) == ["house"]
    assert fitting_cases(definition, PartyKind.ORGANISATION) == ["works"]


@pytest.mark.parametrize("code", [code for code in SHARES if code != "1.013225"])
def test_what_is_for_companies_alone_has_cases_for_them(code: str) -> None:
    definition = read_definition(next(path for path in definition_files() if path.stem == code))

    assert fitting_cases(definition, PartyKind.ORGANISATION) == [case.code for case in definition.cases]


def test_a_house_bears_the_name_of_its_family_and_works_are_what_the_company_builds() -> None:
    house = wanted("1.013225", "house", Random(1), FiledFor(name="Nông Thị Hạnh"))
    built = {
        str(wanted("1.013225", "works", Random(seed), FiledFor(name="X", trade=trade))["works_name"]).rstrip(
            "0123456789 "
        )
        for trade in (LOGISTICS, PRODUCE)
        for seed in range(30)
    }

    assert house["works_name"] == "Nhà ở gia đình Nông Thị Hạnh"
    assert house["owner_kind"] == "person"
    assert len(built) == len(LOGISTICS.works) + len(PRODUCE.works)
