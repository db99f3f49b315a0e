"""Compiles headers by themselves: lint_headers.py COMPILE_COMMANDS HEADER...

A header must include what it needs. Each is compiled as the only line of a source that has the
flags of its nearest neighbour in the compilation database; ends with 1 if one does not compile.
"""

import json
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from os.path import commonprefix
from pathlib import Path


def flags_for(header, entries):
    """The compiler and the flags of the source whose path begins most like the header's."""
    near = max(entries, key=lambda entry: len(commonprefix([entry["file"], str(header)])))
    words = shlex.split(near["command"])
    while "ccache" in words[0] or not Path(words[0]).name.startswith(("clang", "c++", "g++")):
        words.pop(0)
    flags, at = [], 0
    while at < len(words):
        if words[at] in ("-o", "-Xclang", "-include", "-include-pch"):
            at += 2
            continue
        if words[at] not in ("-c", near["file"], "-Winvalid-pch"):
            flags.append(words[at])
        at += 1
    return flags, near["directory"]


def compile_alone(header, entries):
    flags, folder = flags_for(header, entries)
    source = f'#include "{header}"\n'
    done = subprocess.run(
        [*flags, "-fsyntax-only", "-x", "c++", "-"],
        input=source, cwd=folder, capture_output=True, text=True, check=False,
    )
    return done.returncode, done.stderr


def main(database, *names):
    entries = [entry for entry in json.loads(Path(database).read_text()) if "cmake_pch" not in entry["file"]]
    headers = [Path(name).resolve() for name in names]
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        for header, (code, said) in zip(headers, pool.map(lambda one: compile_alone(one, entries), headers)):
            if code:
                failed += 1
                print(f"{header} does not compile by itself:\n{said}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
