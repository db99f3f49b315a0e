"""A file of a table's folder has its row: a strategy or a route cannot be forgotten."""

import re

FOLDERS = ("src/routing/strategies", "src/gateway/routes")


def _rows(tree, folder):
    """The text of the folder's table: the generated one and one kept by hand, whichever there is."""
    texts = []
    if tree.build:
        for path in sorted((tree.build / "generated" / folder).glob("*.cpp")):
            texts.append(path.read_text(encoding="utf-8"))
    if f"{folder}/table.cpp" in tree.paths:
        texts.append(tree.text(f"{folder}/table.cpp"))
    return "\n".join(texts)


def check(tree):
    problems = []
    for folder in FOLDERS:
        below = [path for path in tree.cpp(f"{folder}/") if path.endswith(".cpp")]
        files = [path for path in below if path.rsplit("/", 1)[0] == folder]
        rows = None
        for path in files:
            stem = path.rsplit("/", 1)[1].removesuffix(".cpp")
            if stem == "table" or stem.endswith("_test"):
                continue
            rows = _rows(tree, folder) if rows is None else rows
            if not re.search(rf"&{stem}\b", rows):
                problems.append(f"{path} has no row &{stem} in the table of {folder}")
    return problems
