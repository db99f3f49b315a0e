"""Repeatable counts of tollway's work: instructions (callgrind) and system calls (strace). Each is
the difference between a run with R and one with 2 R requests, so that start and end drop out."""

import http.client
import re
import subprocess
from collections import Counter

from .processes import MeasureError
from .subjects import BENCH, CHAT_PATH, program, start_tollway


def _send(subject, body, count):
    connection = http.client.HTTPConnection("127.0.0.1", subject.json_port, timeout=60)
    headers = {"Content-Type": "application/json", **subject.headers()}
    for _ in range(count):
        connection.request("POST", CHAT_PATH, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise MeasureError(f"tollway answered {answer.status} {text[:300]!r}")
    connection.close()


def _run_under(wrapper, processes, build, upstream, body, count):
    subject = start_tollway(processes, build, upstream, wrapper=wrapper)
    _send(subject, body, count)
    # strace passes a signal on only when it stops by itself; the program is its child.
    program_pid = subject.process.tree()[-1]
    if program_pid != subject.process.pid:
        subprocess.run(["kill", "-TERM", str(program_pid)], check=True)
        subject.process.popen.wait(60)
    processes.end(subject.process)


def _instructions(processes, build, upstream, body, count):
    out = processes.folder / f"callgrind-{count}-{processes.count}.out"
    wrapper = [program("valgrind"), "--tool=callgrind", f"--callgrind-out-file={out}"]
    _run_under(wrapper, processes, build, upstream, body, count)
    total = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)
    if total is None:
        raise MeasureError("callgrind left no total; tollway must end by itself on SIGTERM")
    return int(total.group(1)), out


def _hottest(out, lines):
    done = subprocess.run([program("callgrind_annotate"), "--auto=no", out],
                          capture_output=True, text=True, check=False)
    rows = [line for line in done.stdout.splitlines() if re.match(r"\s*[\d,]+ \(", line)]
    return [row[:150] for row in rows[:lines]]


def count_instructions(processes, build, upstream, bodies, requests, lines=30):
    """`bodies` maps a name to a request's body and the units (1, or chunks) its answer has."""
    report = []
    for name, (body, units) in bodies.items():
        single, _ = _instructions(processes, build, upstream, body, requests)
        double, out = _instructions(processes, build, upstream, body, 2 * requests)
        each = (double - single) / requests
        report.append(f"{name}: {each:,.0f} instructions a request"
                      + (f", {each / units:,.0f} a chunk" if units > 1 else ""))
        report += _hottest(out, lines)
    return report


def _system_calls(processes, build, upstream, body, count):
    out = processes.folder / f"strace-{count}-{processes.count}.out"
    _run_under([program("strace"), "-c", "-f", "-o", out], processes, build, upstream, body, count)
    calls = Counter()
    for line in out.read_text().splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != "total":
            calls[fields[-1]] = int(fields[3])
    return calls


def count_system_calls(processes, build, upstream, bodies, requests):
    report = []
    for name, (body, units) in bodies.items():
        single = _system_calls(processes, build, upstream, body, requests)
        double = _system_calls(processes, build, upstream, body, 2 * requests)
        each = {call: (double[call] - single[call]) / requests for call in double}
        total = sum(each.values())
        report.append(f"{name}: {total:.2f} system calls a request"
                      + (f", {total / units:.2f} a chunk" if units > 1 else ""))
        report += [f"  {call:20}{count:9.2f}" for call, count in
                   sorted(each.items(), key=lambda item: -item[1]) if count > 0.005]
    return report


def bodies_for(chunks):
    return {"JSON": ((BENCH / "bodies/chat.json").read_bytes(), 1),
            "stream": ((BENCH / "bodies/chat_stream.json").read_bytes(), chunks + 3)}
