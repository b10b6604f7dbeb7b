"""What people type, and the procedure they mean: over everything that comes with the portal."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.catalogue import queries, registers
from portal.catalogue.actions import publish

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)

HOUSE, GRAND, EXTEND_PERMIT, DESIGN, FEASIBILITY = "1.013225", "1.013236", "1.013227", "1.013234", "1.013239"
APPROVAL, ADJUST, CERTIFICATE, ADJUST_ZONE = "1.009645", "1.009646", "1.009756", "1.009759"
RENAME, TERM = "LS-GCNTEN", "LS-GIAHAN"
FIRST, MANAGED, DEREGISTER, FORM, DECISION, PROJECT_LAND, ALLOCATION = (
    "1.012753", "1.012756", "1.012766", "1.013950", "1.013952", "1.115649", "1.115797",
)  # fmt: skip
REEXPORT, OFFICE, ORIGIN, CODE, GATE, TRANSPORT = "1.004191", "2.000063", "LS-CO-E", "LS-MSTNTX", "LS-TNCK", "LS-VTQT"

EXPECTED: list[tuple[str, tuple[str, ...]]] = [
    # Vietnamese with accents
    ("giấy phép xây dựng nhà ở riêng lẻ", (HOUSE,)),
    ("xin phép xây nhà", (HOUSE,)),
    ("giấy phép xây dựng công trình cấp I", (GRAND,)),
    ("công trình cấp đặc biệt", (GRAND,)),
    ("gia hạn giấy phép xây dựng", (EXTEND_PERMIT,)),
    ("mất giấy phép xây dựng", (EXTEND_PERMIT,)),
    ("thẩm định thiết kế bản vẽ thi công", (DESIGN,)),
    ("báo cáo nghiên cứu khả thi", (FEASIBILITY,)),
    ("chấp thuận chủ trương đầu tư", (APPROVAL, ADJUST_ZONE)),
    ("điều chỉnh dự án đầu tư", (ADJUST,)),
    ("điều chỉnh chủ trương đầu tư ban quản lý khu kinh tế", (ADJUST_ZONE,)),
    ("giấy chứng nhận đăng ký đầu tư", (CERTIFICATE, RENAME)),
    ("đổi tên dự án", (RENAME,)),
    ("đổi tên công ty", (RENAME,)),
    ("gia hạn thời hạn hoạt động của dự án", (TERM,)),
    ("cấp sổ đỏ cho công ty", (FIRST,)),
    ("đăng ký đất đai lần đầu", (FIRST, MANAGED)),
    ("giao đất để quản lý", (MANAGED,)),
    ("xóa đăng ký thuê đất", (DEREGISTER,)),
    ("chuyển hình thức thuê đất", (FORM,)),
    ("điều chỉnh quyết định giao đất", (DECISION,)),
    ("chuyển mục đích sử dụng đất", (ALLOCATION, DECISION)),
    ("thuê đất không đấu giá", (PROJECT_LAND, ALLOCATION)),
    ("giấy phép kinh doanh tạm nhập, tái xuất", (REEXPORT,)),
    ("văn phòng đại diện", (OFFICE,)),
    ("giấy chứng nhận xuất xứ", (ORIGIN,)),
    ("mã số tạm nhập tái xuất", (CODE,)),
    ("cửa khẩu phụ", (GATE,)),
    ("giấy phép vận tải đường bộ quốc tế", (TRANSPORT,)),
    ("xe sang Trung Quốc", (TRANSPORT,)),
    # without accents, capitals, abbreviations
    ("gia han giay phep xay dung", (EXTEND_PERMIT,)),
    ("XIN PHEP XAY NHA", (HOUSE,)),
    ("tham dinh thiet ke", (DESIGN,)),
    ("bao cao nghien cuu kha thi", (FEASIBILITY,)),
    ("GCNDKDT", (CERTIFICATE,)),
    ("so do", (FIRST,)),
    ("lam so do", (FIRST,)),
    ("xoa dang ky thue dat", (DEREGISTER,)),
    ("giao dat de quan ly", (MANAGED,)),
    ("van phong dai dien thuong nhan nuoc ngoai", (OFFICE,)),
    ("VPDD", (OFFICE,)),
    ("CO form E", (ORIGIN,)),
    ("giay phep lien van", (TRANSPORT,)),
    ("ma so kinh doanh", (CODE,)),
    ("cua khau phu", (GATE,)),
    # with typos
    ("giay phep van taii quoc te", (TRANSPORT,)),
    ("van phong dai dein", (OFFICE,)),
    ("giay chung nhan xuat xu hang hoaa", (ORIGIN,)),
    ("bao cao nghien cuu kha thii", (FEASIBILITY,)),
    ("thẩm địn thiết kế", (DESIGN,)),
    ("gia hạn giấy phép xay dụng", (EXTEND_PERMIT,)),
    ("dang ky dat dai lan dauu", (FIRST, MANAGED)),
    # whole sentences
    ("công ty tôi muốn mở văn phòng đại diện ở Lạng Sơn", (OFFICE,)),
    ("tôi muốn làm sổ đỏ", (FIRST,)),
    ("tôi bị mất giấy phép xây dựng thì làm sao", (EXTEND_PERMIT,)),
    ("xuất khẩu sầu riêng sang Trung Quốc cần giấy chứng nhận xuất xứ", (ORIGIN,)),
    # English
    ("building permit for a house", (HOUSE,)),
    ("licence to build a factory", (HOUSE, GRAND)),
    ("i want to export fruit", (ORIGIN,)),
    ("extend a building permit", (EXTEND_PERMIT,)),
    ("feasibility study", (FEASIBILITY,)),
    ("design appraisal", (DESIGN,)),
    ("investment registration certificate", (CERTIFICATE, RENAME)),
    ("rename company", (RENAME,)),
    ("first land registration", (FIRST, MANAGED)),
    ("deregister lease", (DEREGISTER,)),
    ("certificate of origin", (ORIGIN,)),
    ("representative office", (OFFICE,)),
    ("transport permit China", (TRANSPORT,)),
    ("secondary gate", (GATE,)),
    ("certifcate of origin", (ORIGIN,)),
    # Chinese
    ("原产地证书", (ORIGIN,)),
    ("临时进口", (REEXPORT, CODE)),
    ("代表处", (OFFICE,)),
    ("可行性研究报告", (FEASIBILITY,)),
    ("国际道路运输许可证", (TRANSPORT,)),
    ("土地首次登记", (FIRST, MANAGED)),
    ("建筑许可证延期", (EXTEND_PERMIT,)),
    ("暂进复出经营代码", (CODE,)),
    ("投资登记证", (CERTIFICATE, RENAME)),
    # codes, whole, in part and from another register
    ("1.013239", (FEASIBILITY,)),
    ("2.000063", (OFFICE,)),
    ("000063", (OFFICE,)),
    ("LS-CO-E", (ORIGIN,)),
    ("ls vtqt", (TRANSPORT,)),
    ("1.013228", (EXTEND_PERMIT,)),
    ("1.013825", (FORM,)),
]


@pytest.fixture
def published(session: Session) -> frozenset[str]:
    definitions = [registers.read_definition(path) for path in registers.definition_files()]
    for definition in definitions:
        publish(session, definition, now=NOW, origin="test", effective_on=date(2026, 1, 1))
    return frozenset(definition.code for definition in definitions)


def test_there_are_enough_questions() -> None:
    assert len(EXPECTED) >= 60
    assert len({code for _, codes in EXPECTED for code in codes}) >= 24


def test_the_first_hit_is_the_procedure_people_mean(session: Session, published: frozenset[str]) -> None:
    wrong = {}
    for words, wanted in EXPECTED:
        if published.isdisjoint(wanted):
            continue
        found = [hit.code for hit in queries.search(session, words, on=TODAY, limit=3)]
        if not found or found[0] not in wanted:
            wrong[words] = (wanted, found)

    assert wrong == {}
