"""Answers a reader takes for real: sizes that fit each other, names of goods and works, gates that exist.

What is not said here is drawn by the catalogue's example maker, which knows only the form's own rules.
"""

from random import Random

from portal.catalogue.conditions import Answer

WORKS = ("Nhà kho số {n}", "Nhà xưởng sơ chế nông sản số {n}", "Văn phòng điều hành bến bãi số {n}", "Cửa hàng số {n}")
HOUSES = ("Nhà ở gia đình ông Hoàng Văn {name}", "Nhà ở gia đình bà Nông Thị {name}")
NAMES = ("Bình", "Hạnh", "Thắng", "Lan", "Tuấn", "Mai")
DESIGNERS = ("Công ty cổ phần Tư vấn xây dựng Xứ Lạng", "Công ty TNHH Kiến trúc Kỳ Lừa")
VERIFIER = "Công ty TNHH Thẩm tra xây dựng Mẫu Sơn"
PROJECTS = (
    "Trung tâm logistics cửa khẩu giai đoạn {n}",
    "Kho lạnh nông sản Đồng Đăng số {n}",
    "Bãi trung chuyển số {n}",
)
GOODS = ("Lô thịt gà đông lạnh số {n}", "Lô cá tra đông lạnh số {n}", "Lô tôm đông lạnh số {n}")
LAND = ("Dự án kho bãi Cốc Nam {n}", "Dự án nhà máy chế biến hồi {n}", "Dự án trung tâm thương mại Đồng Đăng {n}")
ZONE_SHARE = 0.1


def wanted(code: str, case: str, chance: Random) -> dict[str, Answer]:
    """Canonical answers for this case of the procedure, to be given where its form asks for them."""
    match code:
        case "1.013225":
            return _building(case, chance)
        case "1.009645":
            land = chance.randrange(4000, 60000, 100)
            capital = chance.randrange(40, 400, 5) * 1_000_000_000
            return {
                "project_name": _named(PROJECTS, chance),
                "land_area": str(land),
                "total_capital": {"amount": str(capital), "currency": "VND"},
                "own_capital": {"amount": str(capital * 3 // 10), "currency": "VND"},
                "loan_capital": {"amount": str(capital * 7 // 10), "currency": "VND"},
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
            return {"subject": _named(LAND, chance)}
        case _:
            return {}


def _building(case: str, chance: Random) -> dict[str, Answer]:
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
    names = HOUSES if case == "house" else WORKS
    return {
        **sizes,
        "ground_level": "0.45",
        "works_name": _named(names, chance),
        "designer_name": chance.choice(DESIGNERS),
        "verifier_name": VERIFIER,
        "works_kind": "building",
        "plot_number": str(chance.randint(10, 400)),
        "map_sheet": str(chance.randint(1, 60)),
        "months_to_build": str(chance.randint(4, 14)),
    }


def _named(patterns: tuple[str, ...], chance: Random) -> str:
    return chance.choice(patterns).format(n=chance.randint(1, 9), name=chance.choice(NAMES))
