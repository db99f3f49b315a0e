"""Tests of script/results.py, which adds up what script/test says in its last line."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "script"))

import results

CTEST = """<testsuite>
<testcase name="A.passes" status="run"><system-out>ok</system-out></testcase>
<testcase name="A.fails" status="fail"><failure message="Failed"/></testcase>
<testcase name="A.lacks" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
<system-out>a_test.cpp:7: Skipped
the recordings are not there
</system-out></testcase>
</testsuite>
"""

TAP = """TAP version 13
# Subtest: group
    # Subtest: a
    ok 1 - a
      ---
      type: 'test'
      ...
    not ok 2 - b
    1..2
not ok 1 - group
  ---
  failureType: 'subtestsFailed'
  ...
# Subtest: whole
    ok 1 - c
    1..1
ok 2 - whole
ok 3 - later # SKIP lacks a key
    ok 1 - d
not ok 4 - broken itself
  ---
  failureType: 'hookFailed'
  ...
1..4
"""


class Results(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_main(self, **files):
        for name, text in files.items():
            (self.folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
        arguments = [f"{name}={self.folder / name.replace('_', '.')}" for name in files]
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            code = results.main(arguments)
        return code, printed.getvalue().splitlines()

    def test_ctest(self):
        self.assertEqual(
            results.of_ctest(CTEST),
            (["A.passes"], ["A.fails"], ["A.lacks: the recordings are not there"]),
        )

    def test_tap(self):
        self.assertEqual(
            results.of_tap(TAP), (["a", "c", "d"], ["b", "broken itself"], ["later: lacks a key"])
        )

    def test_all_suites_are_added(self):
        code, lines = self.run_main(dev_xml=CTEST, clients_tap=TAP)
        self.assertEqual((code, lines[-1]), (1, "4 passed, 3 failed, 2 skipped"))

    def test_success(self):
        code, lines = self.run_main(clients_tap="ok 1 - a\n1..1\n")
        self.assertEqual((code, lines[-1]), (0, "1 passed, 0 failed, 0 skipped"))

    def test_a_suite_without_a_test_failed(self):
        for text in ("", "1..0\n"):
            code, lines = self.run_main(clients_tap=text)
            self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_suite_that_did_not_run_failed(self):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(results.main([f"dev={self.folder}/none.xml"]), 1)
        self.assertIn("did not run", printed.getvalue())

    def test_a_torn_result_failed(self):
        code, lines = self.run_main(dev_xml=CTEST[:80])
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))


if __name__ == "__main__":
    unittest.main()
