"""Repeatable counts of tollway's work: instructions (callgrind) and system calls (strace). Each is
the difference between a run with R and one with 2 R requests, so that start and end drop out."""

import http.client
import re
import socket
import subprocess
from collections import Counter

from .processes import MeasureError
from .subjects import BENCH, CHAT_PATH, program, start_tollway


def _send(subject, body, count):
    # Head and body in one write, as SDKs and wrk do it; http.client makes two.
    lines = [f"POST {CHAT_PATH} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
             f"Content-Length: {len(body)}",
             *(f"{name}: {value}" for name, value in subject.headers().items())]
    request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    with socket.create_connection(("127.0.0.1", subject.json_port), 60) as connection:
        for _ in range(count):
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection, method="POST")
            answer.begin()
            text = answer.read()
            if answer.status != 200:
                raise MeasureError(f"tollway answered {answer.status} {text[:300]!r}")


def _run_under(wrapper, processes, tollway, upstream, body, count):
    subject = start_tollway(processes, tollway, upstream, wrapper=wrapper)
    try:
        _send(subject, body, count)
    except (OSError, http.client.HTTPException) as error:
        raise MeasureError(f"tollway broke off, {error}: {subject.process.output()[-500:]}") from error
    # strace passes a signal on only when it stops by itself; the program is its child.
    program_pid = subject.process.tree()[-1]
    if program_pid != subject.process.pid:
        subprocess.run(["kill", "-TERM", str(program_pid)], check=True)
        subject.process.popen.wait(60)
    processes.end(subject.process)


def _instructions(processes, tollway, upstream, body, count):
    """Instructions by function; callgrind's own name for the sum is "PROGRAM TOTALS"."""
    out = processes.folder / f"callgrind-{processes.count}.out"
    wrapper = [program("valgrind"), "--tool=callgrind", f"--callgrind-out-file={out}"]
    _run_under(wrapper, processes, tollway, upstream, body, count)
    if not out.exists():
        raise MeasureError("callgrind left nothing; tollway must end by itself on SIGTERM")
    done = subprocess.run([program("callgrind_annotate"), "--auto=no", "--threshold=100", out],
                          capture_output=True, text=True, check=False)
    functions = Counter()
    for row in re.finditer(r"^\s*([\d,]+) \([^)]*\)\s+(.*)$", done.stdout, re.MULTILINE):
        functions[row.group(2)] += int(row.group(1).replace(",", ""))
    return functions


def count_instructions(processes, tollway, upstream, bodies, requests, lines=40):
    """`bodies` maps a name to a request's body and the units (1, or chunks) its answer has."""
    report = []
    for name, (body, units) in bodies.items():
        single = _instructions(processes, tollway, upstream, body, requests)
        double = _instructions(processes, tollway, upstream, body, 2 * requests)
        each = Counter({what: (double[what] - single[what]) / requests for what in double})
        total = each.pop("PROGRAM TOTALS")
        report.append(f"{name}: {total:,.0f} instructions a request"
                      + (f", {total / units:,.0f} a chunk" if units > 1 else ""))
        report += [f"{count:10,.0f}  {_short(what)}" for what, count in each.most_common(lines)
                   if count >= 1]
    return report


def _short(function):
    # The source file and the shared object say little that the function's name does not.
    function = re.sub(r"^\S*?:(?!:)", "", function)
    return re.sub(r" \[\S+\]$", "", function)[:110]


def _system_calls(processes, tollway, upstream, body, count):
    out = processes.folder / f"strace-{count}-{processes.count}.out"
    _run_under([program("strace"), "-c", "-f", "-o", out], processes, tollway, upstream, body, count)
    calls = Counter()
    for line in out.read_text().splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != "total":
            calls[fields[-1]] = int(fields[3])
    return calls


def count_system_calls(processes, tollway, upstream, bodies, requests):
    report = []
    for name, (body, units) in bodies.items():
        single = _system_calls(processes, tollway, upstream, body, requests)
        double = _system_calls(processes, tollway, upstream, body, 2 * requests)
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
