"""What is started is kept running, and is stopped with everything it started."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.cli.run.supervision import Supervisor, stoppable
from portal.foundation import children
from portal.foundation.children import Child

RINGS_AND_WAITS = 'echo "$$" >> {file}; while :; do sleep 600 & wait $!; done'


class Programs:
    """Shell scripts that write their number into a file when they start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, name: str, script: str = RINGS_AND_WAITS, patience: float = 5) -> Child:
        script = script.format(file=self.folder / name)
        return children.start(name, ["/bin/sh", "-c", script], data_dir=self.folder, patience=patience)

    def starts(self, name: str) -> list[int]:
        file = self.folder / name
        return [int(line) for line in file.read_text().split()] if file.exists() else []


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path)


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def has_started(programs: Programs, name: str, times: int) -> bool:
    return children.wait_until(lambda: len(programs.starts(name)) >= times, seconds=15)


def test_a_program_that_was_killed_is_started_again_and_said_so(
    programs: Programs, supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor.start("worker", lambda: programs.start("worker"))
    assert has_started(programs, "worker", 1)
    os.kill(programs.starts("worker")[0], signal.SIGKILL)

    def is_back() -> bool:
        supervisor.tick()
        return len(programs.starts("worker")) == 2

    assert children.wait_until(is_back, seconds=15)
    assert "! worker has ended (signal 9, SIGKILL); starting it again in 0.5 s" in capsys.readouterr().out


def test_what_a_killed_program_had_started_does_not_live_on(programs: Programs, supervisor: Supervisor) -> None:
    both = "sleep 600 & echo $! >> {file}; wait"
    supervisor.start("worker", lambda: programs.start("worker", both))
    assert has_started(programs, "worker", 1)
    grandchild = programs.starts("worker")[0]
    child = supervisor.programs[0].child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    assert children.wait_until(child.has_ended, seconds=10)

    supervisor.tick()

    assert children.wait_until(lambda: children.identity(grandchild) is None, seconds=10)


def test_a_program_that_keeps_dying_is_tried_ever_more_rarely(
    programs: Programs, supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor.start("web", lambda: programs.start("web", "exit 3"))

    def has_died_three_times() -> bool:
        supervisor.tick()
        return supervisor.most_deaths().deaths == 3

    assert children.wait_until(has_died_three_times, seconds=20)
    told = [line for line in capsys.readouterr().out.splitlines() if "web has ended" in line]
    assert told == [f"! web has ended (exit code 3); starting it again in {pause} s" for pause in ("0.5", "1", "2")]


def test_programs_stop_layer_by_layer(
    programs: Programs, supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    for layer, name in enumerate(("PostgreSQL", "worker", "web")):
        supervisor.start(name, lambda name=name: programs.start(name), rests_on=layer)
        assert has_started(programs, name, 1)

    supervisor.stop()

    assert capsys.readouterr().out.split("\n")[:3] == ["  stopped web", "  stopped worker", "  stopped PostgreSQL"]
    assert all(children.identity(programs.starts(name)[0]) is None for name in ("PostgreSQL", "worker", "web"))


def test_a_program_that_does_not_listen_is_stopped_by_force(programs: Programs, supervisor: Supervisor) -> None:
    deaf = "trap '' TERM; " + RINGS_AND_WAITS
    supervisor.start("deaf", lambda: programs.start("deaf", deaf, patience=0.3))
    assert has_started(programs, "deaf", 1)

    supervisor.stop()

    assert children.identity(programs.starts("deaf")[0]) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_handlers_are_given_back(programs: Programs, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    supervisor = Supervisor()

    with stoppable(supervisor):
        supervisor.start("web", lambda: programs.start("web"))
        assert has_started(programs, "web", 1)
        os.kill(os.getpid(), number)
        supervisor.watch()

    assert children.identity(programs.starts("web")[0]) is None
    assert signal.getsignal(number) is before


def test_what_was_started_deaf_to_a_signal_stays_deaf_to_it(supervisor: Supervisor) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does

    with stoppable(supervisor):
        os.kill(os.getpid(), signal.SIGHUP)
        supervisor.tick()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
