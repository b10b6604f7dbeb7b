"""A small, sound procedure to bend in tests, and the registers it is checked against."""

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from portal.catalogue import registers
from portal.catalogue.agencies import Agencies
from portal.catalogue.definition import Definition
from portal.catalogue.parsing import parse_definition, parse_file
from portal.catalogue.places import Places
from portal.clock.calendar import Calendar

PROCEDURES = Path(__file__).parents[2] / "procedures"
FILES = list(registers.definition_files())
TODAY = date(2026, 11, 22)


def words(text: str = "chữ") -> dict[str, str]:
    return {"vi": text, "en": text, "zh": text}


def step(code: str, act: str, role: str, *after: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": words(code),
        "act": act,
        "role": role,
        "after": list(after),
        "limit": {"amount": 0.5, "source": "test"},
        **more,
    }


def content() -> dict[str, Any]:
    """A procedure as its file would say it; every call gives a fresh one."""
    return copy.deepcopy(
        {
            "code": "1.000001",
            "sector": "trade",
            "name": words("Giấy phép"),
            "summary": words(),
            "audience": ["organisation"],
            "effective_from": date(2026, 1, 1),
            "intake": "centre",
            "competence": [{"agency": "department", "source": "test"}],
            "manner": ["online"],
            "level": {"value": "full", "source": "test"},
            "location": "site",
            "title_field": "subject",
            "cases": [{"code": "new", "name": words()}, {"code": "again", "name": words()}],
            "limits": [{"amount": 10, "unit": "working_day", "difficult_extra": 10, "source": "test"}],
            "supplement": {"days": 10, "source": "test"},
            "sections": [
                {
                    "code": "all",
                    "title": words(),
                    "source": "test",
                    "fields": [
                        {"code": "subject", "type": "text", "label": words(), "max_length": 20},
                        {"code": "site", "type": "address", "label": words(), "inside_province": True},
                        {
                            "code": "kind",
                            "type": "choice",
                            "label": words(),
                            "options": [{"code": "a", "label": words()}, {"code": "b", "label": words()}],
                        },
                        {"code": "value", "type": "money", "label": words(), "required": False},
                        {
                            "code": "only_b",
                            "type": "number",
                            "decimals": 2,
                            "label": words(),
                            "when": {"op": "eq", "field": "kind", "value": "b"},
                        },
                        {
                            "code": "goods",
                            "type": "rows",
                            "label": words(),
                            "row_label": words(),
                            "min_rows": 2,
                            "max_rows": 3,
                            "fields": [
                                {"code": "name", "type": "text", "label": words()},
                                {"code": "hs", "type": "hs_code", "label": words(), "required": False},
                            ],
                        },
                        {"code": "sure", "type": "yes_no", "label": words(), "must_be_yes": True},
                    ],
                }
            ],
            "documents": [
                {"code": "paper", "name": words(), "kind": "copy", "source": "test"},
                {
                    "code": "paper_b",
                    "name": words(),
                    "kind": "copy",
                    "source": "test",
                    "when": {"op": "eq", "field": "kind", "value": "b"},
                },
            ],
            "steps": [
                step("intake", "intake", "one_stop", agency="intake"),
                step("work", "appraise", "specialist", "intake"),
                step("ask", "opinion", "consultant", "intake", agency="other", silence="escalate"),
                step("draft", "approve", "head", "work", "ask", returns_to=["work"]),
                step("sign", "sign", "leader", "draft"),
                step("number", "number", "clerk", "sign"),
                step("issue", "issue", "clerk", "number"),
                step("deliver", "deliver", "one_stop", "issue", agency="intake"),
            ],
            "results": [
                {"code": "licence", "name": words(), "kind": "permit", "number": "{number}/GP", "source": "test"}
            ],
            "letters": [{"kind": "refusal", "body": words("{agency} từ chối {answers.subject}: {reason}")}],
            "legal_basis": [{"act": "1/2026", "title": words(), "source": "test"}],
            "remedies": words(),
        }
    )


AGENCIES = Agencies.model_validate(
    {
        "agencies": [
            {
                "key": key,
                "code": f"H37.{number}",
                "symbol": "X",
                "name": words(),
                "short_name": words(),
                "roles": roles,
            }
            for number, (key, roles) in enumerate(
                {
                    "centre": ["one_stop"],
                    "department": ["specialist", "head", "leader", "clerk"],
                    "other": ["consultant"],
                }.items()
            )
        ]
    }
).by_key


def definition(bend: Callable[[dict[str, Any]], object] | None = None) -> Definition:
    told = content()
    if bend is not None:
        bend(told)
    return Definition.model_validate(told)


def of_file(path: Path) -> Definition:
    parsed = parse_definition(path)
    assert parsed.findings == ()
    assert parsed.thing is not None
    return parsed.thing


def real_places() -> Places:
    thing = parse_file(PROCEDURES / "communes.toml", Places).thing
    assert thing is not None
    return thing


def real_agencies() -> Agencies:
    thing = parse_file(PROCEDURES / "agencies.toml", Agencies).thing
    assert thing is not None
    return thing


def real_calendar() -> Calendar:
    return Calendar.parse((PROCEDURES / "calendars" / "vietnam.toml").read_text())


PLACES = real_places()
