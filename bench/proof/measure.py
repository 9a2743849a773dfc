"""What processes use, as the kernel counts it."""

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

_TICKS = os.sysconf("SC_CLK_TCK")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass
class Spent:
    """What a round took. None is what was not measured. `written` is what reached the disk's queue, not the cache."""

    wall: float
    cpu: float
    peak_rss: int | None = None
    written: int | None = None
    stored: int | None = None
    more: dict = field(default_factory=dict)  # further figures, by name


def die_with_us():
    """For preexec_fn: what we have started ends with us, however we end."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command, **options):
    return subprocess.Popen(command, preexec_fn=die_with_us, stdin=subprocess.DEVNULL, **options)


def cpu_of(pid):
    """Seconds, of all threads that the process has had, to the nanosecond; and of its children, to the tick."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    children = (int(fields[13]) + int(fields[14])) / _TICKS
    return time.clock_gettime((~pid << 3) | 2) + children  # see clock_getcpuclockid(3)


def written_by(pid):
    with open(f"/proc/{pid}/io", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("write_bytes:"))


def status_of(pid, name):
    """A size in bytes of /proc/PID/status: VmHWM (the peak), VmRSS, RssAnon."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name + ":"))


def reset_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w", encoding="utf-8") as file:
        file.write("5")


def wait_for_end(process):
    """Waits, and returns (usage, bytes written) of the process and the children that it has waited for."""
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    written = written_by(process.pid)  # as long as nobody has taken the corpse away
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage, written


def run(command, **options):
    """Runs a program to its end."""
    begin = time.monotonic()
    process = start(command, stdout=subprocess.DEVNULL, **options)
    try:
        usage, written = wait_for_end(process)
    except BaseException:
        process.kill()
        raise
    wall = time.monotonic() - begin
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, written)


def size_of(folder):
    """Bytes of the files below it."""
    return sum(os.lstat(os.path.join(where, name)).st_size for where, _, names in os.walk(folder) for name in names)
