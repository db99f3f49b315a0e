"""Files and functions stay small enough to be read in one sitting."""

import ast
from statistics import median

from functions import functions_of

FILE_LINES_MAX = 500
FILE_LINES_MEDIAN_MAX = 150
FUNCTION_LINES_MAX = 60  # a function is shorter than this

_sources = (".cpp", ".hpp", ".c", ".h", ".py", ".ts", ".tsx", ".js", ".mjs", ".cmake", ".sh")


def _python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def _functions(path, text):
    if path.endswith((".cpp", ".hpp")):
        return [(found.name, found.line, found.length) for found in functions_of(text)]
    if path.endswith(".py"):
        return list(_python_functions(text))
    return []


def check(tree):
    problems, lengths, functions, longest = [], [], [], (0, "")
    for path in sorted({*tree.ending_in(*_sources), *tree.ending_in("", under=("script/",))}):
        text = tree.text(path)
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            problems.append(f"{path} has {lines} lines: {FILE_LINES_MAX} at most")
        if path.endswith((".cpp", ".hpp")):
            lengths.append(lines)
        for name, line, length in _functions(path, text):
            functions.append(length)
            longest = max(longest, (length, f"{name} at {path}:{line}"))
            if length >= FUNCTION_LINES_MAX:
                problems.append(
                    f"{path}:{line}: {name} has {length} lines: under {FUNCTION_LINES_MAX}"
                )
    if lengths:
        middle = median(lengths)
        print(f"{len(lengths)} C++ files, median {middle:g} lines, longest {max(lengths)}")
        if middle >= FILE_LINES_MEDIAN_MAX:
            problems.append(f"the median file has {middle:g} lines: under {FILE_LINES_MEDIAN_MAX}")
    if functions:
        print(f"{len(functions)} functions, median {median(functions):g} lines, longest {longest}")
    return problems
