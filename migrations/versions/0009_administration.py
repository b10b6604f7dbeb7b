"""The office is run in the browser: agencies, invitations, lost factors, reasons, outages, retention, sign-in log."""

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.foundation.search import search_key

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)

REASONS = (
    ("document", "unreadable", "Bản chụp mờ, không đọc được; đề nghị nộp lại bản rõ.", "The copy cannot be read; send a clear one.", "扫描件模糊，无法辨认，请重新提交清晰件。"),
    ("document", "pages_missing", "Thiếu trang; đề nghị nộp đủ các trang.", "Pages are missing; send the whole document.", "缺页，请提交完整文件。"),
    ("document", "wrong_document", "Không phải giấy tờ được yêu cầu; đề nghị nộp đúng giấy tờ.", "This is not the document asked for; send the right one.", "所交并非要求的文件，请提交正确文件。"),
    ("document", "wrong_form", "Không đúng mẫu quy định; đề nghị lập lại theo mẫu.", "Not on the prescribed form; write it again on the form.", "未使用规定格式，请按规定格式重新填写。"),
    ("document", "not_signed", "Chưa ký hoặc chưa đóng dấu; đề nghị ký, đóng dấu rồi nộp lại.", "Not signed or stamped; sign and stamp it, then send it again.", "未签字或盖章，请签字盖章后重新提交。"),
    ("document", "expired", "Đã hết hiệu lực; đề nghị nộp bản còn hiệu lực.", "No longer valid; send one that is in force.", "已失效，请提交有效文件。"),
    ("document", "contradicts", "Nội dung chưa khớp với tờ khai; đề nghị kiểm tra và nộp lại.", "It does not agree with the declaration; check and send it again.", "内容与申报表不一致，请核对后重新提交。"),
    ("field", "contradicts", "Chưa khớp với giấy tờ kèm theo; đề nghị kiểm tra lại.", "It does not agree with the documents; check it.", "与所附文件不一致，请核对。"),
    ("field", "incomplete", "Thông tin chưa đầy đủ; đề nghị ghi đủ.", "The answer is not complete; complete it.", "信息不完整，请补充完整。"),
    ("field", "not_allowed", "Chưa phù hợp quy định; đề nghị điều chỉnh.", "Not in keeping with the rules; change it.", "不符合规定，请调整。"),
    ("field", "unclear", "Chưa rõ; đề nghị giải thích hoặc ghi lại cho rõ.", "Not clear; explain it or write it more clearly.", "表述不清，请说明或重新填写。"),
    ("refusal", "not_in_scope", "Hồ sơ không thuộc phạm vi giải quyết của thủ tục này.", "The matter does not fall under this procedure.", "所申请事项不属于本手续的办理范围。"),
    ("refusal", "wrong_authority", "Hồ sơ không thuộc thẩm quyền giải quyết của cơ quan này.", "This authority is not competent for the matter.", "所申请事项不属于本机关的管辖权限。"),
    ("refusal", "not_entitled", "Người nộp hồ sơ không thuộc đối tượng thực hiện thủ tục.", "The applicant is not among those this procedure is for.", "申请人不属于本手续的办理对象。"),
)
RULES = (
    ("drafts", 365, "Decided by the house: a draft nobody has touched for a year"),
    ("notices", 730, "Decided by the house"),
    ("sign_in_log", 365, "OWASP ASVS 5.0, 16.2; decided by the house"),
    ("ended_sign_ins", 90, "Decided by the house"),
    ("answers", 3650, "Luật Lưu trữ 33/2024/QH15; period to be confirmed by the province's archive"),
)


def instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, INSTANT, nullable=nullable)


def ref(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=nullable)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def upgrade() -> None:
    _agencies_and_people()
    _entrance()
    _records()
    for name, columns in (("actor", ["actor_id", "id"]), ("verb", ["verb", "id"]), ("at", ["at"])):
        op.create_index(f"ix_audit_rows_{name}", "audit_rows", columns)


def _agencies_and_people() -> None:
    for name in ("address", "phone", "email"):
        op.add_column("agencies", sa.Column(name, sa.String(), nullable=True))
    op.add_column("agencies", instant("closed_at", nullable=True))
    op.add_column("agencies", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.add_column("agencies", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_foreign_key("fk_agencies_successor_id", "agencies", "agencies", ["successor_id"], ["id"])
    op.add_column("posts", sa.Column("until", sa.Date(), nullable=True))
    op.add_column("people", sa.Column("found_by", sa.String(), server_default="", nullable=False))
    people = sa.table("people", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("email"), sa.column("found_by"))
    connection = op.get_bind()
    known = connection.execute(sa.select(people.c.id, people.c.name, people.c.email)).all()
    rows = [{"person": row.id, "key": search_key(row.name, row.email)} for row in known]
    if rows:
        changed = sa.update(people).where(people.c.id == sa.bindparam("person")).values(found_by=sa.bindparam("key"))
        connection.execute(changed, rows)
    op.create_index("ix_people_found_by", "people", ["found_by", "id"])


def _entrance() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        ref("person_id", "people"),
        ref("made_by", "people", nullable=True),
        instant("made_at"),
        instant("expires_at"),
        instant("ended_at", nullable=True),
    )
    op.create_index("ix_invitations_person_id", "invitations", ["person_id"])
    op.create_table(
        "factor_resets",
        sa.Column("id", sa.Uuid(), primary_key=True),
        ref("person_id", "people"),
        sa.Column("reason", sa.String(), nullable=False),
        ref("asked_by", "people"),
        instant("asked_at"),
        ref("confirmed_by", "people", nullable=True),
        instant("closed_at", nullable=True),
        sa.CheckConstraint("confirmed_by IS DISTINCT FROM asked_by", name="two_people"),
        sa.CheckConstraint("person_id <> asked_by", name="not_ones_own"),
        sa.CheckConstraint("confirmed_by IS NULL OR closed_at IS NOT NULL", name="confirmed_is_closed"),
    )
    op.create_index(
        "uq_factor_resets_open", "factor_resets", ["person_id"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.add_column("sign_in_attempts", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_sign_in_attempts_person_id", "sign_in_attempts", "people", ["person_id"], ["id"])
    proof = one_of("proof", "password", "second_factor", "recovery_code")
    op.add_column("sign_in_attempts", sa.Column("proof", proof, server_default="password", nullable=False))
    op.create_index("ix_sign_in_attempts_person", "sign_in_attempts", ["person_id", "id"])
    op.create_index("ix_sign_in_attempts_at", "sign_in_attempts", ["at"])


def _records() -> None:
    reasons = op.create_table(
        "reasons",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", one_of("reason_kind", "field", "document", "refusal"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=True),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        instant("changed_at"),
        sa.UniqueConstraint("kind", "key"),
    )
    for position, (kind, key, vi, en, zh) in enumerate(REASONS, start=1):
        op.execute(
            reasons.insert().values(
                id=uuid.uuid4(),
                kind=kind,
                key=key,
                words={"vi": vi, "en": en, "zh": zh},
                position=position,
                is_active=True,
                version=1,
                changed_at=sa.func.now(),
            )
        )
    op.create_table(
        "outages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        instant("starts_at"),
        instant("ends_at"),
        instant("shown_from"),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        ref("made_by", "people"),
        instant("made_at"),
        instant("withdrawn_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="period"),
        sa.CheckConstraint("shown_from <= starts_at", name="shown_before"),
    )
    op.create_index("ix_outages_ends_at", "outages", ["ends_at"])
    subject = one_of("kept", *(name for name, _, _ in RULES))
    rules = op.create_table(
        "retention_rules",
        sa.Column("subject", subject, primary_key=True),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("is_in_force", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        ref("changed_by", "people", nullable=True),
        instant("changed_at"),
        sa.CheckConstraint("keep_days BETWEEN 1 AND 36500", name="keep_days"),
    )
    for name, days, source in RULES:
        op.execute(
            rules.insert().values(
                subject=name, keep_days=days, source=source, is_in_force=False, version=1, changed_at=sa.func.now()
            )
        )


def downgrade() -> None:
    for name in ("at", "verb", "actor"):
        op.drop_index(f"ix_audit_rows_{name}", "audit_rows")
    for name in ("retention_rules", "outages", "reasons", "factor_resets", "invitations"):
        op.drop_table(name)
    op.drop_index("ix_sign_in_attempts_at", "sign_in_attempts")
    op.drop_index("ix_sign_in_attempts_person", "sign_in_attempts")
    op.drop_column("sign_in_attempts", "proof")
    op.drop_column("sign_in_attempts", "person_id")
    op.drop_index("ix_people_found_by", "people")
    op.drop_column("people", "found_by")
    op.drop_column("posts", "until")
    for name in ("version", "successor_id", "closed_at", "email", "phone", "address"):
        op.drop_column("agencies", name)
