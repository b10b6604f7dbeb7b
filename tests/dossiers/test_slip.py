"""The process-control slip: every step with its times, and the clock's ledger, for whoever may see the dossier."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.catalogue.queries import definition_of
from portal.clock.verdict import Closed
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import agency_names
from portal.dossiers.record import history
from portal.dossiers.slip import slip_of, visits_of
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from portal.workflow.replay import replay
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

LATER = MONDAY + timedelta(hours=1)


def accepted(session: Session) -> tuple[World, Dossier]:
    world = worlds.build(session, procedures=("1.013225",))
    dossier = world.file("1.013225")
    route(session, dossier.id, now=MONDAY)
    officer = world.viewer("service_centre", Role.ONE_STOP)
    intake.accept(session, dossier, viewer=officer, now=LATER)
    session.commit()
    return world, dossier


def test_the_steps_have_their_own_times_and_add_up_by_agency(session: Session) -> None:
    _, dossier = accepted(session)
    projected = replay(history(session, dossier.id), graph_of(dossier))
    steps, names = visits_of(session, dossier.id), agency_names(session)

    slip = slip_of(
        dossier, projected, steps, definition_of(dossier.procedure), names, "vi", now=LATER + timedelta(hours=1)
    )

    intake_row, *others = slip.rows
    assert intake_row.verdict is Closed.EARLY
    assert others
    assert all(row.verdict is None and row.share.agency_minutes == 60 for row in others)
    assert slip.whole.agency_minutes == 120
    assert slip.whole.applicant_minutes == 0
    assert len(dict(slip.agencies)) == len({row.agency for row in slip.rows})


def test_the_slip_names_the_limit_and_every_step_and_shuts_strangers_out(
    new_client: Callable[[], Browser], session: Session
) -> None:
    world, dossier = accepted(session)
    assert world.filer is not None
    filer, stranger = new_client(), new_client()
    people.sign_in(filer, world.filer)
    people.sign_in(stranger, people.filer(session))
    session.commit()

    page = filer.get(f"/dossiers/{dossier.code}/slip")

    assert page.status_code == 200
    assert "Phiếu kiểm soát" in page.text
    assert "Thời hạn: 20 ngày" in page.text
    assert "chưa được đối chiếu với văn bản" in page.text
    for step in definition_of(dossier.procedure).steps:
        if step.code in {visit.node_key for visit in visits_of(session, dossier.id)}:
            assert step.name.vi in page.text
    assert stranger.get(f"/dossiers/{dossier.code}/slip").status_code == 404
    printed = filer.get(f"/dossiers/{dossier.code}/slip.pdf")
    assert (printed.status_code, printed.mimetype, printed.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert f"/dossiers/{dossier.code}/slip.pdf" in page.text
    assert stranger.get(f"/dossiers/{dossier.code}/slip.pdf").status_code == 404
    assert f"/dossiers/{dossier.code}/slip" in filer.get(f"/dossiers/{dossier.code}").text
