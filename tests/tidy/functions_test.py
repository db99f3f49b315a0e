import unittest

from functions import functions_of


def lengths(source):
    return {found.name: found.length for found in functions_of(source)}


class Functions(unittest.TestCase):
    def test_a_plain_function(self):
        self.assertEqual(lengths("\nint f(int a,\n      int b) {\n  return a;\n}\n"), {"f": 4})

    def test_several_in_namespaces_and_classes(self):
        source = """
namespace a {
namespace {
void f() {}
}
class C final : public B<int> {
 public:
  explicit C(int x) : x_(x) {}
  int get() const noexcept { return x_; }
  bool operator==(const C& other) const {
    return x_ == other.x_;
  }
 private:
  int x_ = 0;
  std::array<int, 2> y_{};
};
enum class E : std::uint8_t { a, b };
}
"""
        self.assertEqual(lengths(source), {"f": 1, "C": 1, "get": 1, "operator==": 3})

    def test_a_constructor_that_braces_its_members(self):
        source = "C::C(int x)\n    : x_{x},\n      y_(std::move(x)),\n      z_{} {\n  run();\n}\nvoid g() {}\n"
        self.assertEqual(lengths(source), {"C::C": 6, "g": 1})

    def test_braces_that_are_text(self):
        source = """
#define OPEN {
const char* a = "{{{";  // {
const char c = '{';
const int million = 1'000'000;
/* { */ const char* raw = R"x({ " )x";
void f() {
  const char* b = "}";  // }
  g('}');
}
void last() {}
"""
        self.assertEqual(lengths(source), {"f": 4, "last": 1})

    def test_what_lies_inside_belongs_to_the_outer_function(self):
        source = "void f() {\n  auto g = [](int x) {\n    if (x) {\n    }\n  };\n  struct S { void h() {} };\n}\n"
        self.assertEqual(lengths(source), {"f": 7})

    def test_values_are_no_functions(self):
        source = "const Row row{.a = 1, .b = {2}};\nconstexpr auto all = std::to_array({1, 2});\nint x = f();\n"
        self.assertEqual(lengths(source), {})

    def test_a_lambda_in_a_value_is_one(self):
        source = "const Row row{.run = [](int x) {\n  return x;\n}};\nauto f = [] {\n};\n"
        self.assertEqual([found.length for found in functions_of(source)], [3, 2])

    def test_templates_attributes_and_trailing_types(self):
        source = """
template <class T = std::vector<int>>
[[nodiscard]] auto f(T&& t, Options o = {}) -> Result<T> {
  return t;
}
template <class T>
struct S : B<T> {
  friend void swap(S& a, S& b) noexcept(true) {
  }
};
template <class T>
  requires(sizeof(T) == 1)
void g() {}
"""
        self.assertEqual(lengths(source), {"f": 4, "swap": 2, "requires": 3})

    def test_a_test_is_a_function(self):
        self.assertEqual(lengths("TEST(A, b) {\n  x();\n}\n"), {"TEST": 3})


if __name__ == "__main__":
    unittest.main()
