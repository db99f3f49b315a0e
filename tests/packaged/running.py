"""The program under test, running for as long as a test needs it."""

import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 20  # seconds until it listens; a loaded machine under a sanitizer is slow


def environment(**more):
    """Ours without what would configure the library from outside."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("TOLLWAY_") and not name.endswith("_API_KEY")}
    return {**kept, **more}


@contextlib.contextmanager
def running(binary, *words):
    """Runs `tollway <words>` on a free port of 127.0.0.1 and gives its URL."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder, "port")
        env = environment(HOME=folder, XDG_DATA_HOME=folder)
        process = subprocess.Popen(
            [binary, *words, "--listen", "127.0.0.1:0", "--port-file", port_file],
            env=env, stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + PATIENCE
            while not port_file.exists():
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"tollway {words[0]} does not start")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port_file.read_text().strip()}"
        finally:
            process.terminate()
            process.wait(PATIENCE)
