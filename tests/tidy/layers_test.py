import unittest

import layers
from tree_of import MadeUpTree


class Layers(MadeUpTree):
    def test_downwards_is_allowed(self):
        self.assert_clean(
            layers.check(
                self.tree(
                    {
                        "src/base/a.hpp": "#include <string>\n",
                        "src/net/b.hpp": '#include "base/a.hpp"\n#include "net/c.hpp"\n',
                        "src/net/c.hpp": "",
                        "apps/tollway/main.cpp": '#include "net/b.hpp"\n#include "commands/x.hpp"\n',
                        "apps/tollway/commands/x.hpp": '#include "base/a.hpp"\n',
                    }
                )
            )
        )

    def test_upwards_is_not(self):
        tree = self.tree({"src/base/a.hpp": '#include "net/b.hpp"\n', "src/net/b.hpp": ""})
        self.assert_one(layers.check(tree), "src/base/a.hpp includes src/net/b.hpp", "above")

    def test_upwards_in_angle_brackets_is_not(self):
        tree = self.tree({"src/http/a.cpp": "# include <gateway/b.hpp>\n", "src/gateway/b.hpp": ""})
        self.assert_one(layers.check(tree), "gateway is above http")

    def test_upwards_to_a_file_not_in_the_tree_is_not(self):
        tree = self.tree({"src/base/a.hpp": '#include "gateway/generated.hpp"\n'})
        self.assert_one(layers.check(tree), "gateway is above base")

    def test_neighbours_do_not_include_each_other(self):
        for mine, theirs in (("http", "ledger"), ("gateway", "client"), ("demo", "replay"), ("recording", "http")):
            with self.subTest(mine=mine):
                tree = self.tree({f"src/{mine}/a.cpp": f'#include "{theirs}/b.hpp"\n'})
                self.assert_one(layers.check(tree), "one floor")
                (tree.root / f"src/{mine}/a.cpp").unlink()

    def test_a_folder_inside_a_folder_has_its_floor(self):
        tree = self.tree({"src/routing/strategies/a.cpp": '#include "gateway/routes/b.hpp"\n'})
        self.assert_one(layers.check(tree), "gateway is above routing")

    def test_an_unknown_folder_needs_a_floor(self):
        self.assert_one(layers.check(self.tree({"src/extras/a.cpp": ""})), "src/extras has no floor")

    def test_the_public_headers_know_nothing_of_src(self):
        tree = self.tree(
            {
                "include/tollway/chat.hpp": '#include "tollway/price.hpp"\n#include "base/a.hpp"\n',
                "include/tollway/price.hpp": "",
                "src/base/a.hpp": "",
            }
        )
        self.assert_one(layers.check(tree), "include/tollway/chat.hpp is public", "src/base/a.hpp")

    def test_only_tests_use_what_lies_in_tests(self):
        files = {"tests/support/a.hpp": "", "src/net/a_test.cpp": '#include "support/a.hpp"\n'}
        self.assert_clean(layers.check(self.tree(files)))
        files["src/net/a.cpp"] = '#include "support/a.hpp"\n'
        self.assert_one(layers.check(self.tree(files)), "src/net/a.cpp is no test")

    def test_circles_are_found(self):
        tree = self.tree(
            {"src/net/a.hpp": '#include "net/b.hpp"\n', "src/net/b.hpp": '#include "net/a.hpp"\n'}
        )
        self.assert_one(layers.check(tree), "src/net/a.hpp -> src/net/b.hpp -> src/net/a.hpp")


if __name__ == "__main__":
    unittest.main()
