"""Holds that a page shows only code that is compiled: each ```cpp and ```cmake block stands, line by
line and in one piece, in one of the given files: snippets.py PAGE FILE..."""

import re
import sys
from pathlib import Path


def lines_of(text):
    """Without indentation and empty lines, which a page may leave out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def stands_in(block, lines):
    size = len(block)
    return any(lines[i : i + size] == block for i in range(len(lines) - size + 1))


def main():
    page, *files = sys.argv[1:]
    sources = [lines_of(Path(file).read_text()) for file in files]
    blocks = re.findall(r"^```(?:cpp|cmake)\n(.*?)^```", Path(page).read_text(), re.DOTALL | re.MULTILINE)
    stray = [block for block in blocks
             if not any(stands_in(lines_of(block), source) for source in sources)]
    if stray or not blocks:
        sys.exit("compiled nowhere:\n" + "\n".join(stray) if stray else f"{page} shows no code")
    print(f"{len(blocks)} blocks, all compiled")


main()
