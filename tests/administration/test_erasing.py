"""The real erasing: by the rules in force only, never what is on hold, and bytes only when no row names them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import AuditRow, Consent, OutsideIdentity
from portal.administration.actions import erasing, holds
from portal.administration.models import Kept, RetentionRule
from portal.administration.queries import retention
from portal.attachments.models import Attachment, CopyKind
from portal.desk.models import Batch, InternalNote, ManyAct
from portal.dossiers.actions import withdrawal
from portal.dossiers.models import Dossier, DossierAnswers, DossierEvent, Draft, EventText
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.foundation.database import Base
from portal.foundation.errors import Invalid, Refused
from portal.foundation.outbox import Job, OutboxRow
from portal.foundation.search import search_key
from portal.foundation.storage import Storage
from portal.letters.models import Handout
from portal.notices.models import Notice
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

NOW = MONDAY + timedelta(days=4000)
LONG_AGO = MONDAY


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


def in_force(session: Session, subject: Kept, *, days: int = 3650) -> None:
    rule = session.get_one(RetentionRule, subject)
    rule.is_in_force, rule.keep_days = True, days
    session.flush()


def ended(world: World) -> Dossier:
    """Withdrawn in its year, and looked at ten years later."""
    dossier = world.file("1.013225")
    withdrawal.withdraw(world.session, dossier, viewer=world.company_viewer, reason="", now=MONDAY)
    world.session.flush()
    return dossier


def answers_of(session: Session, dossier: Dossier) -> list[dict[str, object]]:
    session.expire_all()
    return list(session.scalars(sa.select(DossierAnswers.answers).where(DossierAnswers.dossier_id == dossier.id)))


def test_a_rule_that_is_not_in_force_erases_nothing(session: Session, world: World) -> None:
    dossier = ended(world)
    assert erasing.erase(session, Kept.ANSWERS, now=NOW).rows == 0
    assert answers_of(session, dossier)[0]


def test_answers_and_files_go_and_the_record_of_events_stays(session: Session, world: World) -> None:
    dossier, open_one = ended(world), world.file("1.013225", seed=5)
    in_force(session, Kept.ANSWERS)
    keys = set(session.scalars(sa.select(Attachment.storage_key).where(Attachment.dossier_id == dossier.id)))
    events = session.scalar(sa.select(sa.func.count()).where(DossierEvent.dossier_id == dossier.id))
    assert retention.dry_run(session, now=NOW)[-1].now == 1

    erased = erasing.erase(session, Kept.ANSWERS, now=NOW)

    assert (erased.rows, erased.files) == (1, len(keys))
    assert answers_of(session, dossier) == [{}]
    assert answers_of(session, open_one)[0]
    assert session.scalar(sa.select(sa.func.count()).where(Attachment.dossier_id == dossier.id)) == 0
    assert session.scalar(sa.select(sa.func.count()).where(DossierEvent.dossier_id == dossier.id)) == events
    row = session.scalars(sa.select(AuditRow).where(AuditRow.verb == "administration.erase")).one()
    assert row.actor_id is None
    assert (row.after or {})["rows"] == 1
    jobs = session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == Job.ERASE_FILES.value)).all()
    assert {key for job in jobs for key in job.payload["keys"]} == keys
    assert erasing.erase(session, Kept.ANSWERS, now=NOW).rows == 0, "what is erased is not erased again"
    assert retention.dry_run(session, now=NOW)[-1].now == 0


def test_what_is_on_hold_stays_until_the_hold_is_lifted(session: Session, world: World) -> None:
    dossier, by = ended(world), people.officer(session, world.agencies["construction"], Role.ADMINISTRATOR)
    session.add(
        Notice(person_id=dossier.filer_id, dossier_id=dossier.id, kind="accepted", params={}, created_at=LONG_AGO)
    )
    for subject in (Kept.ANSWERS, Kept.NOTICES):
        in_force(session, subject)
    held = holds.hold(session, dossier.code, reason="Khiếu nại số 5", by=by.id, now=NOW)
    with pytest.raises(Invalid):
        holds.hold(session, dossier.code, reason="lần nữa", by=by.id, now=NOW)
    assert [erasing.erase(session, one, now=NOW).rows for one in (Kept.ANSWERS, Kept.NOTICES)] == [0, 0]
    assert retention.dry_run(session, now=NOW)[-1].held == 1
    holds.lift(session, held.id, by=by.id, now=NOW)
    with pytest.raises(Refused):
        holds.lift(session, held.id, by=by.id, now=NOW)
    assert [erasing.erase(session, one, now=NOW).rows for one in (Kept.ANSWERS, Kept.NOTICES)] == [1, 3]
    verbs = session.scalars(sa.select(AuditRow.verb).where(AuditRow.thing == f"dossier:{dossier.code}")).all()
    assert {"administration.hold", "administration.lift_hold"} <= set(verbs)


def test_bytes_that_another_file_still_names_stay(session: Session, world: World) -> None:
    storage = Storage.at("memory://")
    first, second = session.scalars(
        sa.select(Attachment).where(Attachment.dossier_id == ended(world).id).limit(2)
    ).all()
    second.storage_key = "uploads/shared"
    other = world.draft("1.013225", seed=7)
    third = session.scalars(sa.select(Attachment).where(Attachment.draft_id == other.id).limit(1)).one()
    third.storage_key, third.taken_from = "uploads/shared", second.id
    only, shared = first.storage_key, second.storage_key
    for key in (only, shared):
        storage.put(key, b"%PDF")
    in_force(session, Kept.ANSWERS)
    erasing.erase(session, Kept.ANSWERS, now=NOW)
    assert erasing.delete_bytes(session, storage, [only, shared]) == 1
    assert (storage.has(only), storage.has(shared)) == (False, True)
    assert erasing.delete_bytes(session, storage, [only, shared]) == 1, "deleting twice is deleting once"
    session.expire_all()
    assert session.get_one(Attachment, third.id).taken_from is None


def test_a_draft_nobody_goes_on_with_goes_with_its_files(session: Session, world: World) -> None:
    old, new = world.draft("1.013225", seed=3), world.draft("1.013225", seed=4)
    new.updated_at = NOW
    session.flush()
    in_force(session, Kept.DRAFTS, days=365)
    erased = erasing.erase(session, Kept.DRAFTS, now=NOW)
    assert erased.rows == 1
    assert erased.files > 0
    assert set(session.scalars(sa.select(Draft.id).where(Draft.id.in_([old.id, new.id])))) == {new.id}


def test_a_dossier_whose_answers_are_gone_can_still_be_followed(office: Office, world: World) -> None:
    dossier = ended(world)
    in_force(office.session, Kept.ANSWERS)
    erasing.erase(office.session, Kept.ANSWERS, now=NOW)
    office.session.commit()
    assert world.filer is not None
    owner = office.browser.application.test_client()
    people.sign_in(owner, world.filer)
    assert owner.get(f"/dossiers/{dossier.code}").status_code == 200


def test_administrators_hold_and_lift_on_the_page_and_auditors_look(office: Office, world: World) -> None:
    dossier = ended(world)
    office.session.commit()
    unknown = office.browser.post("/administration/retention/holds", data={"code": "H0", "reason": "Kiện"})
    assert unknown.status_code == 422
    assert "Không có hồ sơ mang mã này." in unknown.text
    done = office.browser.post("/administration/retention/holds", data={"code": dossier.code, "reason": "Kiện"})
    assert done.status_code == 303
    held = retention.holds(office.session)[0][0]
    page = office.browser.get("/administration/retention").text
    assert dossier.code in page
    assert office.browser.post(f"/administration/retention/holds/{held.id}/lift").status_code == 303
    auditor = people.officer(office.session, office.other, Role.AUDITOR)
    office.session.commit()
    other = office.browser.application.test_client()
    people.sign_in(other, auditor)
    assert other.get("/administration/retention").status_code == 200
    assert other.post(f"/administration/retention/holds/{held.id}/lift").status_code == 403


def test_what_officers_wrote_about_it_goes_too_and_the_chain_still_holds(session: Session, world: World) -> None:
    dossier = world.file("1.013225")
    withdrawal.withdraw(session, dossier, viewer=world.company_viewer, reason="Bán nhà của tôi rồi", now=MONDAY)
    officer = world.viewer("service_centre", Role.ONE_STOP).posts[0].id
    session.add(InternalNote(dossier_id=dossier.id, post_id=officer, words="Chủ nhà hay gọi", written_at=MONDAY))
    session.add(
        Handout(
            dossier_id=dossier.id, dossier_version=1, node_key="sign", post_id=officer, outcome="granted", reason="",
            token="t", signed_bytes=b"x", storage_key="signed/handouts/x.pdf", sha256="0", made_at=MONDAY,
        )
    )  # fmt: skip
    session.flush()
    version, party = dossier.version, dossier.party.name
    assert dossier.subject
    assert session.scalar(sa.select(sa.func.count()).where(EventText.dossier_id == dossier.id))
    in_force(session, Kept.ANSWERS)

    erasing.erase(session, Kept.ANSWERS, now=NOW)

    session.expire_all()
    assert (dossier.subject, dossier.version) == ("", version)
    assert dossier.search_key == search_key(dossier.code, party, world.company.tax_code if world.company else None)
    for table in (EventText, InternalNote, Handout):
        assert not session.scalar(sa.select(sa.func.count()).where(table.dossier_id == dossier.id)), table
    draft = session.scalars(sa.select(Draft).where(Draft.client_key == dossier.client_key)).one()
    assert draft.answers == {}
    keys = [
        key
        for job in session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == Job.ERASE_FILES.value))
        for key in job.payload["keys"]
    ]
    assert "signed/handouts/x.pdf" in keys
    known = session.scalars(
        sa.select(Dossier).where(Dossier.id == dossier.id).options(joinedload(Dossier.procedure))
    ).one()
    assert replayed(known, history(session, dossier.id)).version == version
    assert retention.dry_run(session, now=NOW)[-1].now == 0


def test_notes_of_batches_papers_of_registrations_and_closed_accounts(session: Session, world: World) -> None:
    assert world.company is not None
    officer = world.viewer("service_centre", Role.ONE_STOP)
    batch = Batch(
        act=next(iter(ManyAct)), person_id=officer.person_id, note="Gửi cho bà Lan", made_at=MONDAY, started_at=MONDAY,
        ended_at=MONDAY,
    )  # fmt: skip
    session.add(batch)
    paper = Attachment(
        party_id=world.company.id, document_key="certificate", filename="a.pdf", media_type="application/pdf",
        size_bytes=4, sha256="0" * 64, storage_key="uploads/certificate", copy_kind=CopyKind.COPY,
        uploaded_by=officer.person_id, uploaded_at=MONDAY,
    )  # fmt: skip
    session.add(paper)
    gone = people.officer(session, world.agencies["construction"], Role.HEAD)
    gone.disabled_at, gone.phone = MONDAY, "0912345678"
    session.add(OutsideIdentity(person_id=gone.id, issuer="i", subject="s", known_as="x", linked_at=MONDAY))
    session.add(Consent(person_id=gone.id, purpose="news", wording=1, given_at=MONDAY))
    open_one = people.officer(session, world.agencies["construction"], Role.CLERK)
    session.add(Consent(person_id=open_one.id, purpose="news", wording=1, given_at=MONDAY))
    session.flush()
    subjects = (Kept.BATCH_NOTES, Kept.REGISTRATION_PAPERS, Kept.CLOSED_ACCOUNTS)
    for subject in subjects:
        in_force(session, subject, days=100)
    soon = {run.rule.subject: run.now for run in retention.dry_run(session, now=NOW)}
    assert [soon[subject] for subject in subjects] == [1, 1, 1]

    assert [erasing.erase(session, subject, now=NOW).rows for subject in subjects] == [1, 1, 1]

    session.expire_all()
    assert batch.note == ""
    assert session.get(Attachment, paper.id) is None
    assert (gone.phone, gone.one_time_secret) == (None, None)
    assert gone.name
    assert session.scalars(sa.select(Consent.person_id)).all() == [open_one.id]
    assert not session.scalar(sa.select(sa.func.count()).select_from(OutsideIdentity))
    assert [erasing.erase(session, subject, now=NOW).rows for subject in subjects] == [0, 0, 0]


def test_the_rows_of_rooms_beside_this_one_are_named_as_they_are() -> None:
    for table in (retention.BATCHES, erasing.INTERNAL_NOTES):
        assert set(table.c.keys()) <= set(Base.metadata.tables[table.name].c.keys())
