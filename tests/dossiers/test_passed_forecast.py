"""A forecast whose last day is over says so: it is later than nine of ten, and it was no promise."""

from datetime import date, timedelta

import flask
import pytest
from sqlalchemy.orm import Session

from portal.dossiers.actions import intake
from portal.dossiers.forecast import Forecast, forecast_of
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.facts import models
from portal.facts.models import FORECAST_SHARES, Method
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from tests.factories import world as worlds
from tests.factories.world import MONDAY

WORDS = {
    "vi": ("lẽ ra đã xong chậm nhất ngày", "lâu hơn chín trong mười"),
    "en": ("should have ended by", "later than nine of ten"),
    "zh": ("本应最迟于", "比十件类似办件中的九件更久"),
}


def test_a_range_that_has_passed_is_told_as_passed(session: Session) -> None:
    world = worlds.build(session)
    dossier = world.file("1.013225")
    route(session, dossier.id, now=MONDAY)
    intake.accept(session, dossier, viewer=world.viewer("service_centre", Role.ONE_STOP), now=MONDAY)
    days = [MONDAY + timedelta(days=number) for number in range(len(FORECAST_SHARES))]
    session.add(
        models.Forecast(
            dossier_id=dossier.id, version=dossier.version, method=Method.STANDING, made_at=MONDAY, n=40, quantiles=days
        )
    )
    session.flush()
    projected = replayed(dossier, history(session, dossier.id))

    def told(after: int) -> Forecast:
        now = MONDAY + timedelta(days=after)
        found = forecast_of(session, dossier, projected, code="1.013225", now=now)
        assert found is not None
        return found

    # Nine of ten had ended by the sixth of the seven moments, five days on.
    assert not told(5).has_passed
    late = told(6)
    assert late.has_passed
    assert late.others == ()
    assert late.latest_on == (MONDAY + timedelta(days=5)).date()

    # On the third day the ranges of 50 and 95 % begin no earlier than that day.
    first = MONDAY.date() + timedelta(days=3)
    assert told(3).others == (
        (0.5, first, (MONDAY + timedelta(days=4)).date()),
        (0.95, first, (MONDAY + timedelta(days=6)).date()),
    )


def test_the_range_is_told_with_the_narrower_and_the_wider_one(app: flask.Flask) -> None:
    days = date(2026, 3, 2), date(2026, 3, 6)
    forecast = Forecast(
        earliest_on=days[0],
        latest_on=days[1],
        chance=0.8,
        n=40,
        others=((0.5, *days), (0.95, days[0], date(2026, 3, 9))),
    )
    source = '{% from "macros/dates.html" import three_dates with context %}{{ three_dates(on, none, forecast) }}'
    with app.test_request_context("/en/"):
        text = flask.render_template_string(source, forecast=forecast, on=days[1])
        before = flask.render_template_string(source, forecast=None, on=None)

    assert "50% between 02/03/2026 and 06/03/2026<br>95% between 02/03/2026 and 09/03/2026" in text
    assert "made once the dossier is accepted" in before


@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_words_say_that_it_is_late_and_was_no_promise(app: flask.Flask, language: str) -> None:
    passed = Forecast(earliest_on=date(2026, 3, 2), latest_on=date(2026, 3, 6), chance=0.8, n=40, has_passed=True)
    source = '{% from "macros/dates.html" import three_dates with context %}{{ three_dates(none, none, forecast) }}'
    with app.test_request_context(f"/{language}/"):
        text = flask.render_template_string(source, forecast=passed)
    for words in WORDS[language]:
        assert words in text
