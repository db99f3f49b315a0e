// Lines of access.jsonl, as tests look at them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/http_message.hpp"

namespace tollway::test {

// One request's record. Absent and null members read as "" or nullopt; the contract is tested by
// what is asserted about them.
struct AccessRecord {
  json::object fields;

  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  [[nodiscard]] std::string outcome() const { return text("outcome"); }
  [[nodiscard]] std::string route() const { return text("route"); }
  [[nodiscard]] int status() const { return static_cast<int>(number("status").value_or(-1)); }
  [[nodiscard]] int attempts() const { return static_cast<int>(number("attempts").value_or(-1)); }
  [[nodiscard]] bool stream() const;
};

// All whole lines of the file, in order; fails the test at one that is not a JSON object. A last
// line that is still being written is left out.
[[nodiscard]] std::vector<AccessRecord> read_access_records(const std::filesystem::path& file);

}  // namespace tollway::test
