#include "support/recorded.hpp"

#include <algorithm>

#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;

Recorded read_recording(const fs::path& file) {
  const auto document = parse_json(read_file(file));
  Recorded made;
  made.name = file.filename().string();
  made.path = text_at(document, "/request/path");
  made.request_body = at(document, "/request/body");
  made.status = at(document, "/response/status").to_number<int>();
  made.is_stream =
      text_at(document, "/response/headers/content-type").starts_with("text/event-stream");
  made.answer_body = text_at(document, "/response/body");
  const auto chunks = at(document, "/response/chunks");
  if (!chunks.is_array()) return made;
  for (const auto& chunk : chunks.as_array()) made.answer_body += text_at(chunk, "/data");
  return made;
}

}  // namespace

std::vector<Recorded> read_recordings(const fs::path& folder) {
  std::vector<Recorded> all;
  if (!fs::is_directory(folder)) return all;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  all.reserve(files.size());
  for (const auto& file : files) all.push_back(read_recording(file));
  return all;
}

fs::path recordings_of(std::string_view vendor) {
  return fs::path(TOLLWAY_SHARED) / "recordings" / vendor;
}

}  // namespace tollway::test
