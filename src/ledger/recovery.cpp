#include "ledger/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "ledger/segment.hpp"

namespace tollway::ledger {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const std::string& directory) {
  std::vector<fs::path> files;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(directory, code)) {
    if (entry.path().extension() == ".journal") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::uint64_t run_of(const fs::path& file) {
  const std::string name = file.filename().string();
  std::uint64_t run = 0;
  std::from_chars(name.data(), name.data() + name.find('-'), run, 16);
  return run;
}

Result<Store::Appended> move_into(Store& store, const LeftBehind& left) {
  std::map<std::pair<RequestId, std::uint8_t>, AttemptRecord> open;
  std::vector<AttemptRecord> settled;
  for (const auto& read : left.records) {
    const std::pair id{read.record.request, read.record.attempt};
    if (read.kind == Kind::begun) {
      open[id] = read.record;
    } else {
      open.erase(id);
      settled.push_back(read.record);
    }
  }
  std::vector<AttemptRecord> begun;
  for (const auto& [id, record] : open) begun.push_back(record);
  return store.append({.settled = settled, .open = begun});
}

}  // namespace

Result<Recovered> recover(const std::string& journal_directory, Store& store) {
  Recovered recovered;
  for (const auto& file : files_in(journal_directory)) {
    recovered.newest_run = std::max(recovered.newest_run, run_of(file));
    const auto left = read_left_behind(file.string());
    if (!left) return std::unexpected(left.error());
    const auto moved = move_into(store, *left);
    if (!moved) return std::unexpected(moved.error());
    recovered.records += left->records.size();
    recovered.rows += moved->rows;
    std::error_code code;
    if (left->damaged) {
      log::error(
          "{} was damaged: {} whole records of it are in the ledger, others may be missing; "
          "it is kept as .damaged",
          file.string(), left->records.size());
      fs::rename(file, file.string() + ".damaged", code);
    } else {
      fs::remove(file, code);
    }
  }
  const auto interrupted = store.settle_interrupted();
  if (!interrupted) return std::unexpected(interrupted.error());
  recovered.interrupted = *interrupted;
  recovered.rows += *interrupted;
  return recovered;
}

}  // namespace tollway::ledger
