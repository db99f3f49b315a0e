#include "support/access_record.hpp"

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace tollway::test {

std::string AccessRecord::text(std::string_view name) const {
  const auto* found = fields.if_contains(json::string_view(name.data(), name.size()));
  if (found == nullptr || !found->is_string()) return {};
  return {found->as_string().data(), found->as_string().size()};
}

std::optional<double> AccessRecord::number(std::string_view name) const {
  const auto* found = fields.if_contains(json::string_view(name.data(), name.size()));
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

bool AccessRecord::stream() const {
  const auto* found = fields.if_contains("stream");
  return found != nullptr && found->is_bool() && found->as_bool();
}

std::vector<AccessRecord> read_access_records(const std::filesystem::path& file) {
  const auto text = read_file(file);
  std::vector<AccessRecord> records;
  std::string_view rest = text;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const auto line = parse_json(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    if (line.is_object()) {
      records.push_back({line.as_object()});
    } else {
      ADD_FAILURE() << "an access record that is no JSON object: " << line;
    }
  }
  return records;
}

}  // namespace tollway::test
