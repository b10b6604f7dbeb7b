"""Definitions of every shape the model allows, for properties that must hold of all of them."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.catalogue.samples import content

CODES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
SENTENCES = st.text(
    st.one_of(st.sampled_from("\"'\\\n\t{}#=[]%đườ中"), st.characters(exclude_categories=["Cs"])), max_size=160
)
NUMBERS = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=9) | st.integers(
    0, 10**12
).map(Decimal)
SCALARS = st.one_of(
    st.booleans(), st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False), SENTENCES
)
FIELD_NAMES = st.sampled_from(["case", "kind", "site.commune", "value", "sure", "subject", "nobody"])


@st.composite
def texts(draw: st.DrawFn) -> dict[str, str]:
    told = {language: draw(SENTENCES) for language in ("vi", "en", "zh")}
    if draw(st.booleans()):
        told["en_status"] = draw(st.sampled_from(["draft", "reviewed"]))
    return told


CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.one_of(
        st.just({"op": "always"}),
        st.fixed_dictionaries({"op": st.sampled_from(["eq", "gt", "lt"]), "field": FIELD_NAMES, "value": SCALARS}),
        st.fixed_dictionaries(
            {"op": st.just("in"), "field": FIELD_NAMES, "values": st.lists(SCALARS, min_size=1, max_size=4)}
        ),
        st.fixed_dictionaries({"op": st.just("present"), "field": FIELD_NAMES}),
    ),
    lambda parts: st.one_of(
        st.fixed_dictionaries({"op": st.just("not"), "of": parts}),
        st.fixed_dictionaries(
            {"op": st.sampled_from(["and", "or"]), "of": st.lists(parts, min_size=1, max_size=3)},
        ),
    ),
    max_leaves=6,
)


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """What a file might say: of the right shape, not necessarily sensible."""
    told = content()
    told["name"] = draw(texts())
    told["remedies"] = draw(texts())
    told["keywords"] = draw(st.lists(texts(), max_size=2))
    told["effective_from"] = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    told["source"] = draw(SENTENCES)
    told["letters"] = [{"kind": "stop", "body": draw(texts()), "approvals": ["head", "leader"]}]
    for thing in (*told["documents"], *told["steps"], *told["limits"], *told["sections"][0]["fields"]):
        if draw(st.booleans()):
            thing["when"] = draw(CONDITIONS)
    for step in told["steps"]:
        step["limit"] = {"amount": draw(NUMBERS) % 1000, "verified": draw(st.booleans()), "source": draw(SENTENCES)}
        step["limit_by_case"] = draw(
            st.dictionaries(CODES, st.fixed_dictionaries({"amount": st.decimals(0, 9, places=2)}), max_size=2)
        )
    told["fees"] = [
        {
            "kind": "bracket",
            "code": draw(CODES),
            "name": draw(texts()),
            "base": "value",
            "brackets": [{"up_to": draw(NUMBERS), "amount_vnd": draw(st.integers(0, 10**9))}, {"amount_vnd": 1}],
        },
        {"kind": "rate", "code": draw(CODES), "name": draw(texts()), "base": "value", "rate": draw(NUMBERS) % 1},
    ]
    return told
