"""Whom the head can choose: who is away says until when, who has a conflict of interest cannot be chosen."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Absence, AbsenceKind, Person, Post
from portal.clock.zone import office_day
from portal.dossiers.models import DossierStep
from portal.routing.models import ConflictOfInterest
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.dossiers.pages import words
from tests.factories import people
from tests.fixtures.app import Browser
from tests.routing.conftest import Bureau, bureau

__all__ = ["bureau"]


@pytest.fixture
def head(bureau: Bureau, session: Session, client: Browser) -> Browser:
    post = session.scalars(
        sa.select(Post).where(Post.agency_id == bureau.agency.id, Post.role == Role.HEAD, Post.ended_at.is_(None))
    ).first()
    assert post is not None
    session.commit()
    people.sign_in(client, session.get_one(Person, post.person_id))
    return client


def test_whoever_is_away_is_marked_and_a_conflict_of_interest_is_named(
    bureau: Bureau, session: Session, head: Browser
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    holder = session.scalars(
        sa.select(DossierStep.post_id).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    ).one()
    away, conflicted = (one for one in bureau.specialists if one.id != holder)
    today = office_day(datetime.now(UTC))
    until = today + timedelta(days=3)
    session.add(
        Absence(
            person_id=away.person_id, kind=AbsenceKind.LEAVE, first_day=today, last_day=until,
            made_by=away.person_id, made_at=datetime.now(UTC),
        )
    )  # fmt: skip
    session.add(
        ConflictOfInterest(
            person_id=conflicted.person_id, party_id=dossier.party_id, reason="Người nhà",
            made_by=conflicted.person_id, made_at=datetime.now(UTC),
        )
    )  # fmt: skip
    session.commit()

    page = words(head.get(f"/desk/{dossier.code}"))

    names = {one.id: session.get_one(Person, one.person_id).name for one in (away, conflicted)}
    assert f"{names[away.id]} – vắng đến hết {until:%d/%m/%Y}" in page
    assert f"Không chọn được vì xung đột lợi ích với doanh nghiệp: {names[conflicted.id]}." in page
