"""The files of a source tree, as the checks read them."""

import os
from pathlib import Path

_not_ours = {".git", "build", "node_modules", "__pycache__", ".cache"}


class Tree:
    """A source tree; paths are relative to its root and written with forward slashes."""

    def __init__(self, root, build=None):
        self.root = Path(root)
        self.build = Path(build) if build else None
        self.paths = sorted(self._walk())

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in _not_ours]
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def ending_in(self, *endings, under=()):
        """The paths with one of the endings, below one of the folders if any are named."""
        return [
            path
            for path in self.paths
            if path.endswith(endings) and (not under or path.startswith(tuple(under)))
        ]

    def cpp(self, *under):
        return self.ending_in(".cpp", ".hpp", under=under)
