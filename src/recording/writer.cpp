#include "recording/writer.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "recording/format.hpp"
#include "recording/scrub.hpp"

namespace tollway::recording {
namespace {

namespace fs = std::filesystem;

bool is_kept(std::string_view name) {
  constexpr std::array<std::string_view, 12> kept{
      "content-type", "retry-after",  "request-id",     "date",
      "server",       "vary",         "cache-control",  "openai-processing-ms",
      "cf-ray",       "openai-model", "openai-version", "retry-after-ms"};
  if (is_credential_name(name)) return false;
  return name.starts_with("x-") || name.starts_with("anthropic-ratelimit-") ||
         name.starts_with("access-control-") || std::ranges::find(kept, name) != kept.end();
}

// Masks what the chunks hold together, so that a key that two reads share is found.
void scrub_chunks(std::vector<Chunk>& chunks) {
  std::string whole;
  for (const Chunk& chunk : chunks) whole += chunk.data;
  scrub(whole);
  std::size_t begin = 0;
  for (Chunk& chunk : chunks) {
    chunk.data = whole.substr(begin, chunk.data.size());
    begin += chunk.data.size();
  }
}

std::string file_name(const Exchange& exchange) {
  std::string name;
  for (const char c : exchange.recorded_at) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  }
  name += '-';
  for (const char c : exchange.id) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    name += plain ? c : '_';
  }
  return name;
}

std::unexpected<Error> failed(const char* doing, const fs::path& file) {
  return internal_error(
      fmt::format("cannot {} the recording {}: {}", doing, file.string(), std::strerror(errno)));
}

Result<> write_file(const fs::path& file, std::string_view text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed("create", file);
  Result<> result;
  while (!text.empty() && result) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      result = failed("write", file);
  }
  if (::close(descriptor) != 0 && result) result = failed("close", file);
  return result;
}

}  // namespace

Exchange fit_to_keep(Exchange exchange) {
  scrub(exchange.path);
  scrub(exchange.request_body);
  scrub_chunks(exchange.chunks);
  for (auto& [name, value] : exchange.headers) {
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    scrub(value);
  }
  std::erase_if(exchange.headers, [](const auto& header) { return !is_kept(header.first); });
  return exchange;
}

Result<fs::path> write_exchange(const fs::path& directory, const Exchange& exchange) {
  const std::string name = file_name(exchange);
  const fs::path unfinished = directory / ("." + name + ".part");
  fs::path file = directory / (name + ".json");
  if (auto written = write_file(unfinished, to_text(exchange)); !written) {
    ::unlink(unfinished.c_str());
    return std::unexpected(written.error());
  }
  if (::rename(unfinished.c_str(), file.c_str()) != 0) {
    auto error = failed("rename", file);
    ::unlink(unfinished.c_str());
    return error;
  }
  return file;
}

std::string to_timestamp(std::chrono::system_clock::time_point time) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch - seconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.count()),
                     milliseconds.count());
}

}  // namespace tollway::recording
