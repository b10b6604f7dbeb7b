"""The production-like twin: valid, without secrets of its own, and made of commands that exist."""

import ast
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from portal.cli import main
from portal.foundation.outbox import Queue
from workers.wire import TICKS, make_app

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = PROJECT / "docker-compose.yml"
REQUIRED = ("DOMAIN", "SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "STORAGE_USER", "STORAGE_PASSWORD")
SCALED = ("web", "worker", "relay")
ENDS_WITH_ITS_PROGRAM = {"relay", "beat"}  # nothing a check inside could see that a dead program does not show
ONCE = {"migrate", "publish", "bucket"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return loaded


def compose(*, without: str = "") -> subprocess.CompletedProcess[str]:
    given = {name: "f" * 40 for name in REQUIRED if name != without}
    return subprocess.run(
        ["docker-compose", "--file", str(COMPOSE), "config", "--quiet"],
        env={"PATH": os.environ["PATH"], **given},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose on PATH to ask")
def test_docker_compose_accepts_the_file() -> None:
    result = compose()

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose on PATH to ask")
@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_secret_is_named(name: str) -> None:
    result = compose(without=name)

    assert result.returncode != 0
    assert "set " in result.stderr
    assert name in result.stderr


def test_no_variable_has_a_default() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    variables = re.findall(r"(?<!\$)\$\{([^}]*)\}", text)

    assert {variable.partition(":?")[0] for variable in variables} == set(REQUIRED)
    assert all(":?" in variable for variable in variables)


def test_every_part_of_the_house_is_there(services: dict[str, dict[str, Any]]) -> None:
    parts = {"proxy", "web", "worker", "relay", "beat", "postgres", "valkey", "storage", "clamav", "mail"}

    assert parts <= set(services)


def test_every_lasting_service_is_watched(services: dict[str, dict[str, Any]]) -> None:
    unwatched = {name for name, service in services.items() if "healthcheck" not in service}

    assert unwatched == ENDS_WITH_ITS_PROGRAM | ONCE
    for name in ENDS_WITH_ITS_PROGRAM:
        assert services[name]["restart"] == "unless-stopped"


def test_only_the_proxy_is_reached_from_outside(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", SCALED)
def test_a_service_may_run_several_times(services: dict[str, dict[str, Any]], name: str) -> None:
    assert {"container_name", "hostname", "ports", "volumes"}.isdisjoint(services[name])


def test_what_must_outlast_a_container_lies_in_a_named_volume(services: dict[str, dict[str, Any]]) -> None:
    declared = set(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["volumes"])
    mounted = {
        volume.partition(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
        if not volume.startswith("./")
    }

    assert mounted == declared
    assert services["postgres"]["volumes"] == ["database:/var/lib/postgresql"]


def test_files_it_mounts_exist(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (PROJECT / volume.partition(":")[0]).exists()


def commands_of_ours() -> list[tuple[str, list[str]]]:
    loaded = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return [(name, shlex.split(service["command"])) for name, service in loaded.items() if service["image"] == "motcua"]


@pytest.mark.parametrize(("name", "words"), commands_of_ours(), ids=str)
def test_the_command_exists(name: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    program, *arguments = words

    match program:
        case "portal":
            assert_portal_takes(arguments)
        case "gunicorn":
            assert_module_defines(*arguments[0].split(":"))
        case "celery":
            application = next(word for word in arguments if word.startswith("--app=")).removeprefix("--app=")
            assert_module_defines(application, "app")
        case _:
            pytest.fail(f"{name} runs {program}, which nobody has checked")


def assert_portal_takes(arguments: list[str]) -> None:
    """Every word is a subcommand, or is accepted by the last one; nothing is run."""
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group):
        word, *arguments = arguments
        found = command.get_command(context, word)
        assert found is not None, f"there is no subcommand {word}"
        command = found
    command.make_context("portal", arguments)


def assert_module_defines(module: str, name: str) -> None:
    """Without importing it: importing the web application connects to its database."""
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    defined = {
        target.id
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
    }
    assert name in defined


def test_the_worker_listens_to_every_queue(services: dict[str, dict[str, Any]]) -> None:
    words = shlex.split(services["worker"]["command"])

    assert not any(word.startswith(("--queues", "-Q")) for word in words), "without a choice it reads them all"
    read = make_app("redis://localhost:1/0").amqp.queues
    assert {*read} == {TICKS, *(queue.value for queue in Queue)}


def test_the_image_is_given_every_file_it_needs() -> None:
    allowed = {
        line[1:].strip()
        for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }

    assert {"portal", "workers", "templates", "migrations", "procedures", "wsgi.py", "config.py"} <= allowed
    assert "gunicorn.conf.py" in allowed
