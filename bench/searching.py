# ruff: noqa: E501 - the table of names is read by line
"""The front door's search among ten thousand procedures, beside a read of as many rows whose numbers are known."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from bench.ratios import Goal, absolute, in_turns, report
from portal.catalogue import queries
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.narrowing import Narrowing
from portal.foundation.database import new_id
from portal.foundation.search import search_key, trigrams

PROCEDURES = 10_000
TODAY = date(2026, 11, 2)
HITS = 25
MOST_MILLISECONDS = 100

ACTS = (
    ("Cấp", "Issue of", "核发"), ("Cấp lại", "Re-issue of", "补发"), ("Gia hạn", "Extension of", "延期"),
    ("Sửa đổi", "Amendment of", "变更"), ("Thu hồi", "Withdrawal of", "收回"), ("Thẩm định", "Appraisal of", "审查"),
    ("Phê duyệt", "Approval of", "批准"), ("Đăng ký", "Registration of", "登记"), ("Công nhận", "Recognition of", "认定"),
    ("Xác nhận", "Confirmation of", "确认"), ("Chấm dứt", "Termination of", "终止"), ("Tạm ngừng", "Suspension of", "中止"),
)  # fmt: skip
PAPERS = (
    ("giấy phép", "licence", "许可证"), ("giấy chứng nhận", "certificate", "证书"), ("quyết định", "decision", "决定"),
    ("chứng chỉ hành nghề", "practising certificate", "执业证"), ("hồ sơ", "dossier", "案卷"), ("báo cáo", "report", "报告"),
    ("phương án", "plan", "方案"), ("hợp đồng", "contract", "合同"), ("văn bản chấp thuận", "consent", "同意书"),
)  # fmt: skip
MATTERS = (
    ("xây dựng nhà ở", "house building", "住房建设"), ("khai thác khoáng sản", "mining", "采矿"),
    ("kinh doanh xăng dầu", "petrol trade", "成品油经营"), ("vận tải hành khách", "passenger transport", "客运"),
    ("bán lẻ rượu", "retail of spirits", "酒类零售"), ("sử dụng đất", "land use", "土地使用"),
    ("hoạt động điện lực", "power supply", "电力业务"), ("xả nước thải", "waste water", "排污"),
    ("giống cây trồng", "plant varieties", "植物品种"), ("thú y thủy sản", "aquatic animal health", "水产兽医"),
    ("giáo dục mầm non", "nursery schools", "学前教育"), ("khám bệnh, chữa bệnh", "medical treatment", "诊疗"),
    ("dược phẩm", "medicines", "药品"), ("an toàn thực phẩm", "food safety", "食品安全"), ("quảng cáo", "advertising", "广告"),
    ("lữ hành quốc tế", "international travel", "国际旅行社"), ("xuất bản phẩm", "publications", "出版物"),
    ("tần số vô tuyến", "radio frequencies", "无线电频率"), ("lao động nước ngoài", "foreign labour", "外籍劳工"),
    ("công chứng", "notaries", "公证"), ("phòng cháy chữa cháy", "fire safety", "消防"), ("đê điều", "dykes", "堤防"),
    ("bảo vệ rừng", "forest protection", "森林保护"), ("tạm nhập, tái xuất", "re-export", "暂进复出"),
)  # fmt: skip
PLACES = (
    ("trên địa bàn tỉnh", "in the province", "省内"), ("trong khu kinh tế cửa khẩu", "in the border zone", "口岸经济区"),
    ("tại cụm công nghiệp", "in an industrial cluster", "工业集群"), ("cấp xã", "of a commune", "乡级"),
    ("đối với hộ kinh doanh", "for household businesses", "个体户"), ("đối với doanh nghiệp", "for companies", "企业"),
)  # fmt: skip
QUERIES = {
    "with accents": "gia hạn giấy phép khai thác khoáng sản",
    "without accents": "cap lai chung chi hanh nghe cong chung",
    "one word": "khoang san",
    "with typos": "giay phep xay dunng nha oo",
    "a sentence": "tôi muốn xin cấp giấy phép bán lẻ rượu ở xã tôi",
    "English": "extension of licence for mining",
    "Chinese": "采矿许可证延期",
    "a code": "7.004321",
    "nothing like it": "qwrtz plmx vbnkl",
}

FILTERS = {
    "field and level": Narrowing(field="land", level="full"),
    "agency and audience": Narrowing(agency="finance", audience="organisation"),
    "all four": Narrowing(field="land", level="full", agency="finance", audience="organisation"),
}
"""What people narrow a search by; asked with a question that finds many and with one that finds what is nearest."""


def search(session: Session, *, rounds: int) -> None:
    """Measure each kind of question; the procedures are gone again afterwards."""
    try:
        numbers = _fill(session)
        _measure(session, numbers, rounds)
    finally:
        session.rollback()


def _measure(session: Session, numbers: Sequence[UUID], rounds: int) -> None:
    known = (
        sa.select(ProcedureVersion)
        .where(ProcedureVersion.id.in_(numbers[:HITS]))
        .options(defer(ProcedureVersion.definition))
    )

    def best_case() -> int:
        session.expunge_all()
        return len(session.scalars(known).all())

    narrowed = [
        (f"{name}, narrowed by {by}", QUERIES[name], only)
        for by, only in FILTERS.items()
        for name in ("one word", "with typos")
    ]
    for name, words, only in [*((name, words, Narrowing()) for name, words in QUERIES.items()), *narrowed]:

        def asked(words: str = words, only: Narrowing = only) -> int:
            session.expunge_all()
            return len(queries.search(session, words, on=TODAY, only=only, limit=HITS))

        found = asked()
        taken = in_turns({"search": _milliseconds(asked), "best case": _milliseconds(best_case)}, rounds=rounds)
        report(f"{name} ({found} found) / known rows", taken["search"], taken["best case"])
        median, goal = statistics.median(taken["search"]), Goal(bound=MOST_MILLISECONDS, at_least=False)
        absolute("search", taken["search"], f"ms – {goal.words(median)}")


def _milliseconds(work: Callable[[], int], times: int = 5) -> Callable[[], float]:
    def measure() -> float:
        began = time.perf_counter()
        for _ in range(times):
            work()
        return (time.perf_counter() - began) / times * 1000

    return measure


def _fill(session: Session) -> list[UUID]:
    rows = list(itertools.islice(_versions(), PROCEDURES))
    session.execute(sa.insert(ProcedureVersion), rows)
    session.execute(sa.text("ANALYZE procedure_versions"))
    return [row["id"] for row in rows]


def _versions() -> Iterator[dict[str, Any]]:
    combined = itertools.product(ACTS, PAPERS, MATTERS, PLACES)
    for number, parts in enumerate(combined):
        names = {
            "vi": " ".join(part[0] for part in parts),
            "en": " ".join(part[1] for part in parts),
            "zh": "".join(part[2] for part in reversed(parts)),
        }
        code = f"7.{number:06d}"
        key = search_key(code, *names.values())
        yield {
            "id": new_id(),
            "code": code,
            "number": 1,
            "field": ("investment", "land", "construction", "trade")[number % 4],
            "content_hash": f"{number:064x}",
            "definition": {
                "competence": [{"agency": ("finance", "construction", "industry_trade")[number % 3]}],
                "audience": ["organisation"] if number % 2 else ["organisation", "individual"],
            },
            "names": names,
            "level": 3 + number % 5 % 2,
            "search_key": key,
            "trigrams": trigrams(key),
            "published_at": datetime(2026, 10, 1, tzinfo=UTC),
            "origin": "bench",
            "effective_on": date(2026, 10, 1),
        }
