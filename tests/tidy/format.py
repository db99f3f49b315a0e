"""Every C++ file is as clang-format writes it."""

import shutil
import subprocess

PROGRAM = "clang-format-19"


def lacks():
    return None if shutil.which(PROGRAM) else PROGRAM


def check(tree):
    paths = [str(tree.root / path) for path in tree.cpp()]
    if not paths:
        return []
    done = subprocess.run(
        [PROGRAM, "--dry-run", "-Werror", *paths], capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stderr.splitlines() if "error:" in line]
    files = sorted({line.split(":", 1)[0] for line in lines})
    return [f"{path} is not formatted: run script/format" for path in files]
