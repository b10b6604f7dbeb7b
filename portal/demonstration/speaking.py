"""What people of the demonstration say to the offices: ratings, feedback, a complaint, messages.

Arranged when the story has been told, so that no page is empty. Each goes through the real verbs, at its own moment.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.accounts.viewer import Viewer
from portal.demonstration.cast import Cast
from portal.dossiers.actions import messages, withdrawal
from portal.dossiers.models import Dossier
from portal.dossiers.queries import locked
from portal.foundation.packaged import office_calendar
from portal.hearing import actions
from portal.hearing.models import MatterAbout, MatterKind
from portal.workflow.lifecycle import Outcome, Role, State

RATED = 24
"""So many of the latest received results are rated."""
SCORES = (5, 4, 5, 5, 3, 4, 5, 2)
PRAISE = {5: "Nhanh, hướng dẫn rõ.", 4: "", 3: "Phải bổ sung giấy tờ đã nộp lần trước.", 2: "Chờ lâu hơn dự báo."}
MINUTES_TO_RATE = 90

FEEDBACK = (
    (12, MatterAbout.RULES, "Tờ khai hỏi lại số giấy chứng nhận đã có trong hồ sơ lần trước. Đề nghị bỏ câu hỏi này.",
     "Cảm ơn ý kiến. Từ nay tờ khai tự điền số này từ hồ sơ trước; người nộp chỉ kiểm tra lại."),
    (8, MatterAbout.CONDUCT, "Gọi ba lần mới có người nghe máy.",
     "Xin lỗi vì sự chậm trễ. Bộ phận một cửa đã thêm một máy trực trong giờ làm việc."),
    (1, MatterAbout.RULES, "Đề nghị nói rõ khi nào cần văn bản thẩm duyệt phòng cháy.", ""),
)  # fmt: skip
"""How many days ago, what about, the words, the answer (none yet: it waits)."""
COMPLAINT = "Quyết định từ chối chưa xét bản đồ quy hoạch mới công bố tháng trước. Đề nghị xem xét lại."
TALK = (
    (True, "Xin hỏi đoàn kiểm tra thực địa đến buổi sáng hay buổi chiều để công ty cử người đón?"),
    (False, "Đoàn đến vào buổi sáng, khoảng 9 giờ. Nhờ công ty chuẩn bị bản vẽ mặt bằng."),
    (True, "Cảm ơn, chúng tôi sẽ có mặt."),
)
"""Messages on an open dossier: from the filer or not, the words."""
TAKEN_BACK = "Công ty đổi vị trí xây dựng, sẽ nộp hồ sơ mới."


def speak(session: Session, cast: Cast, *, now: datetime) -> None:
    """Let people rate, complain, ask and take back; as far as there are dossiers for it."""
    filers = {party.id: viewer for party, viewer in (*cast.companies, *cast.residents)}
    _rate(session, filers, now=now)
    _give_feedback(session, cast, now=now)
    _complain(session, filers, now=now)
    _talk(session, cast, filers, now=now)


def _rate(session: Session, filers: Mapping[UUID, Viewer], *, now: datetime) -> None:
    found = session.scalars(
        sa.select(Dossier.id)
        .where(Dossier.state == State.RETURNED, Dossier.party_id.in_(filers))
        .order_by(Dossier.ended_at.desc(), Dossier.id)
        .limit(RATED)
    ).all()
    for number, dossier_id in enumerate(found):
        dossier = locked(session, dossier_id)
        if dossier is None or dossier.ended_at is None:
            continue
        at = office_calendar().add_working_minutes(dossier.ended_at, MINUTES_TO_RATE)
        score = SCORES[number % len(SCORES)]
        if at < now:
            words = PRAISE[score]
            actions.rate(session, dossier, score=score, words=words, viewer=filers[dossier.party_id], now=at)


def _give_feedback(session: Session, cast: Cast, *, now: datetime) -> None:
    agency = session.scalars(sa.select(Agency).where(Agency.is_intake)).first()
    if agency is None:
        return
    answerer = cast.officers.get((agency.key, Role.HEAD)) or cast.officers.get((agency.key, Role.LEADER))
    for number, (days_ago, about, words, reply) in enumerate(FEEDBACK):
        _, person = cast.companies[number % len(cast.companies)]
        raised = office_calendar().add_working_minutes(now - timedelta(days=days_ago), number * 30)
        matter = actions.raise_matter(
            session, MatterKind.FEEDBACK, words, viewer=person, now=min(raised, now), agency_id=agency.id, about=about
        )
        answered = office_calendar().add_working_minutes(raised, 2 * 480)
        if reply and answerer is not None and answered < now:
            actions.answer(session, matter, reply, refused=False, viewer=answerer, now=answered)
            actions.publish(session, matter, viewer=answerer, now=answered)


def _complain(session: Session, filers: Mapping[UUID, Viewer], *, now: datetime) -> None:
    """The latest refusal is appealed against."""
    refused = (Dossier.outcome == Outcome.REFUSED, Dossier.state.in_((State.SETTLED, State.RETURNED)))
    dossier_id = session.scalar(
        sa.select(Dossier.id)
        .where(*refused, Dossier.party_id.in_(filers))
        .order_by(Dossier.settled_at.desc(), Dossier.id)
        .limit(1)
    )
    dossier = None if dossier_id is None else locked(session, dossier_id)
    if dossier is not None:
        viewer = filers[dossier.party_id]
        actions.raise_matter(session, MatterKind.COMPLAINT, COMPLAINT, viewer=viewer, now=now, dossier=dossier)


def _talk(session: Session, cast: Cast, filers: Mapping[UUID, Viewer], *, now: datetime) -> None:
    """A talk on the newest open dossier of each company, and the one after it is being taken back."""
    keys = {agency.id: agency.key for agency in session.scalars(sa.select(Agency))}
    for party, _ in cast.companies:
        found = session.scalars(
            sa.select(Dossier.id)
            .where(Dossier.state == State.IN_PROGRESS, Dossier.party_id == party.id)
            .order_by(Dossier.filed_at.desc(), Dossier.id)
            .limit(2)
        ).all()
        for place, dossier_id in enumerate(found):
            dossier = locked(session, dossier_id)
            if dossier is None or dossier.agency_id is None:
                continue
            head = cast.officers.get((keys[dossier.agency_id], Role.HEAD))
            if place == 0 and head is not None:
                for is_filer, words in TALK:
                    speaker = filers[party.id] if is_filer else head
                    messages.write(session, dossier, words, viewer=speaker, as_office=not is_filer, now=now)
            elif place == 1 and party is cast.companies[0][0]:
                withdrawal.withdraw(session, dossier, viewer=filers[party.id], reason=TAKEN_BACK, now=now)
