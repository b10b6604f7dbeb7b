"""A year as the package `holidays` foresees it: to be compared with the official decision, never official itself."""

from datetime import date, timedelta
from importlib.metadata import version
from typing import Any

import holidays

from portal.calendars.documents import Document, Row
from portal.clock.almanac import SATURDAY

KEYS = {
    "Tết Dương lịch": "new_year",
    "Tết Dương lịch (nghỉ bù)": "new_year_in_lieu",
    "29 Tết": "tet_29",
    "Giao thừa Tết Nguyên Đán": "tet_eve",
    "Tết Nguyên Đán": "tet_1",
    "Mùng hai Tết Nguyên Đán": "tet_2",
    "Mùng ba Tết Nguyên Đán": "tet_3",
    "Mùng bốn Tết Nguyên Đán": "tet_4",
    "Mùng năm Tết Nguyên Đán": "tet_5",
    "Ngày Giỗ Tổ Hùng Vương": "hung_kings",
    "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)": "hung_kings_in_lieu",
    "Ngày Chiến thắng": "reunification",
    "Ngày Chiến thắng (nghỉ bù)": "reunification_in_lieu",
    "Ngày Quốc tế Lao động": "labour",
    "Ngày Quốc tế Lao động (nghỉ bù)": "labour_in_lieu",
    "Quốc khánh": "national",
    "Quốc khánh (nghỉ bù)": "national_in_lieu",
    "Ngày Văn hóa Việt Nam": "culture",
}
"""The package's Vietnamese names and the keys of the packaged calendar, whose Chinese it does not have."""

SWAP = "Ngày nghỉ (thay cho"


def for_year(year: int, *, names: dict[str, Any]) -> Document:
    """The year as the package foresees it, not official. `names` are those to choose from, by key."""
    origin = {
        "source": "",
        "verified": False,
        "note": f"as the package `holidays` {version('holidays')} foresees it; no official decision yet",
    }
    vi = holidays.country_holidays("VN", years=year, language="vi")
    en = holidays.country_holidays("VN", years=year, language="en_US")
    used: dict[str, Any] = {}
    off: list[Row] = []
    for on, name in sorted(vi.items()):
        if on.year != year:
            continue
        key = "swap" if name.startswith(SWAP) else KEYS.get(name)
        if key is None or key not in names:
            key = f"holiday_{on:%m_%d}"
            used[key] = {"vi": name, "en": en.get(on, name), "zh": en.get(on, name)}
        else:
            used[key] = names[key]
        off.append({"on": on.isoformat(), "name": key, **origin})
    works = [
        {"on": on.isoformat(), "instead_of": _swapped(vi, on).isoformat(), **origin}
        for on in sorted(vi.weekend_workdays)
        if on.year == year and on.weekday() >= SATURDAY and on not in vi
    ]
    return {"years": [{"year": year, "official": False, **origin}], "off": off, "works": works, "names": used}


def _swapped(vi: "holidays.HolidayBase", on: date) -> date:
    """The day off that the make-up day stands for: the swap that names it, else the nearest swap."""
    swaps = [day for day, name in vi.items() if name.startswith(SWAP)]
    told = next((day for day in swaps if f"{on:%d/%m/%Y}" in vi[day]), None)
    return told or min(swaps, key=lambda day: abs(day - on), default=on - timedelta(days=1))
