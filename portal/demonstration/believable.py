"""Answers a reader takes for real: sizes that fit each other, names of goods and works, gates that exist.

What is not said here is drawn by the catalogue's example maker, which knows only the form's own rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from portal.accounts.models import Party, PartyKind, Person
from portal.catalogue.answers import read
from portal.catalogue.conditions import Answer
from portal.catalogue.definition import Definition
from portal.catalogue.registers import places
from portal.dossiers.profile import prefilled, profile_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What a company of the demonstration builds, plans and asks land for; `{n}` is a number."""

    works: tuple[str, ...]
    projects: tuple[str, ...]
    land: tuple[str, ...]


LOGISTICS = Trade(
    works=("Nhà kho số {n}", "Văn phòng điều hành bến bãi số {n}", "Kho ngoại quan số {n}"),
    projects=("Trung tâm logistics cửa khẩu giai đoạn {n}", "Bãi trung chuyển số {n}"),
    land=("Dự án kho bãi Cốc Nam {n}", "Dự án bến xe hàng Đồng Đăng {n}"),
)
PRODUCE = Trade(
    works=("Nhà xưởng sơ chế nông sản số {n}", "Kho lạnh nông sản số {n}", "Cửa hàng nông sản số {n}"),
    projects=("Kho lạnh nông sản Đồng Đăng số {n}", "Nhà máy chế biến quả số {n}"),
    land=("Dự án nhà máy chế biến hồi {n}", "Dự án vùng trồng hồi Văn Quan {n}"),
)
TRADES = {"4900001010": LOGISTICS, "4900765432": PRODUCE}
"""By the tax code of the company; the others carry goods."""
DESIGNERS = ("Công ty cổ phần Tư vấn xây dựng Xứ Lạng", "Công ty TNHH Kiến trúc Kỳ Lừa")
VERIFIER = "Công ty TNHH Thẩm tra xây dựng Mẫu Sơn"
GOODS = ("Lô thịt gà đông lạnh số {n}", "Lô cá tra đông lạnh số {n}", "Lô tôm đông lạnh số {n}")
ZONE_SHARE = 0.1
FOR_PEOPLE: Mapping[str, frozenset[str]] = {"1.013225": frozenset({"house"})}
"""Cases that people file for themselves, by procedure; its other cases, and all other procedures, are companies'."""
IDENTITY = "020180000105"
"""Of whoever represents a company; invented."""
POSITION = "Giám đốc"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledFor:
    """Whom a dossier is for, as far as its subject follows from it."""

    name: str
    trade: Trade = LOGISTICS


SOMEBODY = FiledFor(name="Hoàng Văn Bình")


def filed_for(party: Party) -> FiledFor:
    """The party as its dossiers tell of it."""
    return FiledFor(name=party.name, trade=TRADES.get(party.tax_code or "", LOGISTICS))


def fitting_cases(definition: Definition, kind: PartyKind) -> list[str]:
    """The cases that such a party files: houses are people's, works are companies'."""
    own = FOR_PEOPLE.get(definition.code, frozenset())
    is_person = kind is PartyKind.INDIVIDUAL
    fitting = [case.code for case in definition.cases if (case.code in own) is is_person]
    return fitting or [case.code for case in definition.cases]


def as_its_own(
    definition: Definition, case: str, typed: Mapping[str, list[str]], party: Party, person: Person
) -> dict[str, list[str]]:
    """The answers with the party's own name, numbers and address, as its filer's form has them from the profile.

    As they were where the form would not take that.
    """
    known = prefilled(definition, profile_of(party, person), places())
    mixed = {**typed, **{name: values for name, values in known.items() if any(values)}}
    for name in known:
        if name.endswith(".0.kind"):
            mixed |= {name.replace("kind", "nationality"): ["vietnam"], name.replace("kind", "position"): [POSITION]}
            mixed |= {name.replace("kind", "representative_identity"): [IDENTITY]}
    reading = read(definition, case, mixed, places=places())
    return dict(typed) if reading.problems else mixed


def wanted(code: str, case: str, chance: Random, whom: FiledFor = SOMEBODY) -> dict[str, Answer]:
    """Canonical answers for this case of the procedure, to be given where its form asks for them."""
    match code:
        case "1.013225":
            return _building(case, chance, whom)
        case "1.009645":
            land = chance.randrange(4000, 60000, 100)
            capital = chance.randrange(40, 400, 5) * 1_000_000_000
            return {
                "project_name": _named(whom.trade.projects, chance),
                "land_area": str(land),
                "total_capital": {"amount": str(capital), "currency": "VND"},
                "own_capital": {"amount": str(capital * 3 // 10), "currency": "VND"},
                "loan_capital": {"amount": str(capital * 7 // 10), "currency": "VND"},
                "fixed_capital": {"amount": str(capital * 17 // 20), "currency": "VND"},
                "working_capital": {"amount": str(capital * 3 // 20), "currency": "VND"},
                "term_years": str(chance.choice((20, 30, 50))),
            }
        case "1.004191":
            return {
                "subject": _named(GOODS, chance),
                "import_gate": "Cảng Hải Phòng",
                "export_gate": chance.choice(("huu_nghi", "tan_thanh", "coc_nam", "chi_ma")),
                "days_kept": str(chance.choice((30, 45, 60))),
            }
        case "1.013952":
            return {"subject": _named(whom.trade.land, chance)}
        case _:
            return {}


def _building(case: str, chance: Random, whom: FiledFor) -> dict[str, Answer]:
    """A plot, a house or works that stand on it, and storeys whose areas add up."""
    plot, storeys = chance.randrange(120, 900, 10), chance.randint(1, 4)
    footprint = plot * chance.randint(45, 70) // 100
    sizes: dict[str, Answer] = {"plot_area": str(plot), "inside_zone": chance.random() < ZONE_SHARE}
    for prefix in ("", "house_"):
        sizes |= {
            f"{prefix}footprint": str(footprint),
            f"{prefix}floor_area": str(footprint * storeys),
            f"{prefix}height": f"{3.6 * storeys + 1.2:.1f}",
            f"{prefix}storeys": str(storeys),
            f"{prefix}setback": str(chance.choice((2, 3, 4))),
        }
    is_house = case == "house"
    return {
        **sizes,
        "owner_kind": "person" if is_house else "organisation",
        "ground_level": "0.45",
        "works_name": f"Nhà ở gia đình {whom.name}" if is_house else _named(whom.trade.works, chance),
        "designer_name": chance.choice(DESIGNERS),
        "verifier_name": VERIFIER,
        "works_kind": "building",
        "plot_number": str(chance.randint(10, 400)),
        "map_sheet": str(chance.randint(1, 60)),
        "months_to_build": str(chance.randint(4, 14)),
    }


def _named(patterns: tuple[str, ...], chance: Random) -> str:
    return chance.choice(patterns).format(n=chance.randint(1, 9))
