"""Adds up test results: results.py NAME=FILE...

A FILE is what `ctest --output-junit` wrote (.xml) or what Node's test runner wrote with its tap
reporter (.tap). One that is not there, or holds no test, counts as one failed test: its suite did
not run. The last line printed is `N passed, N failed, N skipped`; ends with 1 if any failed.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def of_ctest(text):
    """Lists of the names that passed, failed and were skipped (with why, as far as it is told)."""
    passed, failed, skipped = [], [], []
    for case in ElementTree.fromstring(text).iter("testcase"):
        name = case.get("name")
        if case.find("failure") is not None or case.get("status") == "fail":
            failed.append(name)
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped.append(name + _reason(case))
        else:
            passed.append(name)
    return passed, failed, skipped


def _reason(case):
    """What GoogleTest or a script said when it skipped itself."""
    output = case.findtext("system-out") or ""
    said = re.search(r"(?:: Skipped\n|^skipped: ?)(.+)", output, re.MULTILINE)
    return f": {said.group(1).strip()}" if said else ""


_tap_line = re.compile(r"( *)(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TO[D]O)(?: (.*))?)?$")


def of_tap(text):
    """The leaves of Node's tap: what only holds other tests counts when it failed by itself."""
    passed, failed, skipped = [], [], []
    inner = -1  # how far in the line before was, to see that this one closes a group
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not (match := _tap_line.match(line)):
            continue
        indent, name = len(match[1]), match[3] or "?"
        holds_others, inner = inner > indent, indent
        if match[4]:
            skipped.append(name + (f": {match[5]}" if match[5] else ""))
        elif match[2]:
            details = "\n".join(lines[number + 1 : number + 8])
            if not (holds_others and "failureType: 'subtestsFailed'" in details):
                failed.append(name)
        elif not holds_others:
            passed.append(name)
    return passed, failed, skipped


def read(path):
    path = Path(path)
    if not path.is_file():
        return [], ["did not run"], []
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        results = of_ctest(text) if path.suffix == ".xml" else of_tap(text)
    except ElementTree.ParseError as error:
        return [], [f"unreadable results: {error}"], []
    return results if any(results) else ([], ["no test ran"], [])


def main(arguments):
    totals = [0, 0, 0]
    for argument in arguments:
        suite, path = argument.split("=", 1)
        results = read(path)
        totals = [total + len(names) for total, names in zip(totals, results)]
        print(f"{suite}: {len(results[0])} passed, {len(results[1])} failed, {len(results[2])} skipped")
        for word, names in (("failed", results[1]), ("skipped", results[2])):
            for name in names:
                print(f"  {word}: {name}")
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
