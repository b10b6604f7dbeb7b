"""A small application that draws every layout and macro with sample data, for tests and for looking at."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flask
import jinja2
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.clock import words
from portal.clock.explain import Kind, Line
from portal.foundation import languages, web
from portal.foundation.forms import DateField, EmailAddress, Form
from portal.foundation.guards import Audience, public
from portal.foundation.settings import Mode, Settings

PROJECT = Path(__file__).resolve().parents[2]


def settings(**changes: Any) -> Settings:
    values: dict[str, Any] = {
        "mode": Mode.DEMO,
        "database_url": "postgresql://nowhere",
        "redis_url": "redis://nowhere",
        "secret_key": "x" * 40,
        "data_dir": Path("/nowhere"),
        "port": 8000,
        "public_url": "http://localhost:8000",
        "storage_url": "file:///nowhere",
        "instance": "guide",
    }
    return Settings(**{**values, **changes})


class SampleForm(Form):
    company = StringField("Tên doanh nghiệp", [InputRequired(), Length(max=5)], description="Như trên giấy chứng nhận")
    email = StringField("Email", [EmailAddress()])
    password = PasswordField("Mật khẩu")
    begins_on = DateField("Ngày bắt đầu", [InputRequired()], description="Ví dụ: 24 11 2026")
    kind = RadioField(
        "Loại hồ sơ", choices=[("new", "Cấp mới"), ("change", "Điều chỉnh")], validators=[InputRequired()]
    )
    gate = SelectField("Cửa khẩu", choices=[("hn", "Hữu Nghị"), ("tt", "Tân Thanh")])
    reason = TextAreaField("Lý do")
    agree = BooleanField("Tôi cam đoan thông tin là đúng", [InputRequired()])


def officer() -> SimpleNamespace:
    post = SimpleNamespace(agency_names={"vi": "Sở Xây dựng", "en": "Department of Construction", "zh": "建设厅"})
    return SimpleNamespace(
        name="Hoàng Thị Lan",
        posts=(post,),
        acting_for=(),
        audiences=frozenset({Audience.SIGNED_IN, Audience.STAFF}),
    )


def filer() -> SimpleNamespace:
    return SimpleNamespace(
        name="Nguyễn Văn Bình",
        posts=(),
        acting_for=(SimpleNamespace(party_name="Công ty TNHH Vận tải Đồng Đăng"),),
        audiences=frozenset({Audience.SIGNED_IN, Audience.COMPANY}),
    )


def make_app(viewer: Any = None, **changes: Any) -> flask.Flask:
    app = flask.Flask(
        "portal",
        static_folder=str(PROJECT / "portal" / "static"),
        template_folder=str(PROJECT / "templates"),
    )
    app.config.update(SECRET_KEY="x" * 40, WTF_CSRF_ENABLED=False, **changes.pop("config", {}))
    app.extensions["settings"] = settings(**changes)
    app.jinja_options = {"undefined": jinja2.StrictUndefined}
    languages.init_app(app)
    places = {name: f"pages.{name}" for name in web.PLACES}
    web.init_app(app, viewer=lambda: viewer, places=places)
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_env.loader = jinja2.ChoiceLoader([loader, app.jinja_env.loader])
    pages = flask.Blueprint("pages", __name__)
    for name in web.PLACES:
        pages.add_url_rule(f"/{name}", name, public(lambda: ""))
    pages.add_url_rule("/<language:language>/", "front", public(front), methods=["GET", "POST"])
    pages.add_url_rule("/<language:language>/crash", "crash", public(crash))
    pages.add_url_rule("/<language:language>/form", "form", public(form), methods=["GET", "POST"])
    pages.add_url_rule("/office", "office", public(office))
    app.register_blueprint(pages)
    return app


def front() -> str:
    return flask.render_template("guide.html", **samples())


def form() -> str:
    sample = SampleForm()
    sample.validate_on_submit()
    return flask.render_template("guide_form.html", form=sample)


def office() -> str:
    return flask.render_template("guide_office.html", rows=QUEUE)


def crash() -> str:
    raise RuntimeError("a secret in a trace")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


QUEUE = [
    {
        "code": f"000.00.12.H37-2611{10 + number:02}-{number * 37 + 11:04}",
        "procedure": (
            "Cấp giấy phép xây dựng công trình cấp III, cấp IV",
            "Điều chỉnh quyết định giao đất, cho thuê đất",
        )[number % 2],
        "owner": ("Công ty TNHH Vận tải Đồng Đăng", "Công ty CP Xuất nhập khẩu Kỳ Cùng", "Hoàng Văn Thụ")[number % 3],
        "state": ("filed", "in_progress", "supplement_requested", "payment_due")[number % 4],
        "left": ("quá hạn 1 ngày 2 giờ", "còn 3 giờ", "còn 2 ngày 3 giờ", "còn 6 ngày")[min(number // 2, 3)],
        "tone": ("late", "soon", "", "")[min(number // 2, 3)],
        "due": date(2026, 11, 24 + min(number // 2, 6)),
    }
    for number in range(12)
]


def samples() -> dict[str, Any]:
    return {
        "dates": {
            "statutory_on": date(2026, 11, 24),
            "promised_on": date(2026, 11, 20),
            "forecast": {"earliest_on": date(2026, 11, 17), "latest_on": date(2026, 11, 19), "chance": 0.8, "n": 41},
        },
        "ledger": [
            {
                "when": "09/11",
                "text": "Tiếp nhận lúc 15:10; ngày tiếp nhận không tính",
                "kind": "start",
                "count": "",
                "ground": "",
            },
            {"when": "10/11 – 13/11", "text": "Ngày làm việc", "kind": "counted", "count": "4", "ground": ""},
            {"when": "14/11 – 15/11", "text": "Nghỉ cuối tuần", "kind": "skipped", "count": "", "ground": ""},
            {
                "when": "16/11 – 18/11",
                "text": "Chờ bổ sung: thiếu bản vẽ mặt bằng",
                "kind": "pause",
                "count": "",
                "ground": "Khoản 4 Điều 19 Nghị định 118/2025/NĐ-CP",
            },
            {"when": "19/11 – 23/11", "text": "Ngày làm việc", "kind": "counted", "count": "3", "ground": ""},
            {"when": "24/11", "text": "Ngày nghỉ", "kind": "due", "count": "7", "ground": ""},
        ],
        "sentences": [
            {"kind": line.kind, "text": words.line(line, languages.current()), "ground": ""}
            for line in (
                Line(kind=Kind.RECEIVED, at=at("2026-11-09 08:10")),
                Line(kind=Kind.DAY_NOT_COUNTED, at=at("2026-11-09 08:10"), days=1),
                Line(kind=Kind.WEEKEND, at=at("2026-11-14 01:00"), days=2),
                Line(kind=Kind.DUE, at=at("2026-11-24 10:00")),
            )
        ],
        "events": [
            {"title": "Đang thẩm định", "at": at("2026-11-19 02:15"), "by": "Sở Xây dựng", "text": "", "kind": "now"},
            {
                "title": "Đã nhận bổ sung",
                "at": at("2026-11-18 08:40"),
                "by": "Công ty TNHH Vận tải Đồng Đăng",
                "text": "Đồng hồ chạy tiếp từ 19/11.",
                "kind": "",
            },
            {"title": "Nộp hồ sơ", "at": at("2026-11-09 01:05"), "by": "", "text": "", "kind": ""},
        ],
        "documents": [
            {
                "name": "Đơn đề nghị cấp giấy phép xây dựng.pdf",
                "href": "#",
                "kind": "PDF",
                "size_bytes": 482_133,
                "scan": "clean",
                "note": "",
                "required": True,
            },
            {
                "name": "Bản vẽ thiết kế.pdf",
                "href": "#",
                "kind": "PDF",
                "size_bytes": 18_402_133,
                "scan": "not_scanned",
                "note": "Bản thay thế ngày 18/11",
                "required": True,
            },
            {
                "name": "Văn bản thẩm duyệt phòng cháy",
                "href": "",
                "kind": "",
                "size_bytes": None,
                "scan": "",
                "note": "",
                "required": False,
            },
        ],
        "bins": [
            {"label": str(days), "count": count, "late": days > 7}
            for days, count in enumerate((0, 2, 5, 9, 12, 8, 6, 4, 2, 1), 1)
        ],
        "bars": [
            {"label": "Thẩm định", "value": 31, "text": "3 ngày 7 giờ", "n": 41},
            {"label": "Lấy ý kiến cơ quan phối hợp", "value": 18, "text": "2 ngày 2 giờ", "n": 38},
            {"label": "Trình ký", "value": 6, "text": "6 giờ", "n": 41},
        ],
    }
