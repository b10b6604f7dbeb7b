# ruff: noqa: E501, UP031 - a table of patches reads better on one line each
"""The lint of a file: on a sound one silent, on a broken one red at the right line; and it never crashes."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.catalogue.checking import check_file
from portal.catalogue.definition import Definition
from portal.catalogue.findings import Finding, Severity
from portal.catalogue.parsing import parse_definition, parse_text
from portal.catalogue.writing import write
from tests.catalogue.samples import AGENCIES, FILES, TODAY, of_file, real_calendar
from tests.catalogue.strategies import definitions

GOOD = Path(__file__).parent / "broken" / "1.000001.toml"
TEXT = GOOD.read_text("utf-8")
CALENDAR = real_calendar()
HERE = "# here"

KIND_IS = 'when = { op = "eq", field = "kind", value = "b" }\nsource'
WORK = '[[steps]]\ncode = "work"\nact = "appraise"\nrole = "specialist"'
ASK = '[[steps]]\ncode = "ask"\nact = "opinion"\nrole = "consultant"\nagency = "other"'
DRAFT = '[[steps]]\ncode = "draft"\nact = "approve"\nrole = "head"'
SIGN = '[[steps]]\ncode = "sign"\nact = "sign"\nrole = "leader"'
BRACKETS = "brackets = [{ up_to = 1000000, amount_vnd = 50000 }, { up_to = 5000000, amount_vnd = 90000 }, "


def when(condition: str) -> tuple[str, str]:
    return KIND_IS, f"when = {condition} {HERE}\nsource"


BROKEN: list[tuple[str, str, str]] = [
    # the text itself
    ("not_toml", 'sector = "trade"', f'sector = "trade {HERE}'),
    ("not_toml", 'sector = "trade"', f'sector = "trade"\nsector = "land" {HERE}'),
    ("not_toml", "[name]", f"[name {HERE}"),
    ("not_toml", "amount = 10", f"amount = 010 {HERE}"),
    # shapes
    ("wrong_shape", 'sector = "trade"', f'sector = "fishing" {HERE}'),
    ("wrong_shape", 'sector = "trade"', f'sector = "trade"\ncolour = "red" {HERE}'),
    ("wrong_shape", "amount = 10", f"amount = -1 {HERE}"),
    ("wrong_shape", 'amount = 10\nunit = "working_day"', f'amount = 0\nunit = "calendar_day" {HERE}'),
    ("wrong_shape", "amount = 10", f"amount = nan {HERE}"),
    ("wrong_shape", 'code = "paper"', f'code = "Paper 1" {HERE}'),
    ("wrong_shape", 'role = "specialist"', f'role = "wizard" {HERE}'),
    ("wrong_shape", 'type = "address"', f'type = "planet" {HERE}'),
    ("wrong_shape", 'unit = "working_day"', f'unit = "fortnight" {HERE}'),
    ("wrong_shape", "effective_from = 2026-01-01", f'effective_from = "tomorrow" {HERE}'),
    ("wrong_shape", KIND_IS, f'when = {{ op = "equals", field = "kind", value = "b" }} {HERE}\nsource'),
    # conditions
    ("unknown_field", *when('{ op = "eq", field = "nobody", value = "b" }')),
    ("unknown_field", *when('{ op = "not", of = { op = "present", field = "nobody" } }')),
    ("unknown_field", 'title_field = "subject"', f'title_field = "nobody" {HERE}'),
    ("unknown_field", 'field = "banned", value = true }', f'field = "kind", value = "a" }} {HERE}'),
    ("unknown_part", *when('{ op = "eq", field = "site.district", value = "b" }')),
    ("unknown_option", *when('{ op = "eq", field = "kind", value = "c" }')),
    ("unknown_case", *when('{ op = "in", field = "case", values = ["new", "old"] }')),
    ("wrong_type", *when('{ op = "gt", field = "kind", value = 3 }')),
    ("wrong_type", *when('{ op = "lt", field = "sure", value = 3 }')),
    ("wrong_type", *when('{ op = "eq", field = "value", value = "much" }')),
    ("wrong_type", *when('{ op = "eq", field = "sure", value = "yes" }')),
    ("never_true", *when('{ op = "and", of = [{ op = "eq", field = "kind", value = "a" }, '
                         '{ op = "eq", field = "kind", value = "b" }] }')),
    ("never_true", *when('{ op = "and", of = [{ op = "gt", field = "value", value = 9 }, '
                         '{ op = "lt", field = "value", value = 3 }] }')),
    ("never_true", *when('{ op = "not", of = { op = "always" } }')),
    ("own_visibility", 'when = { op = "eq", field = "kind", value = "b" }\n\n',
     f'when = {{ op = "gt", field = "only_b", value = 1 }} {HERE}\n\n'),
    # names, texts, references
    ("duplicate_code", 'code = "paper_b"', f'code = "paper" {HERE}'),
    ("duplicate_code", 'code = "again"', f'code = "new" {HERE}'),
    ("duplicate_code", 'code = "site"', f'code = "subject" {HERE}'),
    ("key_twice", SIGN, SIGN.replace("[[steps]]", f"[[steps]] {HERE}").replace('code = "sign"', 'code = "draft"')),
    ("missing_translation", '[summary]\nvi = "chữ"\nen = "chữ"', f'[summary] {HERE}\nvi = "chữ"\nen = ""'),
    ("missing_translation", '[remedies]\nvi = "chữ"', f'[remedies] {HERE}\nvi = "  "'),
    ("status_of_text", "[remedies]", f'[remedies] {HERE}\nen_status = "authoritative"'),
    ("control_letter", 'zh = "Giấy phép"', f'zh = "Giấy \\u0000phép" {HERE}'),
    ("code_unlike_file", 'code = "1.000001"', f'code = "1.000002" {HERE}'),
    ("unknown_agency", 'intake = "centre"', f'intake = "nowhere" {HERE}'),
    ("unknown_agency", 'agency = "other"', f'agency = "nowhere" {HERE}'),
    ("not_an_address", 'location = "site"', f'location = "subject" {HERE}'),
    ("question_unlike_code", '[[questions]]\ncode = "banned"', f'[[questions]] {HERE}\ncode = "allowed"'),
    ("bounds", '[[sections.fields]]\ncode = "only_b"', f'[[sections.fields]] {HERE}\nmin = 5\nmax = 1\ncode = "only_b"'),
    # the route
    ("role_nobody_holds", 'role = "specialist"', f'role = "cashier" {HERE}'),
    ("role_holds_no_step", WORK, WORK.replace("[[steps]]", f"[[steps]] {HERE}").replace("specialist", "auditor")),
    ("role_unknown", WORK, f'[[steps]] {HERE}\ncode = "work"\nact = "appraise"'),
    ("wrong_role", 'act = "sign"\nrole = "leader"', f'act = "sign"\nrole = "head" {HERE}'),
    ("cycle", WORK + '\nname = { vi = "work", en = "work", zh = "work" }\nafter = ["intake"]',
     WORK.replace("[[steps]]", f"[[steps]] {HERE}")
     + '\nname = { vi = "work", en = "work", zh = "work" }\nafter = ["draft"]'),
    ("unknown_node", SIGN + '\nname = { vi = "sign", en = "sign", zh = "sign" }\nafter = ["draft"]',
     SIGN.replace("[[steps]]", f"[[steps]] {HERE}")
     + '\nname = { vi = "sign", en = "sign", zh = "sign" }\nafter = ["nothing"]'),
    ("unreachable", SIGN, SIGN.replace("[[steps]]", f"[[steps]] {HERE}")),
    ("missing_join", ASK, ASK.replace("[[steps]]", f"[[steps]] {HERE}")),
    ("opinion_without_silence", ASK, ASK.replace("[[steps]]", f"[[steps]] {HERE}")),
    ("returns_forward", DRAFT, DRAFT.replace("[[steps]]", f"[[steps]] {HERE}")),
    ("needs_out_of_range", DRAFT, DRAFT.replace("[[steps]]", f"[[steps]] {HERE}") + "\nneeds = 5"),
    ("unknown_case", 'code = "draft"\nact', f'code = "draft"\nlimit_by_case = {{ never = {{ amount = 1 }} }} {HERE}\nact'),
    ("longer_than_limit", "[[limits]]\namount = 10", f"[[limits]] {HERE}\namount = 1"),
    # limits, fees, level, law, letters
    ("same_day_without_cutoff", "[[limits]]\namount = 10", f"[[limits]] {HERE}\namount = 0"),
    ("cutoff_on_long_limit", "[[limits]]\namount = 10", f'[[limits]]\nsame_day_cutoff = "15:00" {HERE}\namount = 10'),
    ("cutoff_outside_hours", "[[limits]]\namount = 10", f'[[limits]]\nsame_day_cutoff = "17:00" {HERE}\namount = 10'),
    ("wrong_shape", "[[limits]]\namount = 10", f'[[limits]]\nsame_day_cutoff = "3pm" {HERE}\namount = 10'),
    ("no_limit_for_case", '[[limits]]', f'[[limits]] {HERE}\nwhen = {{ op = "eq", field = "case", value = "new" }}'),
    ("no_agency_for_case", '[[competence]]',
     f'[[competence]] {HERE}\nwhen = {{ op = "eq", field = "kind", value = "a" }}'),
    ("fee_gap", BRACKETS, f"brackets = [{{ up_to = 1000000, amount_vnd = 50000 }},\n{{ up_to = 900, amount_vnd = 90000 }}, {HERE}\n"),
    ("fee_gap", "{ amount_vnd = 150000 }]", f"{{ up_to = 9000000, amount_vnd = 150000 }}] {HERE}"),
    ("fee_base", 'base = "value"', f'base = "kind" {HERE}'),
    ("unknown_fee", 'covers = ["appraisal"]', f'covers = ["nothing"] {HERE}'),
    ("level_does_not_follow", "[level]", f"[level] {HERE}"),
    ("expired_basis", "[[legal_basis]]", f"[[legal_basis]] {HERE}\nvalid_to = 2026-06-30"),
    ("basis_not_yet", '[[legal_basis]]', f'[[legal_basis]] {HERE}'),
    ("unknown_placeholder", "[letters.body]\nvi = \"{agency}", f"[letters.body] {HERE}\nvi = \"{{weather}}"),
    ("unclosed_placeholder", "[letters.body]\nvi = \"{agency}", f"[letters.body] {HERE}\nvi = \"{{agency"),
    ("unknown_placeholder", 'number = "{number}/GP"', f'number = "{{case}}/GP" {HERE}'),
    ("unsourced", '[[documents]]\ncode = "paper"\nkind = "copy"\nname = { vi = "chữ", en = "chữ", zh = "chữ" }\nsource = "test"',
     f'[[documents]] {HERE}\ncode = "paper"\nkind = "copy"\nname = {{ vi = "chữ", en = "chữ", zh = "chữ" }}'),
]  # fmt: skip

ALSO = {
    "unreachable": ('after = ["work", "ask"]', 'after = ["work", "ask", "draft"]'),
    "missing_join": ('after = ["work", "ask"]', 'after = ["work"]'),
    "opinion_without_silence": ('silence = "escalate"\n', ""),
    "returns_forward": ('returns_to = ["work"]', 'returns_to = ["sign"]'),
    "level_does_not_follow": ('code = "paper"\n', 'code = "paper"\nwet_signature = true\n'),
    "basis_not_yet": ("valid_from = 2026-01-01", "valid_from = 2027-06-30"),
}
"""What has to be spoilt elsewhere for the complaint to show at the marked line."""


def lint(text: str, file: str = "1.000001.toml") -> tuple[Finding, ...]:
    return check_file(parse_text(text, Definition, file=file), agencies=AGENCIES, calendar=CALENDAR, today=TODAY)


def test_the_sound_procedure_is_clean() -> None:
    assert lint(TEXT) == ()


def test_the_table_is_long_enough() -> None:
    assert len(BROKEN) >= 60


@pytest.mark.parametrize(("code", "find", "replace"), BROKEN, ids=[f"{n}-{row[0]}" for n, row in enumerate(BROKEN)])
def test_a_broken_file_is_red_at_the_right_line(code: str, find: str, replace: str) -> None:
    assert find in TEXT
    text = TEXT.replace(find, replace, 1)
    if code in ALSO:
        assert ALSO[code][0] in text
        text = text.replace(*ALSO[code], 1)
    line = next(number for number, words in enumerate(text.splitlines(), start=1) if words.endswith(HERE))

    found = lint(text)

    assert (code, line) in {(finding.code, finding.line) for finding in found}, [str(finding) for finding in found]
    assert all(finding.message and finding.remedy and finding.file for finding in found)


def strange_files() -> Iterator[tuple[str, bytes]]:
    steps = TEXT.index("[[steps]]")
    step = (
        '[[steps]]\ncode = "s%d"\nact = "appraise"\nrole = "head"\nname = {vi="a",en="a",zh="a"}\nlimit = {amount=1}\n'
    )
    field = '[[sections.fields]]\ncode = "f%d"\ntype = "text"\nlabel = {vi="a",en="a",zh="a"}\n'
    asks = field.rstrip() + '\nwhen = {op = "present", field = "f%d"}\n'
    documents = TEXT.index("[[documents]]")
    parts = ", ".join('{op = "gt", field = "value", value = %d}' % number for number in range(20_000))
    yield "empty", b""
    yield "binary", random.Random(4).randbytes(100_000)
    yield "utf-16", TEXT.encode("utf-16")
    yield "nul", b'code = "\x00"'
    yield "brackets", b"a = " + b"[" * 100_000
    yield "braces", b"a = " + b"{a=" * 10_000
    yield "headers", b"".join(b"[" + b".".join([b"a"] * 60) + b".b%d]\n" % n for n in range(200))
    yield "huge number", b"sets = " + b"9" * 10_000
    yield "not a number", TEXT.replace("amount = 10", "amount = inf").encode()
    yield "duplicate keys", (TEXT + TEXT).encode()
    yield "many steps", (TEXT[:steps] + "".join(step % n for n in range(30_000)) + TEXT[steps:]).encode()
    yield "many fields", (TEXT[:documents] + "".join(field % n for n in range(10_000)) + TEXT[documents:]).encode()
    yield (
        "chain of conditions",
        (TEXT[:documents] + "".join(asks % (n, n + 1) for n in range(290)) + TEXT[documents:]).encode(),
    )
    yield "wide condition", TEXT.replace(KIND_IS, 'when = {op = "or", of = [%s]}\nsource' % parts).encode()
    yield (
        "deep condition",
        TEXT.replace(
            KIND_IS, "when = " + '{op = "not", of = ' * 300 + '{op = "always"}' + "}" * 300 + "\nsource"
        ).encode(),
    )
    yield "dotted key", b".".join([b"a"] * 100_000) + b" = 1"
    yield "quoted dotted key", b"x = {" + b" . ".join([b'"a b"'] * 100_000) + b" = 1}"
    yield "keys without end", b"\n".join(b".".join([b"a"] * 38) + b".b%d = 1" % n for n in range(15_000))
    yield "long array", b"a = [" + b"1," * 700_000 + b"]"
    yield "carriage returns", TEXT.replace("\n", "\r").encode()
    yield "one long line", b'a = "' + b"x" * 3_000_000 + b'"'


STRANGE = list(strange_files())


@pytest.mark.parametrize(("name", "content"), STRANGE, ids=[name for name, _ in STRANGE])
def test_it_never_crashes_and_is_done_soon(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / "1.000001.toml"
    file.write_bytes(content)
    began = time.process_time()

    found = check_file(parse_definition(file), agencies=AGENCIES, calendar=CALENDAR, today=TODAY)

    assert any(finding.severity is Severity.ERROR for finding in found) or name == "wide condition"
    assert all(str(finding) for finding in found)
    assert time.process_time() - began < 10


@settings(
    max_examples=15, phases=[Phase.explicit, Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
)
@given(definitions())
def test_it_judges_whatever_has_the_right_shape(told: dict[str, object]) -> None:
    text = write(Definition.model_validate(told))

    assert all(str(finding) and finding.line for finding in lint(text) if finding.path != ("fees",))


@settings(max_examples=60, phases=[Phase.explicit, Phase.generate], deadline=None)
@given(st.data())
def test_it_survives_any_damage_to_a_real_file(data: st.DataObject) -> None:
    text = write(of_file(data.draw(st.sampled_from(FILES[:4])))) if data.draw(st.booleans()) else TEXT
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = begin + data.draw(st.integers(0, 40))
        text = text[:begin] + data.draw(st.text(max_size=20)) + text[end:]

    assert all(str(finding) for finding in lint(text))
