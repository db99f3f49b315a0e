"""Finds the functions of a C++ file and their length, by braces.

A compiler would know more, but takes seconds a file; this reads a whole tree in one. It strips
what can hold a stray brace (comments, strings, preprocessor lines), then walks the braces and tells
by the text before each what it opens.
"""

import re
from dataclasses import dataclass

_noise = re.compile(
    r'R"(?P<mark>[^()\\ ]{0,16})\(.*?\)(?P=mark)"'  # a raw string
    r"|//(?:\\\n|[^\n])*"
    r"|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",  # not the ' in 1'000
    re.DOTALL,
)
_directive = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
_scope = re.compile(r"^(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b")
_attribute = re.compile(r"\[\[.*?\]\]", re.DOTALL)
_operator = re.compile(r"\boperator\s*(?:\(\s*\)|[^\w\s(]+)")
_lambda = re.compile(r"\[[^\[\]]*\]\s*(?:<[^{}]*>\s*)?(?:\(|(?:mutable|noexcept|$))")


@dataclass
class Function:
    name: str
    line: int  # of the signature's first word
    length: int  # lines from there to the closing brace, both counted


def _blank(match):
    """The same lines without their text, so that line numbers stay; a word stands for a string."""
    text = match.group(0)
    lines = "\n" * text.count("\n")
    return lines if text.startswith(("/", "#", " ", "\t")) else f"_{lines}"


def _strip(source):
    return _directive.sub(_blank, _noise.sub(_blank, source))


def _without_template(head):
    """`template <class T = int> void f()` as `void f()`."""
    while match := re.match(r"template\s*<", head):
        depth, at = 1, match.end()
        while at < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:].lstrip()
    return head


def _outside_parentheses(head):
    out, depth = [], 0
    for char in head:
        if char in "([":
            depth += 1
        if depth == 0:
            out.append(char)
        if char in ")]":
            depth -= 1
            if depth == 0:
                out.append(char)
    return "".join(out)


def _kind(head, outer):
    """What a brace opens: scope, function, init (a member's, in a constructor's list) or value."""
    head = _without_template(_attribute.sub(" ", head).strip())
    if outer == "value":
        return "function" if _lambda.search(head) else "value"
    if _scope.match(head) and not re.search(r"\)\s*(?:const|noexcept|override|final)?\s*$", head):
        return "scope"
    plain = _outside_parentheses(_operator.sub("operator_", head))
    if "=" in plain:
        return "function" if _lambda.search(head.split("=", 1)[1]) else "value"
    if ")" not in plain:
        return "value"
    if re.search(r"\)[^:]*(?<!:):(?!:)", plain) and not head.endswith(")"):
        return "init"
    return "function"


def _name(head):
    head = _without_template(_attribute.sub(" ", head).strip())
    match = re.search(r"((?:operator\s*\S+?|~?[\w:]+))\s*\(", head)
    return match.group(1) if match else "lambda"


def functions_of(source):
    """Every outermost function of a file; what lies inside one counts as part of it."""
    text = _strip(source)
    found, stack = [], []  # of (kind, head, line the head begins at)
    head, head_line, line = "", 1, 1
    for char in text:
        if char == "\n":
            line += 1
        if stack and stack[-1][0] in ("function", "init", "inner"):
            if char == "{":
                stack.append(("inner", "", 0))
            elif char == "}":
                kind, begun, begun_line = stack.pop()
                if kind == "function":
                    found.append(Function(_name(begun), begun_line, line - begun_line + 1))
                    head = ""
                elif kind == "init":
                    head, head_line = begun + "()", begun_line
            continue
        if char == "{":
            kind = _kind(head, stack[-1][0] if stack else "scope")
            stack.append((kind, head, head_line))
            head = ""
        elif char == "}":
            if stack:
                kind, begun, begun_line = stack.pop()
                # After a value's brace the same declaration may go on: `auto f(T x = T{}) {`.
                head, head_line = (begun + "()", begun_line) if kind == "value" else ("", line)
        elif char == ";" and head.count("(") <= head.count(")"):
            head = ""
        elif char == ":" and head.strip() in ("public", "private", "protected"):
            head = ""
        elif head or not char.isspace():
            head_line = head_line if head else line
            head += char
    return found
