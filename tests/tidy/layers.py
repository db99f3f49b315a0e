"""Layers go one way: no file includes one from a higher floor, nor from its floor's neighbours."""

import re

# From the ground up. Folders on one floor do not include each other.
FLOORS = [
    {"base"},
    {"sqlite", "llm"},
    {"http", "settings", "ledger", "recording", "tokenizer"},
    {"net", "dialects", "pricing"},
    {"providers"},
    {"catalog"},
    {"routing"},
    {"dispatch", "observe"},
    {"client", "gateway", "demo", "replay"},
    {"admin"},
    {"apps"},
]

_floor_of = {folder: floor for floor, folders in enumerate(FLOORS) for folder in folders}
_include = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)


def _folder_of(path):
    """The folder that has a floor: `net` of src/net/tls.hpp, `apps` of apps/tollway/main.cpp."""
    parts = path.split("/")
    return "apps" if parts[0] == "apps" else parts[1]


def _includes(tree, path):
    """The project's own files that a file includes, as paths below the root."""
    beside = path.rsplit("/", 1)[0]
    for name in _include.findall(tree.text(path)):
        for candidate in (f"src/{name}", f"include/{name}", f"{beside}/{name}", f"tests/{name}"):
            if candidate in tree.path_set:
                yield candidate
                break
        else:
            if name.split("/")[0] in _floor_of and "/" in name:
                yield f"src/{name}"  # generated or mistyped, its layer is known all the same


def _check_file(tree, path, problems):
    mine = _folder_of(path)
    for included in _includes(tree, path):
        if included.startswith("include/"):
            continue
        if included.startswith("tests/"):
            if not path.endswith("_test.cpp"):
                problems.append(f"{path} is no test and includes {included}")
            continue
        theirs = _folder_of(included)
        if theirs == mine or theirs not in _floor_of:
            continue
        if _floor_of[theirs] > _floor_of[mine]:
            problems.append(f"{path} includes {included}: {theirs} is above {mine}")
        elif _floor_of[theirs] == _floor_of[mine]:
            problems.append(f"{path} includes {included}: {theirs} and {mine} are on one floor")


def _circles(tree, paths):
    """Includes that lead back to where they began; each circle once."""
    graph = {path: [name for name in _includes(tree, path) if name != path] for path in paths}
    done, problems = set(), []

    def visit(path, trail):
        if path in trail:
            problems.append("a circle: " + " -> ".join(trail[trail.index(path) :] + [path]))
            return
        if path in done:
            return
        for included in graph.get(path, []):
            visit(included, trail + [path])
        done.add(path)

    for path in paths:
        visit(path, [])
    return problems


def check(tree):
    tree.path_set = set(tree.paths)
    problems = []
    sources = [path for path in tree.cpp("src/", "apps/") if path.count("/") > 1]
    for folder in sorted({_folder_of(path) for path in sources} - set(_floor_of)):
        problems.append(f"src/{folder} has no floor: name one in tests/tidy/layers.py and src/README.md")
    for path in sources:
        if _folder_of(path) in _floor_of:
            _check_file(tree, path, problems)
    for path in tree.cpp("include/"):
        for included in _includes(tree, path):
            if not included.startswith("include/"):
                problems.append(f"{path} is public and includes {included}")
    return problems + _circles(tree, sources)
