"""What script/bench runs once everything is built; docs/performance.md says how to read it."""

import argparse
import contextlib
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from harness import counts, report
from harness.loads import JsonLoad, StreamLoad
from harness.processes import MeasureError, Processes
from harness.quiet import SpinTest
from harness.rounds import measure
from harness.startup import measure_startup
from harness.subjects import (check_answer, first_match, post, program, start_haproxy, start_mock,
                              start_nginx, start_tollway)

BENCH = Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(prog="script/bench", description=(
        "CPU per request and per chunk of nginx, haproxy and tollway, interleaved."))
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5, help="quiet rounds wanted (5)")
    parser.add_argument("--quick", action="store_true",
                        help="2 rounds of 1 s: whether it runs, not what it costs")
    parser.add_argument("--only", default="", help="loads, by comma: json-1,json-32,json-256,streams")
    parser.add_argument("--subjects", default="nginx,haproxy,tollway", help="by comma")
    parser.add_argument("--before", type=Path, metavar="PROGRAM",
                        help="another build of tollway to measure beside this one")
    parser.add_argument("--streams", type=int, default=1000, help="streams at once (1000)")
    parser.add_argument("--chunks", type=int, default=30, help="chunks a stream (30)")
    parser.add_argument("--gap-ms", type=int, default=100, help="between chunks (100)")
    parser.add_argument("--json", type=Path, help="also write every sample to this file")
    parser.add_argument("--callgrind", action="store_true",
                        help="instead: instructions a request of tollway")
    parser.add_argument("--syscalls", action="store_true",
                        help="instead: system calls a request of tollway")
    parser.add_argument("--requests", type=int, default=500,
                        help="R of --callgrind and --syscalls (500)")
    options = parser.parse_args()
    options.tollway = options.build / "apps/tollway/tollway"
    return options


def say(line):
    print(line, flush=True)


def progress(line):
    print(line, file=sys.stderr, flush=True)


def wanted_subjects(options):
    names = options.subjects.split(",")
    return [*names, "before"] if options.before else names


def tollway_version(options, name):
    program_path = options.before if name == "before" else options.tollway
    return first_match(r"(\d+\.\d+\.\d+)", [program_path, "--version"])


def start_subjects(options, processes, upstream, expected, body):
    """Those that are here and answer as the upstream does; the others are named and left out."""
    starts = {"nginx": lambda: start_nginx(processes, upstream),
              "haproxy": lambda: start_haproxy(processes, upstream),
              "before": lambda: start_tollway(processes, options.before, upstream),
              "tollway": lambda: start_tollway(processes, options.tollway, upstream)}
    subjects = []
    for name in wanted_subjects(options):
        try:
            subject = starts[name]()
            check_answer(subject, body, expected)
            if name in ("before", "tollway"):
                subject.name = name
                subject.version = tollway_version(options, name)
            subjects.append(subject)
        except MeasureError as error:
            say(f"skipped: {name}: {error}")
    return subjects


def plan_for(options, direct, subjects):
    seconds = 1 if options.quick else 2
    streams = StreamLoad(options.build, options.streams, options.chunks, options.gap_ms, seconds)
    plan = [(JsonLoad(1, seconds), [direct, *subjects]), (JsonLoad(32, seconds), subjects),
            (JsonLoad(256, seconds), subjects), (streams, subjects)]
    if options.only:
        plan = [(load, who) for load, who in plan if load.name in options.only.split(",")]
    try:
        program("wrk")
    except MeasureError as error:
        say(f"skipped: JSON loads: {error}")
        plan = [(load, who) for load, who in plan if load.unit != "request"]
    return plan


def write_samples(path, results):
    path.write_text(json.dumps([
        {"load": result.load.name, "failures": result.failures,
         **{kind: [{name: dataclasses.asdict(sample) for name, sample in samples.items()}
                   for samples in getattr(result, kind)] for kind in ("quiet", "noisy")}}
        for result in results], indent=1) + "\n")


def compare(options, processes):
    mock = start_mock(processes, options.build, chunks=options.chunks, gap_ms=options.gap_ms)
    body = (BENCH / "bodies/chat.json").read_bytes()
    expected = json.loads(post(mock.json_port, body, {})[1])
    subjects = start_subjects(options, processes, mock.json_port, expected, body)
    names = ["direct", *(subject.name for subject in subjects)]
    idle = {subject.name: subject.process.rss_bytes() for subject in subjects}
    spin = SpinTest()
    with contextlib.suppress(MeasureError):
        alone = JsonLoad(32, 1).run(mock)
        say(f"mock upstream alone: {alone.count / alone.seconds:,.0f} requests/s")
    startup = None
    if "tollway" in names:
        startup = measure_startup(processes, options.tollway, mock.json_port, body, expected,
                                  2 if options.quick else 5)
    rounds = 2 if options.quick else options.rounds
    results = measure(plan_for(options, mock, subjects), rounds, spin, progress)
    say(", ".join(f"{subject.name} {subject.version}" for subject in subjects))
    for result in results:
        for line in report.table(result, names):
            say(line)
        if result.load.name == "json-1":
            for line in report.latency(result, names):
                say(line)
    for line in ["", *report.memory(idle), *(report.startup_lines(startup) if startup else []),
                 *report.floors(results, startup)]:
        say(line)
    if options.json:
        write_samples(options.json, results)
    failed = any(result.failures for result in results)
    return 1 if failed or len(subjects) < len(wanted_subjects(options)) else 0


def count(options, processes):
    # A gap of a few milliseconds keeps chunks apart, so that each is work of its own.
    mock = start_mock(processes, options.build, chunks=options.chunks, gap_ms=3)
    bodies = counts.bodies_for(options.chunks)
    if options.syscalls:
        for line in counts.count_system_calls(processes, options.tollway, mock.json_port, bodies,
                                              options.requests):
            say(line)
    if options.callgrind:
        for line in counts.count_instructions(processes, options.tollway, mock.json_port, bodies,
                                              options.requests):
            say(line)
    return 0


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="tollway-bench-") as folder:
        with Processes(folder) as processes:
            try:
                return (count if options.callgrind or options.syscalls else compare)(
                    options, processes)
            except MeasureError as error:
                print(f"script/bench: {error}", file=sys.stderr)
                return 1


if __name__ == "__main__":
    sys.exit(main())
