"""The clock is pure: importing it loads no web framework, no database and nothing else from outside."""

import subprocess
import sys
from pathlib import Path

import portal.clock

SCRIPT = """
import pkgutil, sys
import portal.clock
for found in pkgutil.iter_modules(portal.clock.__path__):
    __import__(f"portal.clock.{found.name}")
foreign = {name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"portal", "__main__"}
print(sorted(name for name in foreign if not name.startswith("_")))
"""


def test_the_clock_loads_the_standard_library_only() -> None:
    root = Path(portal.clock.__path__[0]).parents[1]
    # -S: without site-packages there is nothing foreign to load, not even by the interpreter's own start.
    loaded = subprocess.run([sys.executable, "-S", "-c", SCRIPT], cwd=root, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


def test_the_command_needs_no_database_and_no_web_framework() -> None:
    script = (
        "import sys, portal.cli.clock; "
        "print(sorted({'flask', 'sqlalchemy', 'celery', 'redis', 'psycopg'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
