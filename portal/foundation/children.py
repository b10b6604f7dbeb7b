"""Programs this process starts and answers for: none outlives it, and none is mistaken for a stranger.

Each child leads a session of its own (Ctrl-C reaches only us, a signal to the group reaches its own
children), gets a signal from the kernel when we die, and leaves a note with its identity. A new start
reads the notes and stops what an older start left behind; a process whose identity differs is not ours.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A started program. `patience` is how many seconds it has to stop by itself before it is killed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    log_start: int  # the log's size when we began to write to it
    note: Path
    stop_signal: signal.Signals
    patience: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if not self.has_ended():
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Stop it, by force when it does not listen, and everything it started."""
        self.ask_to_stop()
        self.see_off()

    def see_off(self) -> None:
        """Wait for the end of a child that was asked to stop; its patience decides how long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience)
        self.sweep()

    def sweep(self) -> None:
        """Kill what is left of its group (a worker's pool outlives a worker that was killed)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self.note.unlink(missing_ok=True)

    def last_lines(self, count: int = 12) -> str:
        """The end of what it wrote, for a person who must see why it failed."""
        try:
            written = self.log.read_bytes()[self.log_start :]
        except OSError:
            return ""
        return "\n".join(written.decode("utf-8", errors="replace").splitlines()[-count:])


def start(
    name: str,
    command: Sequence[str],
    *,
    data_dir: Path,
    environment: Mapping[str, str] | None = None,
    owner: str = "self",
    stop_signal: signal.Signals = signal.SIGTERM,
    patience: float = 10,
    cwd: Path | None = None,
) -> Child:
    """Start the program, on the leash of the calling thread: call it from the main thread.

    Its output is appended to `logs/<name>.log` in the data folder.
    """
    log = data_dir / "logs" / f"{name}.log"
    note = data_dir / "run" / f"{name}.json"
    for folder in (log.parent, note.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(stop_signal)), owner, "--"]
    with log.open("ab") as output:
        log_start = output.tell()
        process = subprocess.Popen(
            [*leash, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=cwd,
        )
    note.write_text(json.dumps({"pid": process.pid, "identity": identity(process.pid)}), encoding="ascii")
    return Child(
        name=name,
        process=process,
        log=log,
        log_start=log_start,
        note=note,
        stop_signal=stop_signal,
        patience=patience,
    )


def stop_leftovers(data_dir: Path, *, patience: float = 10) -> list[str]:
    """Stop what an earlier start left running in this data folder; returns the names of what was found."""
    found = []
    for note in sorted((data_dir / "run").glob("*.json")):
        try:
            written = json.loads(note.read_text(encoding="ascii"))
            pid, known = int(written["pid"]), written["identity"]
        except (OSError, ValueError, KeyError, TypeError):
            pid, known = 0, None
        if pid and known and identity(pid) == known:
            found.append(note.stem)
            _end(pid, known, patience)
        note.unlink(missing_ok=True)
    return found


def _end(pid: int, known: str, patience: float) -> None:
    """SIGINT is a quick, clean stop for each of our programs; then force."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        if not wait_until(lambda: identity(pid) != known, seconds=patience):
            os.killpg(pid, signal.SIGKILL)
            wait_until(lambda: identity(pid) != known, seconds=patience)


def identity(pid: int) -> str | None:
    """What tells a process from a later one with the same number: the boot and the tick it started at.

    None when there is no such process (a zombie has ended) or the system does not tell.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    state, start_tick = fields[0], fields[19]
    return None if state in "ZX" else f"{boot}:{start_tick}"


def wait_until(is_so: Callable[[], bool], *, seconds: float) -> bool:
    """Whether it became so within the given time."""
    last_moment = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > last_moment:
            return False
        time.sleep(POLL_SECONDS)
    return True
