"""Every word a person can see exists in Vietnamese and Chinese."""

from pathlib import Path

import pytest

from tools.translations import Sources, check, extract_all


def test_every_text_is_translated_once_and_completely() -> None:
    assert check(Sources()) == []


@pytest.fixture
def house(tmp_path: Path) -> Sources:
    for folder in ("portal/hall", "templates/hall", "portal/translations"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "portal/hall/views.py").write_text('gettext("Welcome, %(name)s")\n', "utf-8")
    (tmp_path / "templates/hall/page.html").write_text('{{ ngettext("%(num)d door", "%(num)d doors", n) }}', "utf-8")
    return Sources(tmp_path)


def _translate(house: Sources, room: str, *pairs: tuple[str, str], languages: tuple[str, ...] = ("vi", "zh")) -> None:
    for language in languages:
        path = house.po(room, language)
        entries = path.read_text("utf-8").split("\n\n")
        for key, translation in pairs:
            for number, entry in enumerate(entries):
                if f'msgid "{key}"' in entry:
                    head, slot, _ = entry.rpartition(' ""')
                    entries[number] = f'{head} "{translation}"' if slot else entry
        path.write_text("\n\n".join(entries) + "\n", "utf-8")


def _of(house: Sources, room: str) -> list[str]:
    return [line for line in check(house, [room]) if "wtforms" not in line]


def test_an_untranslated_text_is_named_with_its_file(house: Sources) -> None:
    extract_all(house, ["hall"])

    assert "vi/hall.po: not translated: “Welcome, %(name)s”" in _of(house, "hall")
    assert "zh/hall.po: not translated: “%(num)d door”" in _of(house, "hall")


def test_a_text_never_extracted_is_missing(house: Sources) -> None:
    assert "vi/hall.po: missing “Welcome, %(name)s” (run extract)" in _of(house, "hall")


def test_extracting_again_keeps_translations_and_drops_what_is_gone(house: Sources) -> None:
    extract_all(house, ["hall"])
    _translate(house, "hall", ("Welcome, %(name)s", "Chào %(name)s"), ("%(num)d door", "%(num)d cửa"))
    assert _of(house, "hall") == []

    (house.project / "portal/hall/views.py").write_text('gettext("Goodbye")\n', "utf-8")
    assert "vi/hall.po: no longer used: “Welcome, %(name)s” (run extract)" in _of(house, "hall")
    extract_all(house, ["hall"])

    assert _of(house, "hall") == ["vi/hall.po: not translated: “Goodbye”", "zh/hall.po: not translated: “Goodbye”"]


def test_a_translation_that_loses_or_invents_a_placeholder_is_found(house: Sources) -> None:
    extract_all(house, ["hall"])
    _translate(house, "hall", ("Welcome, %(name)s", "Chào %(ten)s"), ("%(num)d door", "cửa"))

    assert "vi/hall.po: placeholders differ: “Welcome, %(name)s” → “Chào %(ten)s”" in _of(house, "hall")
    assert "zh/hall.po: placeholders differ: “%(num)d door” → “cửa”" in _of(house, "hall")


def test_one_text_has_one_translation_in_the_whole_house(house: Sources) -> None:
    (house.project / "portal/cellar").mkdir()
    (house.project / "portal/cellar/views.py").write_text('gettext("Welcome, %(name)s")\n', "utf-8")
    extract_all(house, ["hall", "cellar"])
    _translate(house, "hall", ("Welcome, %(name)s", "Chào %(name)s"), ("%(num)d door", "%(num)d cửa"))
    _translate(house, "cellar", ("Welcome, %(name)s", "Kính chào %(name)s"))

    found = [line for line in _of(house, "hall") if "different ways" in line]
    assert len(found) == 2
    assert "vi/cellar.po “Kính chào %(name)s”" in found[0]
