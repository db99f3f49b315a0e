"""Runs one example, or what the documentation shows, against the demonstration, or against a recording where the demonstration has no
such answer: examples.py TOLLWAY EXAMPLE NAME."""

import subprocess
import sys
import tempfile
from pathlib import Path

from running import environment, running

HEARD = "Tollway's demonstration heard: "
# What each is given, and what it must print.
EXPECTED = {
    "first_chat": (["Good morning"], [HEARD + "Good morning"]),
    "streaming": ([], [HEARD + "What is a comet?", "(stop, "]),
    "tools": (["[[tool:weather]] in Oslo?"], ['calls weather{"city":', "4 degrees, light rain"]),
    "structured_output": ([], ['{"name":"Johann Wolfgang von Goethe","born":1749}\n']),
    "list_models": ([], ["tollway/echo: $0 a token in, $0 out, context 1048576\n",
                         "tollway/metered-echo: $0.000001 a token in, $0.000002 out"]),
    "alternatives": (["Good morning", "tollway/echo"], [HEARD + "Good morning ("]),
    "own_provider": ([], [HEARD + "Good morning (HOUSE)"]),
    "documented": ([], ["upstream_timeout\ncancelled\nthe request: OpenRouter answered 400",
                        *[f"{HEARD}Number {i}\n" for i in range(4)],
                        f"{HEARD}Hello\n{HEARD}Hello\n"]),
    "cost": ([], ["What is a neutrino? 4 tokens in, 7 out, $0.000018\n", "together $0.0000"]),
}


def main():
    tollway, example, name = sys.argv[1:]
    words, expected = EXPECTED[name]
    with tempfile.TemporaryDirectory() as home:
        server = ["serve", "--no-auth", "--data", home]
        if name == "structured_output":
            server = ["replay", "--recordings", Path(__file__).parent / "recordings"]
        with running(tollway, *server) as url:
            if name in ("own_provider", "documented"):
                words = [url + "/api/v1"]
            env = environment(HOME=home, XDG_DATA_HOME=home, OPENROUTER_API_KEY="sk-or-v1-example",
                              TOLLWAY_LLM_OPENROUTER_URL=url + "/api/v1",
                              TOLLWAY_LLM_MODEL="tollway/metered-echo")
            ran = subprocess.run([example, *words], env=env, text=True, timeout=60,
                                 capture_output=True, check=False)
    print(ran.stdout, ran.stderr)
    missing = [text for text in expected if text not in ran.stdout]
    if ran.returncode != 0 or missing:
        sys.exit(f"{name} exited with {ran.returncode}; not printed: {missing}")


main()
