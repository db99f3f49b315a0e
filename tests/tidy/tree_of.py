"""Small made-up trees for the tests of the checks."""

import tempfile
import unittest
from pathlib import Path

from tree import Tree


class MadeUpTree(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)

    def tree(self, files, build=None):
        """Writes the files, a dictionary of path and text, and reads them as a tree."""
        root = Path(self._folder.name)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return Tree(root, root / build if build else None)

    def assert_clean(self, problems):
        self.assertEqual(problems, [])

    def assert_one(self, problems, *words):
        self.assertEqual(len(problems), 1, problems)
        for word in words:
            self.assertIn(word, problems[0])
