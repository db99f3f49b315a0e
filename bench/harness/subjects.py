"""What is measured: the mock upstream itself, nginx, haproxy and tollway in front of it."""

import http.client
import json
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .processes import Process, MeasureError

BENCH = Path(__file__).resolve().parent.parent
CHAT_PATH = "/api/v1/chat/completions"
HEALTH_PATH = "/api/v1/health"


@dataclass
class Subject:
    name: str
    version: str
    json_port: int
    stream_port: int
    process: Process
    key: str = ""

    def headers(self):
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


def free_port():
    # nginx and haproxy cannot pick a port and tell it; nobody else is likely to take this one in
    # the moment between.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def port_in(path):
    return int(path.read_text()) if path.exists() else 0


def post(port, body, headers):
    """Status and whole body of one chat request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", CHAT_PATH, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def program(name):
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if path is None:
        raise MeasureError(f"{name} is not installed")
    return path


def first_match(pattern, argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10)
    match = re.search(pattern, done.stdout + done.stderr)
    return match.group(1) if match else "?"


def start_mock(processes, build, **flags):
    port_file = processes.folder / f"mock-{processes.count}.port"
    argv = [build / "bench/mock_upstream", "--port-file", port_file]
    for name, value in flags.items():
        argv += ["--" + name.replace("_", "-"), value]
    process = processes.start(argv)
    port = process.wait_for(lambda: port_in(port_file), "port")
    return Subject("direct", "", port, port, process)


def _configure(processes, template, values):
    text = (BENCH / template).read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    path = processes.folder / template.removesuffix(".in")
    path.write_text(text)
    return path


def start_nginx(processes, upstream):
    nginx = program("nginx")
    ports = free_port(), free_port()
    path = _configure(processes, "nginx.conf.in", {
        "FOLDER": processes.folder, "UPSTREAM_PORT": upstream,
        "JSON_PORT": ports[0], "STREAM_PORT": ports[1]})
    process = processes.start([nginx, "-p", processes.folder, "-c", path])
    process.wait_for(lambda: answers(ports[0]), "connection")
    return Subject("nginx", first_match(r"nginx/(\S+)", [nginx, "-v"]), *ports, process)


def start_haproxy(processes, upstream):
    haproxy = program("haproxy")
    port = free_port()
    path = _configure(processes, "haproxy.cfg.in", {"UPSTREAM_PORT": upstream, "PORT": port})
    process = processes.start([haproxy, "-db", "-f", path])
    process.wait_for(lambda: answers(port), "connection")
    version = first_match(r"version (\d+\.\d+\.\d+)", [haproxy, "-v"])
    return Subject("haproxy", version, port, port, process)


def start_tollway(processes, tollway, upstream, data=None, wrapper=()):
    """`wrapper` goes before the command: valgrind, strace. `data` may exist: then no new key."""
    data = data or processes.folder / f"data-{processes.count}"
    new = not data.exists()
    port_file = processes.folder / f"tollway-{processes.count}.port"
    process = processes.start(
        [*wrapper, tollway, "serve", "--listen", "127.0.0.1:0", "--port-file", port_file,
         "--data", data, "--threads", 1],
        env={"OPENROUTER_API_KEY": "x",
             "TOLLWAY_LLM_OPENROUTER_URL": f"http://127.0.0.1:{upstream}/api/v1"})
    port = process.wait_for(lambda: port_in(port_file), "port", seconds=60)
    subject = Subject("tollway", "", port, port, process)
    if new:
        line = re.compile(r"^gateway key: (\S+)\n", re.MULTILINE)
        subject.key = process.wait_for(lambda: line.search(process.output()), "key").group(1)
    return subject


def check_answer(subject, body, expected):
    """A proxy that answers anything else than the upstream is not worth measuring."""
    status, text = post(subject.json_port, body, subject.headers())
    try:
        same = status == 200 and json.loads(text) == expected
    except ValueError:
        same = False
    if not same:
        raise MeasureError(f"{subject.name} answered {status} {text[:300]!r}")
