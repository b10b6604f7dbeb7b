"""What we serve of others is what we say it is."""

import re
from pathlib import Path

import pytest

from tools import vendor


@pytest.mark.parametrize("folder", [vendor.SERVED, vendor.FOR_TESTS], ids=["served", "for tests"])
def test_vendored_files_are_as_the_manifest_says(folder: Path) -> None:
    assert list(vendor.complaints(folder)) == []


def test_a_changed_an_added_and_a_lost_file_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = vendor.Package(
        name="thing", version="1.0", integrity="sha512-x", licence="MIT", pick=lambda _: {}, folder=tmp_path
    )
    monkeypatch.setattr(vendor, "PACKAGES", (package,))
    package.directory.mkdir()
    (package.directory / "kept.js").write_text("one")
    (package.directory / "lost.js").write_text("two")
    (tmp_path / "manifest.toml").write_text(vendor.manifest(tmp_path))
    assert list(vendor.complaints(tmp_path)) == []

    (package.directory / "kept.js").write_text("changed")
    (package.directory / "lost.js").unlink()
    (package.directory / "added.js").write_text("three")
    (tmp_path / "stray").mkdir()

    assert sorted(vendor.complaints(tmp_path)) == [
        "stray: not in the manifest",
        "thing-1.0/added.js: not in the manifest",
        "thing-1.0/kept.js: changed by hand",
        "thing-1.0/lost.js: missing",
    ]


def test_every_package_brings_its_licence() -> None:
    assert [package.name for package in vendor.PACKAGES if not (package.directory / "LICENSE").is_file()] == []


def test_nothing_of_the_british_crown_is_served() -> None:
    for path in vendor.SERVED.rglob("*.css"):
        text = path.read_text("utf-8")
        assert "GDS Transport" not in text, path
        assert "govuk-crest" not in text, path


def test_style_sheets_name_only_files_that_are_there() -> None:
    for path in [*vendor.SERVED.rglob("*.css"), vendor.SERVED.parent / "motcua.css"]:
        for address in re.findall(r"url\(\"?([^)\"]+)\"?\)", path.read_text("utf-8")):
            if address.startswith(("#", "data:")):
                continue
            assert (path.parent / address).is_file(), f"{path.name}: {address}"


def test_templates_name_the_versions_that_are_there() -> None:
    layouts = (vendor.PROJECT / "templates" / "layouts").glob("*.html")
    scripts = (vendor.PROJECT / "portal" / "static" / "js").glob("*.js")
    named = {
        match
        for path in (*layouts, *scripts)
        for match in re.findall(r"vendor/([\w.-]+-\d[\w.]*)/", path.read_text("utf-8"))
    }

    assert named
    assert named <= {package.directory.name for package in vendor.PACKAGES}
