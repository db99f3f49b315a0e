import contextlib
import io
import unittest

import format as formatting
import readme
import size
import tables
import text
from tree_of import MadeUpTree


class Size(MadeUpTree):
    def check(self, files):
        with contextlib.redirect_stdout(io.StringIO()) as self.report:
            return size.check(self.tree(files))

    def test_small_files_are_fine_and_the_median_is_told(self):
        self.assert_clean(self.check({"src/base/a.cpp": "int f() {\n  return 1;\n}\n"}))
        self.assertIn("1 C++ files, median 3 lines", self.report.getvalue())
        self.assertIn("1 functions, median 3 lines", self.report.getvalue())

    def test_a_file_of_501_lines(self):
        small = {f"src/base/a{i}.cpp": "\n" for i in range(2)}
        self.assert_clean(self.check({**small, "src/base/b.cpp": "\n" * 500}))
        self.assert_one(self.check({**small, "src/base/b.cpp": "\n" * 501}), "b.cpp has 501 lines")

    def test_a_script_of_501_lines(self):
        self.assert_one(self.check({"script/run": "\n" * 501}), "script/run has 501 lines")

    def test_a_function_of_60_lines(self):
        self.assert_clean(self.check({"src/base/a.cpp": "void f() {\n" + "  g();\n" * 57 + "}\n"}))
        problems = self.check({"src/base/a.cpp": "void f() {\n" + "  g();\n" * 58 + "}\n"})
        self.assert_one(problems, "src/base/a.cpp:1: f has 60 lines")

    def test_a_python_function_of_60_lines(self):
        self.assert_one(self.check({"tests/a.py": "def f():\n" + "    g()\n" * 59}), "f has 60 lines")

    def test_the_median_has_a_limit(self):
        self.assert_one(self.check({"src/base/a.cpp": "\n" * 150}), "median file has 150")


class Tables(MadeUpTree):
    routes = {"src/gateway/routes/chat.cpp": "", "src/gateway/routes/chat_test.cpp": ""}
    generated = "build/generated/src/gateway/routes/route_table.cpp"

    def test_a_row_for_each_file(self):
        self.assert_clean(tables.check(self.tree({**self.routes, self.generated: "&chat,"}, "build")))

    def test_a_folder_inside_holds_no_rows(self):
        self.assert_clean(tables.check(self.tree({"src/gateway/routes/parts/answer.cpp": ""})))

    def test_a_file_without_a_row(self):
        tree = self.tree({**self.routes, self.generated: "&chat_other,"}, "build")
        self.assert_one(tables.check(tree), "src/gateway/routes/chat.cpp has no row &chat")

    def test_a_folder_without_a_table(self):
        self.assert_one(tables.check(self.tree(self.routes, "build")), "no row &chat")

    def test_a_table_kept_by_hand(self):
        files = {"src/routing/strategies/price.cpp": "", "src/routing/strategies/table.cpp": "{&price}"}
        self.assert_clean(tables.check(self.tree(files)))


class Readme(MadeUpTree):
    files = {"src/base/a.cpp": "", "src/gateway/routes/b.cpp": "", "src/gateway/c.cpp": ""}
    rows = "# Folders\n\n- `base/`: the ground.\n- `gateway/`: the door.\n- `gateway/routes/`: rows.\n"

    def test_a_line_for_each_folder(self):
        self.assert_clean(readme.check(self.tree({**self.files, "src/README.md": self.rows})))

    def test_a_folder_without_a_line(self):
        tree = self.tree({**self.files, "src/README.md": self.rows.replace("`base/`", "base")})
        self.assert_one(readme.check(tree), "no line for base/")

    def test_a_line_without_a_folder(self):
        tree = self.tree({**self.files, "src/README.md": self.rows + "- `net/`: sockets.\n"})
        self.assert_one(readme.check(tree), "net/, which is not there")

    def test_two_lines_for_one_folder(self):
        tree = self.tree({**self.files, "src/README.md": self.rows + "- `base/`: again.\n"})
        self.assert_one(readme.check(tree), "more than one line for base/")


class Text(MadeUpTree):
    def test_good_names(self):
        tree = self.tree({"src/net/task_group.hpp": "", "src/net/uncommon.cpp": "", "docs/misc.md": ""})
        self.assert_clean(text.check_names(tree))

    def test_vague_names(self):
        for name in ("src/net/http_utils.cpp", "src/common/a.cpp", "src/net/pool_impl.hpp", "tests/v2/a.py"):
            with self.subTest(name=name):
                tree = self.tree({name: ""})
                self.assert_one(text.check_names(tree), name)
                (tree.root / name).unlink()

    def test_names_in_another_case(self):
        self.assert_one(text.check_names(self.tree({"src/net/TaskGroup.hpp": ""})), "snake_case")

    def test_a_header_begins_with_its_guard(self):
        tree = self.tree({"src/a/a.hpp": "// Why.\n// More.\n#pragma once\n", "src/a/b.hpp": "#pragma once\n"})
        self.assert_clean(text.check_headers(tree))

    def test_a_header_without_its_guard(self):
        for content in ("", "// Why.\nint x;\n", "#include <a>\n#pragma once\n"):
            with self.subTest(content=content):
                self.assert_one(text.check_headers(self.tree({"src/a/a.hpp": content})), "#pragma once")

    def test_unfinished_work(self):
        mark = "TO" + "DO"
        tree = self.tree({"src/a/a.cpp": f"// fine\n// {mark}: later\n", "src/a/b.cpp": f"int {mark}S;\n"})
        self.assert_one(text.check_marks(tree), "src/a/a.cpp:2", mark)

    def test_a_path_of_one_machine(self):
        place = "/ro" + "ot/checkout"
        tree = self.tree({"script/run": f"cd {place}/x\n", "docs/a.md": f"see a{place}, ~/x, ../root/a\n"})
        self.assert_one(text.check_marks(tree), "script/run:1", place)


@unittest.skipIf(formatting.lacks(), f"lacks {formatting.PROGRAM}")
class Format(MadeUpTree):
    def test_formatted(self):
        self.assert_clean(formatting.check(self.tree({".clang-format": "BasedOnStyle: Google\n", "a.cpp": "int x;\n"})))

    def test_not_formatted(self):
        tree = self.tree({".clang-format": "BasedOnStyle: Google\n", "a.cpp": "int   x ;\nint   y ;\n"})
        self.assert_one(formatting.check(tree), "a.cpp is not formatted")


if __name__ == "__main__":
    unittest.main()
