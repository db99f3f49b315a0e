"""src/README.md has one line for each folder that there is, and none for others."""

import re

_row = re.compile(r"^- `([\w/]+)/`:? \S", re.MULTILINE)


def check(tree):
    problems = []
    folders = {path.rsplit("/", 1)[0].removeprefix("src/") for path in tree.ending_in("", under=("src/",))}
    folders -= {"src"}
    rows = _row.findall(tree.text("src/README.md")) if "src/README.md" in tree.paths else []
    for folder in sorted(folders - set(rows)):
        problems.append(f"src/README.md has no line for {folder}/")
    for folder in sorted(set(rows) - folders):
        problems.append(f"src/README.md has a line for {folder}/, which is not there")
    for folder in sorted({row for row in rows if rows.count(row) > 1}):
        problems.append(f"src/README.md has more than one line for {folder}/")
    return problems
