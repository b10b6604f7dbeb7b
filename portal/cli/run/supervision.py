"""Keep a handful of programs running: start in order, start again what dies, stop in the reverse order."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import click

from portal.foundation.children import Child
from portal.foundation.embedded import EmbeddedError

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_SECONDS = 0.2
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # after running this long, a death counts as the first again


class AskedToStop(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM. Not an error."""


@dataclass(slots=True, kw_only=True)
class Program:
    """One of the programs. `start` is called again, from the main thread, whenever it has died."""

    name: str
    start: Callable[[], Child]
    rests_on: int  # how many layers of programs it needs; the highest layer stops first
    child: Child | None = None
    started_at: float = 0
    deaths: int = 0
    start_again_at: float | None = None


class Supervisor:
    """The running programs, in the order of their start."""

    def __init__(self) -> None:
        self.programs: list[Program] = []

    def start(self, name: str, start: Callable[[], Child], *, rests_on: int = 0) -> None:
        """Start a program and answer for it from now on."""
        program = Program(name=name, start=start, rests_on=rests_on)
        self.programs.append(program)
        self._start(program)

    def tick(self) -> None:
        """Look at each program once; start again those whose pause after a death is over."""
        for program in self.programs:
            if program.child is not None and program.child.has_ended():
                self._bury(program)
            if program.start_again_at is not None and time.monotonic() >= program.start_again_at:
                try:
                    self._start(program)
                except (EmbeddedError, OSError) as error:
                    say(f"! {program.name} does not start: {error}")
                    self._pause(program)

    def watch(self) -> None:
        """Until asked to stop."""
        while True:
            self.tick()
            time.sleep(TICK_SECONDS)

    def most_deaths(self) -> Program:
        """The least healthy program."""
        return max(self.programs, key=lambda program: program.deaths)

    def stop(self) -> None:
        """Stop every program, layer by layer from the top; each finishes what it has in hand."""
        for layer in sorted({program.rests_on for program in self.programs}, reverse=True):
            last_first = [program for program in reversed(self.programs) if program.rests_on == layer]
            for program in last_first:
                if program.child is not None:
                    program.child.ask_to_stop()
            for program in last_first:
                if program.child is not None:
                    program.child.see_off()
                    say(f"  stopped {program.name}")
        self.programs.clear()

    def kill(self) -> None:
        """Whoever asks twice is in a hurry; the data survives it, as it survives a power cut."""
        for program in self.programs:
            if program.child is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(program.child.pid, signal.SIGKILL)

    def _start(self, program: Program) -> None:
        program.child = program.start()
        program.started_at = time.monotonic()
        program.start_again_at = None

    def _bury(self, program: Program) -> None:
        child = program.child
        assert child is not None  # noqa: S101 - for the type checker
        child.sweep()
        program.child = None
        if time.monotonic() - program.started_at > STEADY_SECONDS:
            program.deaths = 0
        pause = self._pause(program)
        say(f"! {program.name} has ended ({_how(child.process.returncode)}); starting it again in {pause:g} s")

    def _pause(self, program: Program) -> float:
        pause: float = min(FIRST_PAUSE_SECONDS * 2**program.deaths, LONGEST_PAUSE_SECONDS)
        program.deaths += 1
        program.start_again_at = time.monotonic() + pause
        return pause


@contextmanager
def stoppable(supervisor: Supervisor) -> Iterator[None]:
    """Turn the first signal into `AskedToStop` where the block is; a later one kills what still runs."""
    asked = False

    def answer(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            supervisor.kill()
            return
        asked = True
        raise AskedToStop

    asking = [number for number in ASKING if signal.getsignal(number) is not signal.SIG_IGN]  # as nohup wants it
    before = {number: signal.signal(number, answer) for number in asking}
    try:
        yield
    except AskedToStop:
        say("\nStopping")
    finally:
        asked = True
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def say(line: str = "") -> None:
    """A line for the person at the terminal, who may have closed it."""
    with contextlib.suppress(OSError):
        click.echo(line)


def _how(code: int) -> str:
    return f"signal {-code}, {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
