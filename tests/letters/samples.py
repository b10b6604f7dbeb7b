"""One lively example of each letter, as the offices of the demonstration would write it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from portal.catalogue.text import Text
from portal.letters import contents as say
from portal.letters.wording import limit

CODE = "H37.12-261122-0007"
URL = "https://motcua.langson.example/vi/kiem-tra/H37.12-261122-0007/k7Qm2Zr9"


def at(text: str) -> datetime:
    """An office instant, as "2026-11-23 09:32"."""
    return datetime.fromisoformat(f"{text}:00+07:00").astimezone(UTC)


def words(vi: str, en: str = "", zh: str = "") -> Text:
    return Text(vi=vi, en=en, zh=zh)


CENTRE = say.Letterhead(
    superior="Văn phòng UBND tỉnh Lạng Sơn",
    agency=words(
        "Trung tâm Phục vụ hành chính công tỉnh Lạng Sơn",
        "Lạng Sơn Public Administration Service Centre",
        "谅山省政务服务中心",
    ),
    phone="0205 3 812 345",
)
CONSTRUCTION = say.Letterhead(
    superior="UBND tỉnh Lạng Sơn",
    agency=words("Sở Xây dựng", "Department of Construction", "建设厅"),
    number="128/GPXD-SXD",
)
FINANCE = say.Letterhead(
    superior="",
    agency=words("Ủy ban nhân dân tỉnh Lạng Sơn", "Lạng Sơn People's Committee", "谅山省人民委员会"),
    number="2156/QĐ-UBND",
)
PERMIT = say.Subject(
    code=CODE,
    procedure=words(
        "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ",
        "Building permit for new works of grade III–IV and individual houses",
        "三级、四级工程及独立住宅新建施工许可",
    ),
    procedure_code="1.013225",
    verification_url=URL,
    title="Kho lạnh trung chuyển nông sản xuất khẩu tại khu phi thuế quan Hữu Nghị",
)
COMPANY = say.Person(
    name="Công ty TNHH Thương mại và Logistics Đồng Đăng",
    address="Số 18 đường Trần Đăng Ninh, phường Tam Thanh, tỉnh Lạng Sơn",
    phone="0205 3 888 222",
    email="phaply@dongdang-logistics.example",
    identifier="4900001010",
)
AGENT = say.Person(
    name="Nguyễn Thị Minh Ánh",
    address="Thôn Bản Khiếng, xã Đồng Đăng, tỉnh Lạng Sơn",
    phone="0912 000 111",
    email="minhanh@example.vn",
    identifier="020190000123",
    identifier_kind=say.IdentifierKind.PERSONAL_ID,
)
OFFICER = say.Signatory(name="Hoàng Thị Lan", post="Công chức tiếp nhận", signed_at=at("2026-11-23 09:32"))
DIRECTOR = say.Signatory(name="Vy Văn Thành", post="Giám đốc", signed_at=at("2026-12-04 15:10"))
DEPUTY = say.Signatory(
    name="Lương Quốc Huy",
    post="Phó Giám đốc",
    capacity=say.Capacity.DEPUTY,
    principal="Giám đốc",
    signed_at=at("2026-11-25 10:05"),
)
CHAIRMAN = say.Signatory(
    name="Nông Thế Bình",
    post="Chủ tịch",
    capacity=say.Capacity.COLLECTIVE,
    principal="Ủy ban nhân dân",
    signed_at=at("2026-12-18 16:20"),
)
DOCUMENTS = (
    say.DocumentRow(
        name=words("Đơn đề nghị cấp giấy phép xây dựng", "Application for a building permit", "施工许可申请书"),
        originals=1,
        electronic=1,
    ),
    say.DocumentRow(
        name=words("Giấy chứng nhận quyền sử dụng đất", "Land-use right certificate", "土地使用权证"),
        certified_copies=1,
        electronic=1,
    ),
    say.DocumentRow(
        name=words("Bản vẽ thiết kế xây dựng", "Permit drawings", "施工图设计文件"),
        plain_copies=2,
        electronic=3,
        note="02 bộ in khổ A3",
    ),
    say.DocumentRow(
        name=words(
            "Bản cam kết bảo đảm an toàn đối với công trình liền kề",
            "Safety commitment for neighbouring works",
            "相邻建筑安全承诺书",
        ),
        electronic=1,
    ),
)

FILING = say.FilingReceipt(
    head=CENTRE,
    subject=PERMIT,
    filer=AGENT,
    owner=COMPANY,
    filed_at=at("2026-11-22 20:41"),
    answer_by=at("2026-11-23 17:00"),
    answer_within=limit(8, "working_hour"),
    documents=DOCUMENTS,
)
RECEIPT = say.Receipt(
    head=CENTRE,
    subject=PERMIT,
    filer=AGENT,
    owner=COMPANY,
    documents=DOCUMENTS,
    sets=1,
    limit=limit(15, "working_day"),
    accepted_at=at("2026-11-23 09:32"),
    promised_at=at("2026-12-15 09:32"),
    collection=words(
        "Trực tuyến trên cổng; bản giấy (nếu cần) tại quầy số 5 của Trung tâm",
        "Online on this portal; a paper copy, if needed, at counter 5 of the Centre",
        "在线领取；如需纸质件，请到中心5号窗口",
    ),
    officer=OFFICER,
    fee=words("150.000 đồng – đã nộp trực tuyến", "150,000 VND – paid online", "150,000越南盾（已在线缴纳）"),
    provisional=True,
)
SUPPLEMENT = say.SupplementRequest(
    head=CENTRE,
    subject=PERMIT,
    filer=COMPANY,
    before_intake=False,
    round=1,
    answer_by=date(2026, 12, 9),
    issued_at=at("2026-11-25 10:05"),
    signatory=DEPUTY,
    items=(
        say.SupplementItem(
            what=words(
                "Bản vẽ mặt bằng: ghi khoảng lùi tới ranh giới phía đông",
                "Site plan: state the setback from the eastern boundary",
                "总平面图：标明东侧退界距离",
            ),
            reason=words(
                "Bản vẽ nộp ngày 22/11/2026 không có kích thước này nên chưa đối chiếu được với quy hoạch.",
                "The drawing of 22 November 2026 lacks this dimension, so it cannot be compared with the plan.",
                "2026年11月22日提交的图纸缺少该尺寸，无法与规划核对。",
            ),
        ),
        say.SupplementItem(
            what=words(
                "Chứng chỉ hành nghề của chủ trì thiết kế kết cấu",
                "Practising certificate of the structural designer",
                "结构设计负责人执业证书",
            ),
            reason=words(
                "Chứng chỉ đã nộp hết hạn ngày 30/9/2026.",
                "The certificate handed in expired on 30 September 2026.",
                "所提交证书已于2026年9月30日到期。",
            ),
        ),
    ),
    legal_ground="Điều 9 Nghị định số 118/2025/NĐ-CP",
    contact_name="Hoàng Thị Lan",
    contact_phone="0205 3 812 345",
)
REFUSAL = say.IntakeRefusal(
    head=CENTRE,
    subject=PERMIT,
    filer=COMPANY,
    filed_at=at("2026-11-22 20:41"),
    issued_at=at("2026-11-23 10:15"),
    reasons=(
        words(
            "Công trình nằm ngoài phạm vi giải quyết của Sở Xây dựng: thửa đất thuộc khu kinh tế cửa khẩu.",
            "The works lie outside the Department's competence: the plot is in the border-gate economic zone.",
            "工程不属于建设厅管辖范围：该地块位于口岸经济区内。",
        ),
        words(
            "Chưa có văn bản chấp thuận vị trí của Ban Quản lý.",
            "The Board's location agreement is missing.",
            "缺少管理委员会的选址同意文件。",
        ),
    ),
    signatory=replace(DEPUTY, signed_at=at("2026-11-23 10:15")),
    legal_ground="Điều 9 Nghị định số 118/2025/NĐ-CP",
    advice=words(
        "Nộp lại tại Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng – Lạng Sơn; dữ liệu đã khai được giữ để dùng lại.",
        "File with the Board of the Đồng Đăng – Lạng Sơn Border-gate Economic Zone; what you typed is kept for reuse.",
        "请向同登—谅山口岸经济区管理委员会重新申报；已填写的数据予以保留，可重复使用。",
    ),
    remedies=words(
        "Trong 90 ngày kể từ khi nhận phiếu này, có thể khiếu nại tới Giám đốc Trung tâm.",
        "You may complain to the Director of the Centre within 90 days of receiving this letter.",
        "自收到本通知之日起90日内，可向中心主任提出申诉。",
    ),
)
APOLOGY = say.Apology(
    head=replace(CONSTRUCTION, number="512/SXD-VP"),
    subject=PERMIT,
    filer=COMPANY,
    accepted_at=at("2026-11-23 09:32"),
    promised_at=at("2026-12-15 09:32"),
    new_promised_at=at("2026-12-18 09:32"),
    responsible=words("Phòng Quản lý xây dựng, Sở Xây dựng", "Construction Management Division", "建设厅施工管理处"),
    reason=words(
        "Phải kiểm tra thực địa lần hai do mưa lũ làm hỏng mốc ranh giới.",
        "A second site visit was needed because floods had destroyed the boundary marks.",
        "因洪水毁坏界桩，须进行第二次现场勘查。",
    ),
    issued_at=at("2026-12-11 14:00"),
    signatory=replace(DIRECTOR, signed_at=at("2026-12-11 14:00")),
    contact_phone="0205 3 812 345",
)
STOP = say.StopNotice(
    head=replace(CONSTRUCTION, number="530/TB-SXD"),
    subject=PERMIT,
    filer=COMPANY,
    filed_at=at("2026-11-22 20:41"),
    ground=say.StopGround.WITHDRAWN,
    reason=words(
        "Chủ đầu tư thay đổi quy mô công trình.",
        "The owner has changed the size of the works.",
        "建设单位变更工程规模。",
    ),
    requested_at=at("2026-12-01 08:10"),
    stopped_at=at("2026-12-01 16:30"),
    issued_at=at("2026-12-01 16:30"),
    signatory=replace(DEPUTY, signed_at=at("2026-12-01 16:30")),
    fee=words(
        "150.000 đồng được hoàn trả trong 5 ngày làm việc.",
        "150,000 VND will be refunded within 5 working days.",
        "150,000越南盾将在5个工作日内退还。",
    ),
)
SLIP = say.ControlSlip(
    head=CENTRE,
    subject=PERMIT,
    owner=COMPANY,
    accepted_at=at("2026-11-23 09:32"),
    promised_at=at("2026-12-15 09:32"),
    limit=limit(15, "working_day"),
    issued_at=at("2026-12-04 16:45"),
    stopped_since=at("2026-12-04 11:00"),
    notes=(
        words(
            "Đang tạm dừng từ 11:00 04/12/2026 (chờ bổ sung hồ sơ). Hạn này coi như nay hết dừng: không tính 0 ngày.",
            "Clock stopped since 04/12/2026 11:00 (waiting for the supplement). As if it ended now: 0 days left out.",
            "自2026年12月4日11:00起暂停计时（等待补正材料）。下列日期按此事项现在完成推算：0天不计入。",
        ),
    ),
    handovers=(
        say.Handover(
            giver="Người nộp hồ sơ",
            receiver="Hoàng Thị Lan (một cửa)",
            step=words("Tiếp nhận, chuyển hồ sơ", "Intake", "受理并移交"),
            received_at=at("2026-11-23 09:32"),
            due_at=at("2026-11-23 14:32"),
            done_at=at("2026-11-23 10:10"),
            result=say.Punctuality.EARLY,
        ),
        say.Handover(
            giver="Hoàng Thị Lan (một cửa)",
            receiver="Triệu Văn Sơn (Trưởng phòng)",
            step=words("Phân công", "Assignment", "分派"),
            received_at=at("2026-11-23 10:10"),
            due_at=at("2026-11-23 16:30"),
            done_at=at("2026-11-23 16:30"),
            result=say.Punctuality.ON_TIME,
        ),
        say.Handover(
            giver="Triệu Văn Sơn (Trưởng phòng)",
            receiver="Lý Thị Hoa (chuyên viên)",
            step=words("Thẩm định hồ sơ, kiểm tra thực địa", "Appraisal and site visit", "审查及现场勘查"),
            received_at=at("2026-11-23 16:30"),
            due_at=at("2026-12-02 17:00"),
            done_at=at("2026-12-03 11:00"),
            result=say.Punctuality.OVERDUE,
            note=words("Chờ ý kiến phòng cháy", "Waited for the fire service", "等待消防意见"),
        ),
        say.Handover(
            giver="Lý Thị Hoa (chuyên viên)",
            receiver="Vy Văn Thành (Giám đốc)",
            step=words("Duyệt dự thảo, trình ký", "Approval of the draft", "审核并呈签"),
            received_at=at("2026-12-03 11:00"),
            note=words("Dừng tính hạn từ 04/12/2026", "Clock stopped since 04/12/2026", "自2026年12月4日起暂停计时"),
        ),
    ),
)
LICENCE = say.Decision(
    head=CONSTRUCTION,
    subject=PERMIT,
    form="permit",
    granted=True,
    title=words("Giấy phép xây dựng", "Building permit", "施工许可证"),
    abstract=words(
        "Kho lạnh trung chuyển nông sản xuất khẩu", "Cold store for agricultural exports", "出口农产品中转冷库"
    ),
    issuer="Giám đốc Sở Xây dựng",
    owner=COMPANY,
    grounds=("Căn cứ Luật Xây dựng số 135/2025/QH15;", "Căn cứ Nghị định số 217/2026/NĐ-CP của Chính phủ;"),
    facts=(
        say.Fact(
            label=words("Địa điểm", "Site", "建设地点"),
            value="Thửa số 214, tờ bản đồ số 37, xã Đồng Đăng, tỉnh Lạng Sơn",
        ),
        say.Fact(label=words("Diện tích xây dựng", "Built area", "建筑占地面积"), value="2.450 m²"),
        say.Fact(label=words("Chiều cao, số tầng", "Height, storeys", "高度、层数"), value="11,8 m; 02 tầng"),
        say.Fact(label=words("Cấp công trình", "Grade", "工程等级"), value="Cấp III"),
    ),
    articles=(
        words(
            "Được phép xây dựng công trình theo đúng hồ sơ thiết kế kèm theo giấy phép này.",
            "The works may be built in accordance with the drawings attached to this permit.",
            "准许按照本许可证所附设计文件施工。",
        ),
        words(
            "Chủ đầu tư phải thông báo ngày khởi công cho chính quyền địa phương trước 03 ngày làm việc.",
            "The owner shall announce the start of works to the local authority three working days before.",
            "建设单位须在开工前3个工作日通知当地政府。",
        ),
    ),
    issued_at=at("2026-12-04 15:40"),
    signatory=DIRECTOR,
    valid_until=date(2027, 12, 4),
    recipients=(COMPANY.name, "UBND xã Đồng Đăng", "Thanh tra Sở"),
    content_fingerprint="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
APPROVAL = say.Decision(
    head=FINANCE,
    form="decision",
    granted=True,
    subject=replace(
        PERMIT,
        procedure_code="1.009645",
        code="H37-261102-0003",
        procedure=words("Chấp thuận chủ trương đầu tư thuộc thẩm quyền của UBND cấp tỉnh"),
    ),
    title=words("Quyết định", "Decision", "决定"),
    abstract=words(
        "Chấp thuận chủ trương đầu tư dự án Trung tâm logistics cửa khẩu Hữu Nghị",
        "In-principle approval of the Hữu Nghị Border-gate Logistics Centre project",
        "关于批准友谊口岸物流中心项目投资主张的决定",
    ),
    issuer="Ủy ban nhân dân tỉnh Lạng Sơn",
    owner=COMPANY,
    grounds=(
        "Căn cứ Luật Tổ chức chính quyền địa phương số 72/2025/QH15;",
        "Căn cứ Luật Đầu tư số 143/2025/QH15;",
        "Căn cứ Nghị định số 96/2026/NĐ-CP của Chính phủ;",
        "Theo đề nghị của Giám đốc Sở Tài chính tại Tờ trình số 318/TTr-STC ngày 10 tháng 12 năm 2026;",
    ),
    articles=(
        words(
            "Chấp thuận chủ trương đầu tư dự án với mục tiêu, quy mô, địa điểm nêu tại hồ sơ mã H37-261102-0003; "
            "tổng vốn đầu tư 186.000.000.000 đồng; thời hạn hoạt động 50 năm.",
            "The project is approved in principle with the objective, size and site of dossier H37-261102-0003; "
            "total investment 186,000,000,000 VND; term 50 years.",
            "批准该项目的投资主张，其目标、规模、地点及进度以编号H37-261102-0003的申报材料为准；总投资1860亿越南盾；经营期限50年。",
        ),
        words(
            "Nhà đầu tư thực hiện đầy đủ các thủ tục về đất đai, môi trường, xây dựng trước khi khởi công.",
            "The investor shall complete the procedures on land, environment and construction before works start.",
            "投资者须在开工前办妥土地、环境和建设手续。",
        ),
        words(
            "Quyết định này có hiệu lực kể từ ngày ký.",
            "This decision takes effect on the day of signing.",
            "本决定自签署之日起生效。",
        ),
    ),
    issued_at=at("2026-12-18 16:40"),
    signatory=CHAIRMAN,
    recipients=(
        COMPANY.name,
        "Sở Tài chính",
        "Sở Nông nghiệp và Môi trường",
        "Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng – Lạng Sơn",
    ),
    remedies=words(
        "Có thể khiếu nại hoặc khởi kiện theo quy định của pháp luật.",
        "This decision may be appealed as the law provides.",
        "可依法申诉或起诉。",
    ),
    content_fingerprint="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
REJECTION = replace(
    LICENCE,
    form="notice",
    granted=False,
    facts=(),
    valid_until=None,
    head=replace(CONSTRUCTION, number="541/TB-SXD"),
    title=words("Thông báo", "Notice", "通知"),
    abstract=words("Về việc không cấp giấy phép xây dựng", "Refusal of a building permit", "关于不予核发施工许可证"),
    articles=(
        words(
            "Chiều cao công trình vượt quy hoạch phân khu 2,3 m.",
            "The height exceeds the zoning plan by 2.3 m.",
            "建筑高度超出分区规划2.3米。",
        ),
    ),
    remedies=words("Có thể khiếu nại trong 90 ngày.", "You may complain within 90 days.", "可在90日内申诉。"),
)

CHARGES = (
    say.ChargeLine(
        name=words("Lệ phí cấp giấy phép", "Fee for the permit", "许可费"),
        amount="75.000 đồng",
    ),
    say.ChargeLine(name=words("Tiền sử dụng hạ tầng"), amount="1.250.000 đồng"),
)
FEE_RECEIPT = say.FeeReceipt(
    head=replace(CENTRE, number="0000012/2026/BL"),
    subject=PERMIT,
    owner=COMPANY,
    payer="Trần Thị Bình",
    lines=CHARGES,
    total="1.325.000 đồng",
    in_words="Một triệu ba trăm hai mươi lăm nghìn đồng",
    manner=words("Tiền mặt tại quầy", "In cash at the counter", "窗口现金缴纳"),
    reference="14422574",
    note=words(""),
    issued_at=at("2026-11-23 09:32"),
)
OBLIGATION = say.ObligationNotice(
    head=CONSTRUCTION,
    subject=PERMIT,
    filer=COMPANY,
    lines=CHARGES,
    total=FEE_RECEIPT.total,
    in_words=FEE_RECEIPT.in_words,
    reason="Theo Thông báo số 12/TB-CCT ngày 20/11/2026.",
    legal_ground="Điều 8 Nghị định 10/2022/NĐ-CP",
    due_on=date(2026, 12, 10),
    issued_at=at("2026-11-23 09:32"),
    signatory=say.Signatory(name="Nông Văn Bình", post="Trưởng phòng", signed_at=at("2026-11-23 09:32")),
)

DECLARATION = say.Declaration(
    head=replace(CENTRE, number=""),
    subject=replace(PERMIT, code="9F86-D081-884C"),
    owner=COMPANY,
    filer=say.Person(name="Hoàng Thị Lan", email="lan@dongdang-logistics.example"),
    case=words("Công trình", "Works", "工程"),
    parts=(
        say.StatedPart(
            title=words("Chủ đầu tư", "The owner", "业主"),
            answers=(
                say.StatedAnswer(label=words("Tên", "Name", "名称"), value=COMPANY.name),
                say.StatedAnswer(label=words("Các hạng mục", "Parts", "分项"), value="Kho A; 1.200 m²\nKho B; 800 m²"),
            ),
        ),
    ),
    files=(
        say.StatedFile(
            document=words("Bản vẽ thiết kế", "Drawings", "设计图纸"),
            filename="ban-ve-thiet-ke-co-so-kho-lanh-trung-chuyen.pdf",
            content_fingerprint="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
    ),
    issued_at=at("2026-11-23 09:32"),
    content_fingerprint="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
)

REGISTER = say.Register(
    head=CENTRE,
    subject=say.Subject(code="Mẫu số 07", procedure=words(""), procedure_code="", verification_url=URL),
    since=date(2026, 11, 1),
    until=date(2026, 11, 30),
    is_cut=True,
    issued_at=at("2026-12-04 16:45"),
    lines=(
        say.RegisterLine(
            code=CODE,
            procedure=PERMIT.procedure,
            owner=COMPANY.name,
            identifier=COMPANY.identifier,
            filer="Hứa Văn Ánh",
            phone="0205 3 888 222",
            agency=CONSTRUCTION.agency,
            received_at=at("2026-11-23 09:32"),
            promised_at=at("2026-12-15 17:00"),
            ended_at=None,
            ending=say.Ending.OPEN,
        ),
        say.RegisterLine(
            code="H37.12-261124-0011",
            procedure=PERMIT.procedure,
            owner="Hoàng Văn Bình",
            identifier="••••0101",
            filer="Hoàng Văn Bình",
            phone="",
            agency=CONSTRUCTION.agency,
            received_at=at("2026-11-24 08:00"),
            promised_at=at("2026-11-30 17:00"),
            ended_at=at("2026-11-27 10:15"),
            ending=say.Ending.RETURNED,
        ),
    ),
)

EVERY_LETTER = {
    "declaration": DECLARATION,
    "fee_receipt": FEE_RECEIPT,
    "obligation": OBLIGATION,
    "filing_receipt": FILING,
    "receipt": RECEIPT,
    "supplement": SUPPLEMENT,
    "refusal_of_intake": REFUSAL,
    "apology": APOLOGY,
    "stop": STOP,
    "control_slip": SLIP,
    "register": REGISTER,
    "permit": LICENCE,
    "decision": APPROVAL,
    "rejection": REJECTION,
}
