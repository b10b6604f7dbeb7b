"""Fetch and check the third-party files we serve ourselves, so that a fresh machine needs nothing but Python.

    python tools/vendor.py            fetch every package again with npm, rewrite the folders and the manifest
    python tools/vendor.py --check    compare what lies in the folders with the manifest; needs no network

What npm is configured to use is where packages come from; each is verified against the integrity in PACKAGES.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SERVED = PROJECT / "portal" / "static" / "vendor"
FOR_TESTS = PROJECT / "tests" / "browser" / "vendor"
FONTS = "var(--mc-font,sans-serif)"  # set in portal/static/motcua.css
WEIGHTS = (400, 500, 700)
SUBSETS = ("vietnamese", "latin-ext", "latin")

MIT = """MIT License

Copyright (c) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so, subject to the following
conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN
AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE
OR OTHER DEALINGS IN THE SOFTWARE.
"""

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One npm package, the files of it we serve, and what is changed in them."""

    name: str
    version: str
    integrity: str
    licence: str
    pick: Callable[[Path], Files]
    holder: str = ""  # set where the package brings no licence text of its own
    changed: str = ""  # what we altered, in a sentence
    folder: Path = field(default=SERVED)

    @property
    def directory(self) -> Path:
        return self.folder / f"{self.name.lstrip('@').replace('/', '-')}-{self.version}"


def as_they_are(*names: str) -> Callable[[Path], Files]:
    return lambda root: {Path(name).name: (root / name).read_bytes() for name in names}


def govuk(root: Path) -> Files:
    dist = root / "dist" / "govuk"
    styles = (dist / "govuk-frontend.min.css").read_text("utf-8")
    styles = re.sub(r"@font-face\{[^}]*\}", "", styles)
    styles = re.sub(r"[^{}]*\{[^{}]*govuk-crest[^{}]*\}", "", styles)
    return {
        "govuk-frontend.min.css": ours(styles).encode(),
        "govuk-frontend.min.js": without_map((dist / "govuk-frontend.min.js").read_text("utf-8")).encode(),
    }


def moj(root: Path) -> Files:
    styles = (root / "moj" / "moj-frontend.min.css").read_text("utf-8")
    styles = re.sub(r"url\(/assets/images/", "url(images/", styles)
    files: Files = {
        f"images/{name}": (root / "moj" / "assets" / "images" / name).read_bytes()
        for name in sorted(set(re.findall(r"url\(images/([^)]+)\)", styles)))
    }
    script = (root / "moj" / "moj-frontend.min.js").read_text("utf-8")
    files["moj-frontend.min.css"] = ours(styles).encode()
    files["moj-frontend.min.js"] = without_map(script).encode()
    return files


def ours(styles: str) -> str:
    """The style sheet with our letters instead of the GDS typeface, which only GOV.UK may use."""
    styles = styles.replace("GDS Transport,arial,sans-serif", FONTS)
    if "GDS Transport" in styles:
        raise SystemExit("the style sheet names GDS Transport in a way this script does not know")
    return re.sub(r"/\*# sourceMappingURL=.*?\*/\s*", "", styles)


def without_map(script: str) -> str:
    return re.sub(r"//# sourceMappingURL=.*\s*", "", script)


def be_vietnam_pro(root: Path) -> Files:
    files: Files = {}
    rules = []
    for weight in WEIGHTS:
        styles = (root / f"{weight}.css").read_text("utf-8")
        for subset in SUBSETS:
            name = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            files[name] = (root / "files" / name).read_bytes()
            # one weight's sheet holds one rule per subset, named in the comment above it
            rule = styles.split(f"/* be-vietnam-pro-{subset}-{weight}-normal */")[1].split("}")[0]
            reach = re.search(r"unicode-range:\s*([^;]+);", rule)
            if reach is None:
                raise SystemExit(f"no unicode-range for {name}")
            rules.append(face("Be Vietnam Pro", str(weight), name, reach[1]))
    return {**files, "be-vietnam-pro.css": "".join(rules).encode()}


def noto_sans_sc(root: Path) -> Files:
    styles = (root / "wght.css").read_text("utf-8")
    files: Files = {}
    rules = []
    for name, reach in re.findall(r"url\(\./files/([^)]+)\)[^}]*?unicode-range:\s*([^;]+);", styles):
        if re.search(r"-(latin|latin-ext|vietnamese|cyrillic)-wght", name):
            continue  # Be Vietnam Pro writes these letters
        files[name] = (root / "files" / name).read_bytes()
        rules.append(face("Noto Sans SC Variable", "100 900", name, reach))
    return {**files, "noto-sans-sc.css": "".join(rules).encode()}


def face(family: str, weight: str, name: str, reach: str) -> str:
    return (
        f'@font-face{{font-family:"{family}";font-style:normal;font-display:swap;font-weight:{weight};'
        f'src:url({name}) format("woff2");unicode-range:{reach.strip()}}}\n'
    )


PACKAGES = (
    Package(
        name="govuk-frontend",
        version="6.3.0",
        integrity="sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA==",
        licence="MIT",
        pick=govuk,
        holder="2017 Crown Copyright (Government Digital Service)",
        changed="typeface, crest and source maps taken out",
    ),
    Package(
        name="@ministryofjustice/frontend",
        version="11.1.0",
        integrity="sha512-1bkUbm2M4DpcpX/pOmumQRBsbJco9W2RwmJv5h/ZC/ZqrAOn2/FjpF+A7vS0gs7oMXBizr9O5huDrSYbLx73Nw==",
        licence="MIT",
        pick=moj,
        holder="2019 Crown Copyright (Ministry of Justice)",
        changed="typeface and source maps taken out, addresses of images made relative",
    ),
    Package(
        name="htmx.org",
        version="2.0.11",
        integrity="sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        licence="0BSD",
        pick=as_they_are("dist/htmx.min.js"),
    ),
    Package(
        name="accessible-autocomplete",
        version="3.0.1",
        integrity="sha512-xMshgc2LT5addvvfCTGzIkRrvhbOFeylFSnSMfS/PdjvvvElZkakCwxO3/yJYBWyi1hi3tZloqOJQ5kqqJtH4g==",
        licence="MIT",
        pick=lambda root: {
            "accessible-autocomplete.min.css": re.sub(
                r"/\*# sourceMappingURL=.*?\*/\s*",
                "",
                (root / "dist" / "accessible-autocomplete.min.css").read_text("utf-8"),
            ).encode(),
            "accessible-autocomplete.min.js": without_map(
                (root / "dist" / "accessible-autocomplete.min.js").read_text("utf-8")
            ).encode(),
        },
        changed="source maps taken out",
    ),
    Package(
        name="@fontsource/be-vietnam-pro",
        version="5.3.0",
        integrity="sha512-xhAQBGHDxP5BF8IJxedy5MoWUmc1DlPCcZbMLhvnPkf8TaYCbbUVs3LjpuJ4BYdTrdiCLaewNaY8z+owq/FqFw==",
        licence="OFL-1.1",
        pick=be_vietnam_pro,
        changed="three weights and three subsets of all, one style sheet",
    ),
    Package(
        name="@fontsource-variable/noto-sans-sc",
        version="5.3.1",
        integrity="sha512-UB96JJ17HyD5ehEU7Em0hDdh7fvTMB4B4Hzmq5c4QaNwwSLqTrdM2S+coySeBqCkXwh0DxqXT0b0wMrmzorFpQ==",
        licence="OFL-1.1",
        pick=noto_sans_sc,
        changed="the slices of Chinese letters only, one style sheet",
    ),
    Package(
        name="axe-core",
        version="4.14.1",
        integrity="sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        licence="MPL-2.0",
        pick=as_they_are("axe.min.js"),
        folder=FOR_TESTS,
    ),
)


def fetch(package: Package, into: Path) -> Path:
    """The unpacked package, verified against its integrity."""
    answer = subprocess.run(
        ["npm", "pack", "--silent", "--json", f"{package.name}@{package.version}"],
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = into / str(json.loads(answer.stdout)[0]["filename"])
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        raise SystemExit(f"{package.name} {package.version}: the archive is not the one we know")
    unpacked = into / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    return next(path for path in unpacked.iterdir() if path.is_dir())


def install(package: Package) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = fetch(package, Path(folder))
        files = package.pick(root)
        licence = next((path for path in sorted(root.iterdir()) if path.name.lower().startswith("licen")), None)
        if licence is None and not package.holder:
            raise SystemExit(f"{package.name} brings no licence text: name its holder")
        files["LICENSE"] = licence.read_bytes() if licence else MIT.format(holder=package.holder).encode()
    older = package.directory.name.removesuffix(package.version)
    for path in package.folder.glob(f"{older}*"):
        shutil.rmtree(path)
    for name, content in files.items():
        target = package.directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def fingerprints(directory: Path) -> dict[str, str]:
    """Every file below `directory` with its SHA-256."""
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def manifest(folder: Path) -> str:
    lines = ["# Written by tools/vendor.py. Third-party files as served; each folder holds its licence.\n"]
    for package in (package for package in PACKAGES if package.folder == folder):
        lines.append(
            f"\n[[package]]\nname = {json.dumps(package.name)}\nversion = {json.dumps(package.version)}\n"
            f"integrity = {json.dumps(package.integrity)}\nlicence = {json.dumps(package.licence)}\n"
            f"changed = {json.dumps(package.changed)}\nfolder = {json.dumps(package.directory.name)}\n\n"
            "[package.files]\n"
        )
        lines += [
            f"{json.dumps(name)} = {json.dumps(digest)}\n" for name, digest in fingerprints(package.directory).items()
        ]
    return "".join(lines)


def complaints(folder: Path) -> Iterable[str]:
    """What differs between the manifest, the folders and PACKAGES."""
    listed = tomllib.loads((folder / "manifest.toml").read_text("utf-8"))["package"]
    wanted = {(package.name, package.version, package.integrity) for package in PACKAGES if package.folder == folder}
    for name, version, _ in wanted ^ {(entry["name"], entry["version"], entry["integrity"]) for entry in listed}:
        yield f"{name} {version}: the manifest and tools/vendor.py differ"
    for entry in listed:
        found = fingerprints(folder / entry["folder"])
        for name in sorted(found.keys() ^ entry["files"].keys()):
            yield f"{entry['folder']}/{name}: {'not in the manifest' if name in found else 'missing'}"
        for name in sorted(found.keys() & entry["files"].keys()):
            if found[name] != entry["files"][name]:
                yield f"{entry['folder']}/{name}: changed by hand"
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in {entry["folder"] for entry in listed}:
            yield f"{path.name}: not in the manifest"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare; needs no network")
    folders = (SERVED, FOR_TESTS)
    if parser.parse_args().check:
        found = [line for folder in folders for line in complaints(folder)]
        print("\n".join(found) or "vendored files are as the manifest says")
        return 1 if found else 0
    for package in PACKAGES:
        print(f"{package.name} {package.version}")
        install(package)
    for folder in folders:
        (folder / "manifest.toml").write_text(manifest(folder), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
