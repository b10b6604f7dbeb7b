"""Rules of the house that no linter knows, read from the code itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PURE_ROOMS = ("clock", "workflow", "ledger")
WEB = {"flask", "flask_babel", "flask_limiter", "flask_login", "flask_wtf", "werkzeug", "wtforms"}
MAY_WRITE_STATE = {"portal/dossiers/projection.py"}
MAY_SEND = {"workers/relay.py", "workers/app.py"}
"""The relay hands rows over; the app runs the heartbeat, which carries nothing."""


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        yield from parsed(folder)


@cache
def parsed(folder: str) -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(PROJECT)), ast.parse(path.read_text("utf-8")))
        for path in sorted((PROJECT / folder).rglob("*.py"))
    ]


def is_drawer(name: str, *drawers: str) -> bool:
    """Whether the file is `queries.py`, `actions.py` or lies in a folder of that name."""
    return bool({Path(name).stem, *Path(name).parts} & set(drawers))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text; what is called in between is left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_actions_and_queries_know_no_web() -> None:
    found = [
        f"{name}: {module}"
        for name, tree in sources("portal")
        if is_drawer(name, "actions", "queries")
        for module in imported(tree)
        if module.split(".")[0] in WEB
    ]
    assert not found


def test_queries_write_nothing_and_only_the_edges_commit() -> None:
    writing = {"add", "add_all", "flush", "delete", "merge"}
    found = []
    for name, tree in sources("portal"):
        if not is_drawer(name, "actions", "queries"):
            continue
        forbidden = {"commit"} | (writing if is_drawer(name, "queries") else set())
        for call in calls(tree):
            text = dotted(call.func)
            if text.startswith("session.") and text.split(".")[1] in forbidden:
                found.append(f"{name}:{call.lineno} {text}")
            if is_drawer(name, "queries") and text in {"sa.insert", "sa.update", "sa.delete"}:
                found.append(f"{name}:{call.lineno} {text}")
    assert not found


def test_only_the_projection_writes_the_state_of_a_dossier() -> None:
    found = []
    for name, tree in sources("portal", "workers"):
        if name in MAY_WRITE_STATE:
            continue
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets += [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
            found += [
                f"{name}:{node.lineno}"
                for target in targets
                if isinstance(target, ast.Attribute)
                and target.attr in {"state", "version", "statutory_due_at", "promised_due_at", "ended_at"}
                and "dossier" in dotted(target.value).lower()
            ]
        found += [
            f"{name}:{call.lineno}"
            for call in calls(tree)
            if dotted(call.func).rpartition(".")[2] in {"update", "delete"}
            and any(isinstance(argument, ast.Name) and argument.id == "Dossier" for argument in call.args)
        ]
    assert not found, "Only dossiers.record, by its projection, may write what follows from the events."


def test_work_leaves_only_through_the_outbox() -> None:
    found = [
        f"{name}:{call.lineno} {dotted(call.func)}"
        for name, tree in sources("portal", "workers")
        if name not in MAY_SEND
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"delay", "apply_async", "send_task"}
    ]
    assert not found, "Write a row with foundation.outbox.enqueue; the relay sends it after COMMIT."


def test_only_the_edges_read_the_clock() -> None:
    reading = {
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "datetime.datetime.now",
        "datetime.date.today",
    }  # fmt: skip
    found = [
        f"{name}:{call.lineno} {dotted(call.func)}"
        for name, tree in sources("portal")
        if is_drawer(name, "actions", "queries", *PURE_ROOMS) and not name.startswith("portal/cli/")
        for call in calls(tree)
        if dotted(call.func) in reading
    ]
    assert not found, "`now` is an argument."


def test_the_database_clock_decides_about_timers_alone() -> None:
    """`now()` of the database would make a result depend on when a transaction began."""
    found = [
        f"{name}:{call.lineno}"
        for name, tree in sources("portal")
        if is_drawer(name, "actions", "queries")
        for call in calls(tree)
        if dotted(call.func) in {"sa.func.now", "func.now", "sa.func.current_timestamp", "sa.func.current_date"}
    ]
    assert not found


@pytest.mark.parametrize("folder", ["portal", "workers"])
def test_no_module_is_called_after_nothing(folder: str) -> None:
    names = {Path(name).stem for name, _ in sources(folder)}
    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def test_nothing_is_caught_without_saying_what_but_at_the_edges() -> None:
    edges = {"portal/foundation/web.py", "workers/task.py", "workers/relay.py"}
    found = [
        f"{name}:{node.lineno}"
        for name, tree in sources("portal", "workers")
        if name not in edges
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]
    assert not found
