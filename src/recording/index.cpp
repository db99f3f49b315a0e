#include "recording/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "recording/format.hpp"
#include "recording/json_difference.hpp"
#include "recording/json_text.hpp"
#include "recording/scrub.hpp"

namespace tollway::recording {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// What is compared: the JSON value, the text itself where it is no JSON, null for no body. Keys are
// masked because they are masked in the recording too.
json::value comparable(std::string_view body) {
  if (body.empty()) return nullptr;
  std::string scrubbed(body);
  scrub(scrubbed);
  if (auto value = parse_json(scrubbed)) return std::move(*value);
  return json::string(scrubbed);
}

std::string comparable_path(std::string_view path) {
  std::string scrubbed(path);
  scrub(scrubbed);
  return scrubbed;
}

std::size_t hash_of(std::string_view method, std::string_view path, const json::value& body) {
  std::size_t hash = std::hash<json::value>{}(body);
  for (const std::string_view part : {method, path}) {
    hash = hash * 1099511628211U + std::hash<std::string_view>{}(part);
  }
  return hash;
}

Result<Exchange> load_file(const fs::path& file, const std::string& name) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) return internal_error(fmt::format("{}: cannot be read", name));
  auto exchange = parse_exchange(text);
  if (!exchange) exchange.error().message = name + ": " + exchange.error().message;
  return exchange;
}

}  // namespace

Result<Index> Index::load(const fs::path& directory) {
  std::error_code code;
  fs::recursive_directory_iterator files(directory, code);
  if (code) {
    return internal_error(
        fmt::format("cannot read the recordings in {}: {}", directory.string(), code.message()));
  }
  std::vector<fs::path> found;
  for (const fs::recursive_directory_iterator end; files != end; files.increment(code)) {
    if (code) break;
    if (files->path().extension() == ".json" && files->is_regular_file(code)) {
      found.push_back(files->path());
    }
  }
  std::ranges::sort(found);
  Index index;
  for (const fs::path& file : found) {
    std::string name = file.lexically_relative(directory).generic_string();
    auto exchange = load_file(file, name);
    if (!exchange) return std::unexpected(std::move(exchange.error()));
    index.add(std::move(name), std::move(*exchange));
  }
  return index;
}

void Index::add(std::string name, Exchange exchange) {
  exchange.path = comparable_path(exchange.path);
  json::value body = comparable(exchange.request_body);
  const std::size_t hash = hash_of(exchange.method, exchange.path, body);
  const auto [begin, end] = groups_.equal_range(hash);
  const auto group = std::find_if(begin, end, [&](const auto& candidate) {
    const Entry& entry = entries_[candidate.second.entries.front()];
    return entry.exchange.method == exchange.method && entry.exchange.path == exchange.path &&
           entry.body == body;
  });
  Group& target = group != end ? group->second : groups_.emplace(hash, Group{})->second;
  target.entries.push_back(entries_.size());
  entries_.push_back({std::move(name), std::move(body), std::move(exchange)});
}

Index::Found Index::find(std::string_view method, std::string_view path, std::string_view body) {
  const std::string wanted_path = comparable_path(path);
  const json::value wanted = comparable(body);
  const auto [begin, end] = groups_.equal_range(hash_of(method, wanted_path, wanted));
  for (auto it = begin; it != end; ++it) {
    Group& group = it->second;
    const Entry& first = entries_[group.entries.front()];
    if (first.exchange.method != method || first.exchange.path != wanted_path ||
        first.body != wanted) {
      continue;
    }
    const std::size_t turn = group.next;
    group.next = (turn + 1) % group.entries.size();
    return {&entries_[group.entries[turn]].exchange, {}};
  }
  return {nullptr, explain(method, wanted_path, wanted)};
}

std::string Index::explain(std::string_view method, std::string_view path,
                           const json::value& body) const {
  std::string message = fmt::format("no recording matches {} {}", method, path);
  const Entry* nearest = nullptr;
  JsonDifference least;
  for (const Entry& entry : entries_) {
    if (entry.exchange.method != method || entry.exchange.path != path) continue;
    JsonDifference found = difference(entry.body, body);
    if (nearest != nullptr && found.count >= least.count) continue;
    nearest = &entry;
    least = std::move(found);
  }
  if (nearest == nullptr) {
    message += "; recorded are";
    for (const auto& [route, count] : routes()) message += fmt::format(" {} ({}),", route, count);
    if (entries_.empty()) message += " none,";
    message.pop_back();
    return message;
  }
  return message + fmt::format("; nearest is {}, first difference at {}: expected {}, came {}",
                               nearest->name, least.pointer.empty() ? "the root" : least.pointer,
                               least.expected, least.came);
}

std::vector<std::pair<std::string, std::size_t>> Index::routes() const {
  std::map<std::string, std::size_t> counts;
  for (const Entry& entry : entries_) {
    ++counts[entry.exchange.method + ' ' + entry.exchange.path];
  }
  return {counts.begin(), counts.end()};
}

}  // namespace tollway::recording
