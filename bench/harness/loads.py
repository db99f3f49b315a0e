"""The loads: chat completions through wrk, concurrent streams through stream_load."""

import json
import subprocess
from dataclasses import dataclass

from .processes import MeasureError
from .subjects import BENCH, CHAT_PATH, program


@dataclass
class Sample:
    """One subject under one load for one window."""

    count: int          # requests, or events of streams
    seconds: float
    p50_us: float       # of a whole answer, or to a stream's first event
    p99_us: float
    cpu_us: float = 0.0     # a request or event; user and system together
    user_us: float = 0.0
    system_us: float = 0.0
    stream_bytes: float = 0.0  # resident memory a stream

    def charge(self, cpu):
        unit = 1e6 / max(self.count, 1)
        self.cpu_us = cpu.total * unit
        self.user_us = cpu.user * unit
        self.system_us = cpu.system * unit


class JsonLoad:
    unit = "request"

    def __init__(self, connections, seconds):
        self.name = f"json-{connections}"
        self.title = f"JSON, {connections} connection{'s' if connections > 1 else ''}"
        self.connections = connections
        self.seconds = seconds

    def run(self, subject):
        before = subject.process.cpu()
        done = subprocess.run(
            [program("wrk"), "-t1", f"-c{self.connections}", f"-d{self.seconds}s",
             "-s", BENCH / "chat.lua", f"http://127.0.0.1:{subject.json_port}", "--",
             BENCH / "bodies/chat.json", subject.key],
            capture_output=True, text=True, check=False)
        used = subject.process.cpu() - before
        lines = done.stdout.strip().splitlines()
        if done.returncode != 0 or not lines or not lines[-1].startswith("{"):
            raise MeasureError(f"wrk on {subject.name}: {(done.stdout + done.stderr)[-500:]}")
        figures = json.loads(lines[-1])
        if figures["failed"]:
            raise MeasureError(f"{subject.name}: {figures['failed']} of {figures['requests']} "
                             f"requests failed with {self.connections} connections")
        sample = Sample(figures["requests"], figures["seconds"], figures["p50_us"],
                        figures["p99_us"])
        sample.charge(used)
        return sample


class StreamLoad:
    unit = "chunk"

    def __init__(self, build, streams, chunks, gap_ms, seconds):
        self.name = "streams"
        self.title = f"{streams:,} streams, {gap_ms} ms between chunks"
        self.program = build / "bench/stream_load"
        self.streams = streams
        self.chunks = chunks
        self.gap_ms = gap_ms
        self.seconds = seconds
        self.rested = {}  # resident memory before a subject's first streams

    def command(self, subject):
        # A stream's chunks, and the finish, usage and [DONE] events behind them.
        command = [self.program, "--port", subject.stream_port, "--path", CHAT_PATH,
                   "--body", BENCH / "bodies/chat_stream.json", "--streams", self.streams,
                   "--seconds", self.seconds, "--events", self.chunks + 3]
        if subject.key:
            command += ["--header", f"Authorization: Bearer {subject.key}"]
        return [str(part) for part in command]

    def run(self, subject):
        rested = self.rested.setdefault(subject.name, subject.process.rss_bytes())
        with subprocess.Popen(self.command(subject), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as load:
            try:
                load.stdout.readline()
                before = subject.process.cpu()
                resident = subject.process.rss_bytes()
                load.stdout.readline()
                used = subject.process.cpu() - before
                output, errors = load.communicate(timeout=60)
            finally:
                load.kill()
        if load.returncode != 0:
            raise MeasureError(f"streams on {subject.name}: {(output + errors)[-500:]}")
        figures = json.loads(output)
        first = figures["first_event_us"]
        sample = Sample(figures["events"], figures["seconds"], first["p50"], first["p99"])
        sample.charge(used)
        sample.stream_bytes = (resident - rested) / self.streams
        return sample
