"""Start a program so that it dies with its parent, and never as root. Run as a file, standard library only.

    python -I -S leash.py PARENT_PID SIGNAL OWNER -- PROGRAM ARGUMENT…

SIGNAL is sent by the kernel when the thread that started us dies, even by SIGKILL. OWNER says as whom:
`self` as we are; `namespace` as ourselves, seen as an ordinary user in a user namespace of our own (the
files stay ours); `nobody` as user 65534 that may still pass closed folders. PostgreSQL refuses to run as
root, and its `initdb` as a user without an entry in the list of users.
"""

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def main(arguments: list[str]) -> None:
    parent, death_signal, owner, _, *command = arguments
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    if owner == "namespace":
        enter_namespace()
    elif owner == "nobody":
        become_nobody()
    die_with(int(parent), int(death_signal))
    os.execv(command[0], command)  # noqa: S606 - replacing ourselves is the point


def die_with(parent: int, death_signal: int) -> None:
    """Ask the kernel for the signal; if the parent died before we asked, nobody needs the program."""
    if sys.platform != "linux":
        return
    _call("prctl", PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def enter_namespace() -> None:
    """A user namespace in which we are an ordinary user whom the system knows by name."""
    uid, gid = os.geteuid(), os.getegid()
    inner = next((user.pw_uid for user in pwd.getpwall() if user.pw_uid in {NOBODY, 1000}), NOBODY)
    _call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{inner} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{inner} {gid} 1", encoding="ascii")


def become_nobody() -> None:
    """User 65534, keeping only the right to pass folders closed to others (a checkout in root's home)."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; low and high word
    _call("capset", header, sets)
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


if __name__ == "__main__":
    main(sys.argv[1:])
