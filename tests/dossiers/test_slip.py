"""The process-control slip: every step with its times, and the clock's ledger, for whoever may see the dossier."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.catalogue.queries import definition_of
from portal.clock.verdict import Closed
from portal.dossiers.actions import intake, supplement
from portal.dossiers.actions.supplement import Item
from portal.dossiers.following import clock_of
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import agency_names, texts_of
from portal.dossiers.record import Happening, history, record
from portal.dossiers.replaying import replayed
from portal.dossiers.slip import slip_of, visits_of
from portal.dossiers.slip_form import control_slip
from portal.dossiers.writing import Writer
from portal.letters.contents import ControlSlip
from portal.routing.actions import route
from portal.workflow.events import EventKind
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


def slip_of_today(session: Session, dossier: Dossier, *, now: datetime) -> ControlSlip:
    """Form 06 as it is printed at this moment."""
    events = history(session, dossier.id)
    projected, names = replayed(dossier, events), agency_names(session)
    definition, visits = definition_of(dossier.procedure), visits_of(session, dossier.id)
    slip = slip_of(dossier, projected, visits, definition, names, "vi", now=now, events=events)
    clock = clock_of(dossier, projected, events=events, now=now)
    writer, texts = Writer(session, dossier, verification_url="x"), texts_of(session, dossier.id)
    return control_slip(writer, slip, projected, clock, texts=texts, now=now)


def test_form_06_says_since_when_the_clock_stands_and_prints_no_date_as_if_it_held(session: Session) -> None:
    world, dossier = accepted(session)
    head, asked_at = world.holder(dossier.agency_id, Role.HEAD), LATER + timedelta(hours=1)
    item = Item(kind="other", key="", what_is_wrong="Thiếu bản vẽ")
    supplement.draft_request(session, dossier, [item], reason="", legal_ground="", viewer=head, now=asked_at)
    session.commit()
    before = dossier.promised_due_at
    assert before is not None

    form = slip_of_today(session, dossier, now=asked_at + timedelta(days=7))

    done, *at_work = form.handovers
    assert form.stopped_since == asked_at
    assert form.promised_at > before
    assert "tạm dừng từ" in form.notes[0].vi
    assert (done.giver, done.done_at, done.note) == ("Người nộp hồ sơ", LATER, None)
    for row in at_work:
        assert row.giver == done.receiver
        assert row.receiver
        assert (row.done_at, row.due_at, row.result) == (None, None, None)
        assert row.note is not None
        assert row.note.vi == "Dừng tính hạn từ 02/03/2026"


def test_form_06_states_every_stop_with_its_days_and_every_column_means_one_thing(session: Session) -> None:
    world, dossier = accepted(session)
    head, asked_at = world.holder(dossier.agency_id, Role.HEAD), LATER + timedelta(hours=1)
    item = Item(kind="other", key="", what_is_wrong="Thiếu bản vẽ")
    supplement.draft_request(
        session, dossier, [item], reason="", legal_ground="Điều 9 Thông tư 1", viewer=head, now=asked_at
    )
    answered = Happening(kind=EventKind.SUPPLEMENT_ANSWERED)
    record(session, dossier, [answered], actor=None, now=asked_at + timedelta(days=8))
    session.commit()

    form = slip_of_today(session, dossier, now=asked_at + timedelta(days=9))

    (stop, *others) = form.notes
    assert form.stopped_since is None
    assert all(one in stop.vi for one in ("02/03/2026", "10/03/2026", "Điều 9 Thông tư 1", "8 ngày"))
    assert all("Tạm dừng" not in one.vi for one in others)
    assert form.promised_at == dossier.promised_due_at
    assert all(row.received_at <= (row.done_at or asked_at) for row in form.handovers)
    assert {row.note.vi for row in form.handovers if row.note} == {"Dừng tính hạn 02/03/2026–10/03/2026"}
