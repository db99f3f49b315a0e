"""Runs one check on a tree: run.py CHECK --root DIR [--build DIR]

Prints what it found and ends with 1 if that is anything, with 77 if it lacks a program it needs.
"""

import argparse
import sys

import format as formatting
import layers
import readme
import size
import tables
import text
from tree import Tree

CHECKS = {
    "layers": layers.check,
    "size": size.check,
    "tables": tables.check,
    "readme": readme.check,
    "names": text.check_names,
    "headers": text.check_headers,
    "marks": text.check_marks,
    "format": formatting.check,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("check", choices=sorted(CHECKS))
    parser.add_argument("--root", required=True)
    parser.add_argument("--build")
    args = parser.parse_args()

    if args.check == "format" and (lacking := formatting.lacks()):
        print(f"skipped: {lacking} is not installed")
        return 77
    problems = CHECKS[args.check](Tree(args.root, args.build))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
