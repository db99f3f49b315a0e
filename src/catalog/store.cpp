#include "catalog/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "base/log.hpp"
#include "catalog/change_json.hpp"
#include "catalog/seconds.hpp"

namespace tollway::catalog {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* history_name = "changes.jsonl";
constexpr const char* list_extension = ".list";
constexpr int format = 1;
constexpr std::size_t etag_bytes_max = 256;

// FNV-1a: finds what a disk did, not what a person wanted.
std::uint64_t sum_of(std::string_view bytes) {
  std::uint64_t sum = 14695981039346656037U;
  for (const char byte : bytes) {
    sum = (sum ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  }
  return sum;
}

// Nullopt where there is no file, or one larger than anything that was written.
std::optional<std::string> read_whole(const std::string& path, std::size_t bytes_max) {
  std::error_code code;
  const auto size = fs::file_size(path, code);
  if (code || size > bytes_max) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool write_whole(int file, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

std::string list_name(std::string_view provider) {
  return fmt::format("{}{}", provider, list_extension);
}

std::optional<KeptList> parse_list(std::string_view provider, std::string_view content) {
  const auto line_end = content.find('\n');
  if (line_end == std::string_view::npos) return std::nullopt;
  json::error_code failed;
  const auto head = json::parse({content.data(), line_end}, failed);
  const auto* object = failed ? nullptr : head.if_object();
  if (object == nullptr) return std::nullopt;
  const auto body = content.substr(line_end + 1);
  const json::object expected{{"format", format},
                              {"provider", json::string(provider.data(), provider.size())},
                              {"sum", fmt::format("{:016x}", sum_of(body))}};
  for (const auto& [name, value] : expected) {
    const auto* is = object->if_contains(name);
    if (is == nullptr || *is != value) return std::nullopt;
  }
  const auto* fetched_at = object->if_contains("fetched_at");
  const auto* etag = object->if_contains("etag");
  if (fetched_at == nullptr || !fetched_at->is_int64()) return std::nullopt;
  if (etag == nullptr || !etag->is_string()) return std::nullopt;
  // One from the future was written by a clock that has been put back since.
  return KeptList{.fetched_at = std::min(fetched_at->get_int64(), seconds_now()),
                  .etag = std::string(etag->get_string()),
                  .body = std::string(body)};
}

std::string line_of(const ChangesFound& found) {
  json::array changes;
  for (const auto& change : found.changes) changes.push_back(change_json(change));
  return json::serialize(json::object{{"at", found.at}, {"changes", std::move(changes)}}) + "\n";
}

std::optional<ChangesFound> parse_line(std::string_view line) {
  json::error_code failed;
  const auto value = json::parse({line.data(), line.size()}, failed);
  const auto* object = failed ? nullptr : value.if_object();
  const auto* at = object == nullptr ? nullptr : object->if_contains("at");
  const auto* changes = object == nullptr ? nullptr : object->if_contains("changes");
  if (at == nullptr || !at->is_int64() || changes == nullptr || !changes->is_array()) {
    return std::nullopt;
  }
  ChangesFound found{.at = at->get_int64(), .changes = {}};
  for (const auto& one : changes->get_array()) {
    if (auto change = read_change(one)) found.changes.push_back(std::move(*change));
  }
  return found;
}

}  // namespace

std::optional<KeptList> Store::read_list(std::string_view provider) const {
  const std::string path = folder_ + "/" + list_name(provider);
  constexpr std::size_t head_bytes_max = 1024;
  const auto content = read_whole(path, list_bytes_max + head_bytes_max);
  std::error_code code;
  if (!content && !fs::exists(path, code)) return std::nullopt;
  auto list = content ? parse_list(provider, *content) : std::nullopt;
  if (!list) log::warning("{} is broken and is ignored; the list is asked for again", path);
  return list;
}

Result<> Store::write_list(std::string_view provider, const KeptList& list) const {
  if (list.body.size() > list_bytes_max) {
    return internal_error(
        fmt::format("the list of {} is over {} bytes and is not kept", provider, list_bytes_max));
  }
  const auto etag = list.etag.size() <= etag_bytes_max ? list.etag : std::string();
  const json::object head{{"format", format},
                          {"provider", json::string(provider.data(), provider.size())},
                          {"fetched_at", list.fetched_at},
                          {"etag", etag},
                          {"sum", fmt::format("{:016x}", sum_of(list.body))}};
  return replace(list_name(provider), json::serialize(head) + "\n" + list.body);
}

Result<> Store::keep_newest(std::size_t count) const {
  std::vector<std::pair<fs::file_time_type, fs::path>> lists;
  std::error_code code;
  for (fs::directory_iterator at(folder_, code), end; !code && at != end; at.increment(code)) {
    std::error_code gone;
    const auto written = at->last_write_time(gone);
    if (!gone && at->path().extension() == list_extension) lists.emplace_back(written, at->path());
  }
  if (!code && lists.size() > count) {
    std::ranges::sort(lists, std::greater());
    for (std::size_t i = count; i < lists.size() && !code; ++i) fs::remove(lists[i].second, code);
  }
  if (!code) return {};
  return internal_error(fmt::format("cannot remove old lists in {}: {}", folder_, code.message()));
}

Result<> Store::append(const ChangesFound& found) const {
  const std::string line = line_of(found);
  // One refresh that changes more than the file holds is no history.
  if (line.size() > history_bytes_max) return {};
  std::string content =
      read_whole(folder_ + "/" + history_name, history_bytes_max).value_or(std::string());
  content += line;
  if (content.size() > history_bytes_max) {
    const auto cut = content.find('\n', content.size() - history_bytes_max / 2);
    content.erase(0, cut == std::string::npos || cut + 1 == content.size()
                         ? content.size() - line.size()
                         : cut + 1);
  }
  return replace(history_name, content);
}

std::vector<ChangesFound> Store::history() const {
  const std::string path = folder_ + "/" + history_name;
  const auto content = read_whole(path, history_bytes_max);
  std::vector<ChangesFound> all;
  if (!content) return all;
  bool broken = false;
  std::string_view rest = *content;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto found = parse_line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    broken = broken || !found;
    if (found) all.push_back(std::move(*found));
  }
  if (broken) log::warning("{} has broken lines, which are left out", path);
  return all;
}

Result<> Store::replace(const std::string& name, std::string_view content) const {
  const std::string path = folder_ + "/" + name;
  const std::string draft = fmt::format("{}.{}.new", path, ::getpid());
  const auto failed = [&path](const char* what) {
    return internal_error(fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
  };
  std::error_code code;
  fs::create_directories(folder_, code);
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("create");
  const bool written = write_whole(file, content);
  ::close(file);
  if (written && ::rename(draft.c_str(), path.c_str()) == 0) return {};
  auto error = failed("write");
  ::unlink(draft.c_str());
  return error;
}

}  // namespace tollway::catalog
