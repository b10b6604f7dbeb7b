"""One quiet line about a thing in a list: who, how long, how much, under which condition."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts.wording import role_words
from portal.authoring import builder, scope
from portal.authoring.boxes import asked_words
from portal.authoring.builder import Shown
from portal.authoring.choices import value_words
from portal.authoring.documents import Document
from portal.authoring.shapes import content_at
from portal.authoring.typing_in import shown
from portal.catalogue import registers
from portal.catalogue.condition_words import figure
from portal.catalogue.locating import KeyPath
from portal.foundation import formats
from portal.foundation.formats import Language
from portal.workflow.roles import Role

ROLES: Final = frozenset(role.value for role in Role)


def summary_of(document: Document, path: KeyPath, language: Language) -> str:
    """Say the most important of a thing, as far as it is written."""
    thing = content_at(document, path)
    held: Mapping[str, Any] = thing if isinstance(thing, Mapping) else {}
    parts = [*_said(held, str(path[-2]), language)]
    known = scope.asked_at(document, path)
    conditions = (builder.show(held.get(name), name, known, language) for name in ("when", "stop_when"))
    parts += [
        str(_("only if: %(condition)s", condition=condition_words(one, language)))
        for one in conditions
        if one is not None
    ]
    return " · ".join(filter(None, parts))


def condition_words(condition: Shown, language: Language) -> str:
    """Say a condition that may still have gaps."""
    if condition.is_group:
        joint = _("; and ") if condition.join == "and" else _("; or ")
        words = str(joint).join(condition_words(row, language) for row in condition.rows)
    elif condition.op == "always":
        words = str(_("always"))
    else:
        words = _row_words(condition, language)
    return str(_("not (%(condition)s)", condition=words)) if condition.is_negated else words


def _row_words(row: Shown, language: Language) -> str:
    question = f"“{asked_words(row.asked, language)}”" if row.asked else row.field or "…"
    if row.op == "present":
        return str(_("%(question)s is answered", question=question))
    names = dict(row.choices)
    values = str(_(", ")).join(names.get(value, value) for value in row.values) or "…"
    if row.op == "gt":
        values = str(_("more than %(value)s", value=values))
    elif row.op == "lt":
        values = str(_("less than %(value)s", value=values))
    return f"{question} – {values}"


def _said(  # noqa: C901 - one case per list
    held: Mapping[str, Any], part: str, language: Language
) -> Iterator[str]:
    match part:
        case "steps":
            if held.get("role") in ROLES:
                yield role_words(Role(str(held["role"])))
            yield _agency(str(held.get("agency", "competent")), language)
            limit = held.get("limit")
            if isinstance(limit, Mapping) and limit.get("amount") is not None:
                yield f"{_figure(limit['amount'], language)} {value_words('unit', str(limit.get('unit', 'day')))}"
        case "fields":
            yield value_words("type", str(held.get("type", "")))
            if held.get("required") is False:
                yield str(_("optional"))
        case "sections":
            fields = held.get("fields")
            count = len(fields) if isinstance(fields, list) else 0
            yield str(ngettext("%(num)d question", "%(num)d questions", count))
        case "documents":
            yield value_words("kind", str(held.get("kind", "")))
            if held.get("required") is False:
                yield str(_("optional"))
        case "fees":
            amount = held.get("amount_vnd")
            yield formats.money(amount, language) if isinstance(amount, int) else value_words("fee", str(held.get("kind")))  # fmt: skip  # noqa: E501
        case "forms":
            yield str(held.get("number", ""))
        case "results":
            yield value_words("kind", str(held.get("kind", "")))


def _agency(key: str, language: Language) -> str:
    entry = registers.agencies().by_key.get(key)
    return entry.short_name.words(language) if entry else value_words("agency", key)


def _figure(amount: object, language: Language) -> str:
    """A number as the reader writes it; what is no number stays as it was typed."""
    return figure(amount, language) if isinstance(amount, Decimal | int | float) else shown(amount)
