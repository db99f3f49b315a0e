"""Starts programs, reads what they use, and ends them on every way out."""

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


class MeasureError(Exception):
    """Something could not be measured; the message says what and why."""


@dataclass(frozen=True)
class Cpu:
    """CPU seconds. The total is exact, user and system are the kernel's split in 10 ms steps."""

    total: float
    user: float
    system: float

    def __sub__(self, before):
        return Cpu(self.total - before.total, self.user - before.user, self.system - before.system)


def _stat_seconds(pid):
    # The command's name may hold blanks; the fields after its closing bracket do not.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, children_user, children_system = (int(field) for field in fields[11:15])
    tick = os.sysconf("SC_CLK_TCK")
    return (user + children_user) / tick, (system + children_system) / tick


def _scheduled_seconds(pid):
    # The same sum in nanoseconds where the kernel keeps it; 10 ms steps are coarse for one window.
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


class Process:
    def __init__(self, argv, log, env=None):
        self.log = log
        self.name = os.path.basename(argv[0])
        with open(log, "wb") as output:
            self.popen = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM))
        self.pid = self.popen.pid

    def tree(self):
        """The process and its descendants."""
        pids = [self.pid]
        for pid in pids:
            try:
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    pids += [int(child) for child in (thread / "children").read_text().split()]
            except OSError:
                continue
        return pids

    def cpu(self):
        pids = self.tree()
        user, system = (sum(part) for part in zip(*map(_stat_seconds, pids)))
        try:
            total = sum(map(_scheduled_seconds, pids))
        except OSError:
            total = user + system
        return Cpu(total, user, system)

    def rss_bytes(self):
        """Resident memory of the whole tree; pages shared inside it count once for each process."""
        total = 0
        for pid in self.tree():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
        return total

    def output(self):
        return Path(self.log).read_text(errors="replace")

    def wait_for(self, condition, what, seconds=10):
        """The first true value of condition(), tried again and again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition():
                return value
            if self.popen.poll() is not None:
                raise MeasureError(f"{self.name} ended with {self.popen.returncode} before {what}: "
                                 f"{self.output().strip()[-500:]}")
            time.sleep(0.0005)
        raise MeasureError(f"{self.name}: no {what} within {seconds} s: {self.output()[-500:]}")

    def end(self, seconds=10):
        """Asks it to end, insists after `seconds`; returns the exit code."""
        pids = self.tree()
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)
        return self.popen.wait()


def _leave(number, _):
    raise SystemExit(128 + number)


class Processes:
    """Everything started through it has ended when the `with` block is left, however it is left."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.running = []
        self.count = 0

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _leave)
        return self

    def __exit__(self, *_):
        while self.running:
            self.running.pop().end()

    def start(self, argv, env=None):
        self.count += 1
        name = os.path.basename(argv[0])
        process = Process([str(part) for part in argv], self.folder / f"{name}-{self.count}.log",
                          env)
        self.running.append(process)
        return process

    def end(self, process):
        self.running.remove(process)
        return process.end()
