"""Complete, valid examples for any definition: form values as they would be posted, and the documents.

The demonstration and the tests file real dossiers with them; nothing here is anybody's data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from portal.catalogue.answers import Answers, asked_in_row, facts_of, posted_from, read, visible
from portal.catalogue.completeness import missing
from portal.catalogue.conditions import Answer
from portal.catalogue.definition import Definition
from portal.catalogue.fields import (
    AddressField,
    ChoiceField,
    DateField,
    EmailField,
    FieldBase,
    HsCodeField,
    ManyField,
    MoneyField,
    NumberField,
    OutlineField,
    PersonIdField,
    PhoneField,
    PointField,
    RowsField,
    TaxCodeField,
    TextField,
    YesNoField,
    all_fields,
)
from portal.catalogue.numbers import write_number
from portal.catalogue.places import Places
from portal.catalogue.requirements import documents_for

PASSES = 12
TAX_CODES = ("4900001010", "4900888882", "4900765432", "0100233488")
HS_CODES = ("08105000", "07144011", "84713020", "40012220", "03061711")
STREETS = ("Số 12 đường Trần Đăng Ninh", "Số 5 đường Bà Triệu", "Thôn Khơ Đa", "Khu 3", "Số 81 đường Hùng Vương")
WORDS = ("Kho lạnh", "Bến bãi", "Nhà xưởng", "Trung tâm logistics", "Cửa hàng", "Trạm kiểm hóa")
NAMES = ("Nguyễn Thị Lan", "Hoàng Văn Sơn", "Lý A Páo", "Nông Thị Hạnh", "Vi Văn Thành")
COMPANIES = ("Công ty TNHH Lộc Bình", "Công ty CP Đồng Đăng", "Hợp tác xã Mẫu Sơn", "Công ty TNHH Xứ Lạng")

Wanted = Mapping[str, Answer]
"""Answers an example should give, by field code, where the field offers them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """What examples are made from; the same seed makes the same example."""

    chance: Random
    places: Places
    day: date


def valid_answers(  # noqa: D417 - the rest is named for what it is
    definition: Definition,
    case: str,
    *,
    places: Places,
    day: date,
    seed: int = 0,
    wanted: Wanted | None = None,
    everything: bool = False,
) -> dict[str, list[str]]:
    """Return form values that fill the whole form of a case, so that nothing is missing.

    Args:
        day: what "today" is; days to come are counted from it.
        wanted: canonical answers to give where the form asks for them.
        everything: answer also what is not required.

    """
    answers = valid_canonical_answers(
        definition, case, places=places, day=day, seed=seed, wanted=wanted, everything=everything
    )
    return posted_from(definition, answers)


def valid_canonical_answers(
    definition: Definition,
    case: str,
    *,
    places: Places,
    day: date,
    seed: int = 0,
    wanted: Wanted | None = None,
    everything: bool = False,
) -> dict[str, Answer]:
    """Return the same example as canonical answers."""
    maker = Maker(chance=Random(f"{definition.code} {case} {seed}"), places=places, day=day)  # noqa: S311
    answers: dict[str, Answer] = {}
    for _ in range(PASSES):
        asked = visible(definition, case, answers)
        fresh = [
            field
            for _, field in all_fields(definition.sections)
            if field.code in asked and field.code not in answers and (field.required or everything)
        ]
        if not fresh:
            break
        for field in fresh:
            given = None if wanted is None else wanted.get(field.code)
            answers[field.code] = _answer(field, maker, case, answers, everything) if given is None else given
    asked = visible(definition, case, answers)
    return {code: answer for code, answer in answers.items() if code in asked}


def required_documents(definition: Definition, case: str, answers: Answers) -> dict[str, int]:
    """Return one file for every document that is required, by document code."""
    return {document.code: 1 for document in documents_for(definition, case, answers) if document.required}


def is_complete(definition: Definition, case: str, posted: dict[str, list[str]], places: Places) -> bool:
    """Say whether posted values and their required documents make a complete dossier."""
    reading = read(definition, case, posted, places=places)
    documents = required_documents(definition, case, reading.answers)
    return not reading.problems and not missing(definition, case, reading.answers, documents)


def _answer(field: FieldBase, maker: Maker, case: str, answers: Answers, everything: bool) -> Answer:
    if isinstance(field, RowsField):
        least = max(field.min_rows, 1)
        count = min(field.max_rows, maker.chance.randint(least, least + 1))
        return [_row(field, maker, case, answers, everything) for _ in range(count)]
    return _simple(field, maker)


def _row(field: RowsField, maker: Maker, case: str, answers: Answers, everything: bool) -> dict[str, Answer]:
    row: dict[str, Answer] = {}
    for _ in range(PASSES):
        fresh = [
            part
            for part in asked_in_row(field, row, facts_of(case, answers))
            if part.code not in row and (part.required or everything)
        ]
        if not fresh:
            break
        for part in fresh:
            row[part.code] = _simple(part, maker)
    return row


def _simple(field: FieldBase, maker: Maker) -> Answer:  # noqa: C901, PLR0912 - one line per type
    chance = maker.chance
    match field:
        case TextField():
            return _words(field, chance)[: field.max_length].strip()
        case NumberField():
            return _number(field, chance)
        case MoneyField():
            return _money(field, chance)
        case DateField():
            return _day(field, maker).isoformat()
        case ChoiceField():
            return chance.choice(field.options).code
        case ManyField():
            chosen = chance.sample(field.options, k=chance.randint(1, len(field.options)))
            return [option.code for option in field.options if option in chosen]
        case YesNoField():
            return field.must_be_yes or chance.random() < 0.5  # noqa: PLR2004
        case AddressField():
            return _address(maker)
        case HsCodeField():
            return chance.choice(HS_CODES)
        case TaxCodeField():
            return person_id(chance) if field.subject == "person" else chance.choice(TAX_CODES)
        case PersonIdField():
            return person_id(chance)
        case PhoneField():
            return f"+8498{chance.randint(0, 9_999_999):07d}"
        case EmailField():
            return f"lien.he{chance.randint(1, 99)}@example.vn"
        case PointField():
            return {
                "lat": write_number(round(Decimal(str(chance.uniform(21.4, 22.3))), 6)),
                "long": write_number(round(Decimal(str(chance.uniform(106.2, 107.3))), 6)),
            }
        case OutlineField():
            return {"points": _plot(chance)}
        case _:
            raise TypeError(type(field).__name__)


def _plot(chance: Random) -> str:
    """Return the four corners of a plot somewhere in the province, one pair of degrees a line."""
    lat, long = chance.uniform(21.4, 22.3), chance.uniform(106.2, 107.3)
    north, east = chance.uniform(0.0002, 0.002), chance.uniform(0.0002, 0.002)
    corners = ((0.0, 0.0), (north, 0.0), (north, east), (0.0, east))
    return "\n".join(f"{lat + up:.6f}, {long + right:.6f}" for up, right in corners)


def person_id(chance: Random) -> str:
    """Return a well-formed citizen number of Lạng Sơn (020) that was given to nobody in particular."""
    return f"020{chance.choice('01')}{chance.randint(60, 99)}{chance.randint(0, 999_999):06d}"


FILLINGS = (
    (("nationality",), ("Việt Nam",)),
    (("country", "origin", "markets"), ("Trung Quốc",)),
    (("bank",), ("Ngân hàng TMCP Ngoại thương Việt Nam – Chi nhánh Lạng Sơn",)),
    (("position", "posts_detail"), ("Giám đốc", "Tổng giám đốc")),
    (("signed_by", "decided_by", "decision_by", "approval_by", "mandate_by", "project_by", "legal_paper_by"),
     ("UBND tỉnh Lạng Sơn", "Sở Tài chính tỉnh Lạng Sơn")),
    (("issued_by",), ("Cục Cảnh sát quản lý hành chính về trật tự xã hội",)),
    (("plate",), ("12C-068.25", "12H-014.77")),
    (("website",), ("https://example.vn",)),
    (("address_en", "importer_address"), ("Youyiguan Road, Pingxiang, Guangxi",)),
    (("address", "head_office", "kept_at", "yard_name", "place"), STREETS),
    (("gate", "port"), ("Cửa khẩu Hữu Nghị", "Cửa khẩu Chi Ma")),
    (("station_to", "destination"), ("Bằng Tường, Quảng Tây",)),
    (("station_from",), ("Bến xe phía Bắc Lạng Sơn",)),
    (("manager_name", "holder", "landlord", "lessor", "tenant", "third_party", "importer_name", "applicant_name",
      "verifier_name", "producer"), COMPANIES),
    (("user_name",), NAMES),
    (("purpose",), ("Đất thương mại, dịch vụ", "Đất cơ sở sản xuất phi nông nghiệp")),
    (("term", "used_until"), ("Đến ngày 31/12/2045", "50 năm")),
    (("colour",), ("Trắng", "Xanh")),
    (("vsic",), ("5210",)),
    (("subject",), ("Lô sầu riêng tươi", "Lô hạt điều nhân")),
)  # fmt: skip
"""What a text is filled with whose field code contains one of these words; the first line that fits."""


def _filling(code: str, chance: Random) -> str | None:
    fitting = (said for parts, said in FILLINGS if any(part in code for part in parts))
    said = next(fitting, None)
    return None if said is None else chance.choice(said)


def _words(field: TextField, chance: Random) -> str:
    code = field.code
    if field.digits:
        return f"{chance.randint(1, 999)}"
    if field.lines == 1 and "number" not in code and (said := _filling(code, chance)):
        return said
    if "number" in code or "certificate" in code or "plot" in code or "sheet" in code:
        return f"{chance.randint(1, 999)}"
    if field.lines > 1:
        return f"{chance.choice(WORDS)} phục vụ xuất nhập khẩu qua cửa khẩu; hoạt động ổn định, đúng quy hoạch."
    if "representative" in code or code == "name" or code.endswith("_person"):
        return chance.choice(NAMES)
    if "owner" in code or "company" in code or "investor" in code or "designer" in code or "partner" in code:
        return chance.choice(COMPANIES)
    return f"{chance.choice(WORDS)} {chance.randint(1, 20)}"


def _number(field: NumberField, chance: Random) -> str:
    low = field.min if field.min is not None else Decimal(1)
    high = field.max if field.max is not None else low + 500
    number = low + (min(high, low + 500) - low) * Decimal(chance.randint(1, 99)) / 100
    return write_number(min(max(round(number, field.decimals), low), high))


def _money(field: MoneyField, chance: Random) -> dict[str, Answer]:
    low = field.min if field.min is not None else Decimal(1_000_000)
    amount = low + chance.randint(1, 5_000) * (1_000_000 if field.currencies[0] == "VND" else 100)
    if field.max is not None:
        amount = min(amount, field.max)
    return {"amount": write_number(Decimal(amount)), "currency": field.currencies[0]}


def _day(field: DateField, maker: Maker) -> date:
    if "born" in field.code:
        return maker.day - timedelta(days=maker.chance.randint(9_000, 22_000))
    past = any(word in field.code for word in ("issued", "signed", "past", "granted", "since"))
    days = -maker.chance.randint(30, 900) if past else maker.chance.randint(30, 180)
    day = maker.day + timedelta(days=days)
    if field.earliest is not None:
        day = max(day, field.earliest)
    return day if field.latest is None else min(day, field.latest)


def _address(maker: Maker) -> dict[str, Answer]:
    commune = maker.chance.choice(maker.places.communes)
    return {"province": maker.places.home, "commune": commune.code, "street": maker.chance.choice(STREETS)}


def cases_of(definitions: Mapping[str, Definition]) -> Iterator[tuple[str, str]]:
    """Yield every (procedure code, case code), so that a journey can file each."""
    for code, definition in definitions.items():
        for case in definition.cases:
            yield code, case.code
