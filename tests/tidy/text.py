"""What a file may be called and how it begins; what no file holds."""

import re

_vague = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "impl", "v2", "ng"}
_ours = ("src/", "include/", "apps/", "tests/", "fuzz/", "bench/", "examples/", "cmake/", "script/")
_snake = re.compile(r"^[a-z0-9_]+$")

# In two pieces each, so that this file does not hold what it looks for.
_marks = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_machine = re.compile(r"(?<![\w.])/(?:wo" r"rk|ro" r"ot)/[\w.]+")


def check_names(tree):
    problems = []
    for path in tree.paths:
        if not path.startswith(_ours):
            continue
        for part in path.split("/"):
            stem = part.split(".")[0]
            if vague := _vague & set(re.split(r"[_\-]", stem.lower())):
                problems.append(f"{path}: '{vague.pop()}' says nothing: name what is in it")
        stem = path.rsplit("/", 1)[1].rsplit(".", 1)[0]
        if path.endswith((".cpp", ".hpp")) and not _snake.match(stem):
            problems.append(f"{path}: C++ files are named in snake_case")
    return problems


def check_headers(tree):
    problems = []
    for path in tree.ending_in(".hpp", under=_ours):
        code = [line for line in tree.text(path).splitlines() if line.strip()]
        while code and code[0].startswith("//"):
            code.pop(0)
        if not code or code[0].strip() != "#pragma once":
            problems.append(f"{path} does not begin with #pragma once after its comment")
    return problems


def check_marks(tree):
    """Unfinished work is an issue, not a comment; a path of one machine works on no other."""
    problems = []
    endings = (".cpp", ".hpp", ".py", ".mjs", ".js", ".ts", ".cmake", ".txt", ".md", ".json", ".sh")
    for path in sorted({*tree.ending_in(*endings), *tree.ending_in("", under=("script/", ".ci/"))}):
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            if mark := _marks.search(line):
                problems.append(f"{path}:{number}: {mark.group(0)}: finish it or file it")
            if place := _machine.search(line):
                problems.append(f"{path}:{number}: {place.group(0)} is a path of one machine")
    return problems
