#include "recording/json_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace tollway::recording {
namespace {

namespace json = boost::json;

constexpr std::size_t shown_max = 60;         // bytes of a value in a message
constexpr std::size_t common_shown_max = 12;  // of what two long strings have in common

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string shortened(std::string text) {
  if (text.size() <= shown_max) return text;
  std::size_t size = shown_max;
  while (size > 0 && continues_character(text[size])) --size;
  text.resize(size);
  return text + "…";
}

std::string show(const json::value* value) {
  return value == nullptr ? "nothing" : shortened(json::serialize(*value));
}

// Strings that begin alike are shown from shortly before the place where they part.
std::string show_from(std::string_view text, std::size_t parting) {
  if (parting <= common_shown_max) return shortened(json::serialize(json::string_view(text)));
  std::size_t begin = parting - common_shown_max;
  while (begin > 0 && continues_character(text[begin])) --begin;
  return "…" + shortened(json::serialize(json::string_view(text.substr(begin))));
}

std::size_t leaves(const json::value& value) {
  std::size_t count = 0;
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) count += leaves(item);
  } else if (value.is_object()) {
    for (const auto& member : value.get_object()) count += leaves(member.value());
  }
  return std::max<std::size_t>(count, 1);  // an empty container is one, as a plain value is
}

std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

class Comparison {
 public:
  void compare(const json::value& expected, const json::value& came) {
    if (expected.is_object() && came.is_object()) {
      compare_objects(expected.get_object(), came.get_object());
    } else if (expected.is_array() && came.is_array()) {
      compare_arrays(expected.get_array(), came.get_array());
    } else if (expected != came) {
      note(&expected, &came);
    }
  }

  JsonDifference result;

 private:
  void compare_objects(const json::object& expected, const json::object& came) {
    for (const auto& member : expected) {
      const Step step(pointer_, escaped(member.key()));
      const json::value* other = came.if_contains(member.key());
      if (other == nullptr)
        note(&member.value(), nullptr);
      else
        compare(member.value(), *other);
    }
    for (const auto& member : came) {
      if (expected.contains(member.key())) continue;
      const Step step(pointer_, escaped(member.key()));
      note(nullptr, &member.value());
    }
  }

  void compare_arrays(const json::array& expected, const json::array& came) {
    for (std::size_t i = 0; i < std::max(expected.size(), came.size()); ++i) {
      const Step step(pointer_, std::to_string(i));
      if (i >= expected.size())
        note(nullptr, &came[i]);
      else if (i >= came.size())
        note(&expected[i], nullptr);
      else
        compare(expected[i], came[i]);
    }
  }

  void note(const json::value* expected, const json::value* came) {
    if (result.count == 0) {
      result.pointer = pointer_;
      if (expected != nullptr && came != nullptr && expected->is_string() && came->is_string()) {
        const std::string_view left = expected->get_string();
        const std::string_view right = came->get_string();
        const auto parting =
            static_cast<std::size_t>(std::ranges::mismatch(left, right).in1 - left.begin());
        result.expected = show_from(left, parting);
        result.came = show_from(right, parting);
      } else {
        result.expected = show(expected);
        result.came = show(came);
      }
    }
    result.count +=
        std::max(expected == nullptr ? 0 : leaves(*expected), came == nullptr ? 0 : leaves(*came));
  }

  // One level further down for the time of its life.
  struct Step {
    Step(std::string& the_pointer, std::string_view name)
        : pointer(the_pointer), size(the_pointer.size()) {
      pointer += '/';
      pointer += name;
    }
    ~Step() { pointer.resize(size); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    std::string& pointer;
    std::size_t size;
  };

  std::string pointer_;
};

}  // namespace

JsonDifference difference(const json::value& expected, const json::value& came) {
  Comparison comparison;
  comparison.compare(expected, came);
  return std::move(comparison.result);
}

}  // namespace tollway::recording
