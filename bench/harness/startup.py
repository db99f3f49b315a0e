"""How long tollway takes from exec to its first answers, and what it holds in memory then."""

import http.client
import time
from dataclasses import dataclass
from statistics import median

from .subjects import HEALTH_PATH, check_answer, start_tollway


@dataclass
class Startup:
    first_health_s: float  # in a fresh data directory
    first_chat_s: float
    later_health_s: float  # in one that exists
    later_chat_s: float
    idle_rss_bytes: float


def _healthy(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", HEALTH_PATH)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _start_once(processes, tollway, upstream, data, key, body, expected):
    begin = time.perf_counter()
    subject = start_tollway(processes, tollway, upstream, data)
    subject.key = subject.key or key
    subject.process.wait_for(lambda: _healthy(subject.json_port), "health")
    healthy = time.perf_counter() - begin
    rss = subject.process.rss_bytes()
    check_answer(subject, body, expected)
    answered = time.perf_counter() - begin
    processes.end(subject.process)
    return healthy, answered, rss, subject.key


def measure_startup(processes, tollway, upstream, body, expected, times):
    first, later = [], []
    for turn in range(times):
        data = processes.folder / f"startup-{turn}"
        first.append(_start_once(processes, tollway, upstream, data, "", body, expected))
        later.append(_start_once(processes, tollway, upstream, data, first[-1][3], body, expected))
    return Startup(*(median(start[part] for start in starts)
                     for starts in (first, later) for part in (0, 1)),
                   median(start[2] for start in first))
