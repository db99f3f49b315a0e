#include "ledger/segment.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace tollway::ledger {
namespace {

constexpr std::string_view magic = "TWJRNL";
// 1 had other checksums; 2 is read as well: it has no extras, else it is the same.
constexpr std::uint16_t version = 3;
constexpr std::uint16_t oldest_read = 2;

struct Head {
  std::array<char, 6> magic;
  std::uint16_t version;
  std::uint64_t run;
  std::uint32_t thread;
  std::uint32_t number;
};
static_assert(sizeof(Head) <= Segment::head_bytes);

std::unexpected<Error> cannot(std::string_view what, const std::string& path, int failure) {
  auto error = internal_error(fmt::format("cannot {}: {}", what, std::strerror(failure)), path);
  error.error().code = Errc::overloaded;
  return error;
}

}  // namespace

Segment::Segment(std::string path, int file, char* bytes, std::size_t capacity)
    : path_(std::move(path)), file_(file), bytes_(bytes), capacity_(capacity) {}

Segment::~Segment() {
  ::munmap(bytes_, capacity_);
  ::close(file_);
}

Result<std::shared_ptr<Segment>> Segment::create(const std::string& directory, Name name,
                                                 std::size_t bytes, FileOperations& files) {
  std::string path =
      fmt::format("{}/{:012x}-{:03}-{:08}.journal", directory, name.run, name.thread, name.number);
  int file = -1;
  if (const int failure = files.create(path, bytes, file); failure != 0) {
    return cannot("make room for the journal", path, failure);
  }
  void* const mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    const int failure = errno;
    ::close(file);
    ::unlink(path.c_str());
    return cannot("map the journal", path, failure);
  }
  Head head{.magic = {},
            .version = version,
            .run = name.run,
            .thread = name.thread,
            .number = name.number};
  std::ranges::copy(magic, head.magic.begin());
  std::memcpy(mapped, &head, sizeof head);
  return std::shared_ptr<Segment>(
      new Segment(std::move(path), file, static_cast<char*>(mapped), bytes));
}

void Segment::remove() noexcept {
  ::unlink(path_.c_str());
}

Result<LeftBehind> read_left_behind(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  LeftBehind left;
  left.bytes.assign(std::istreambuf_iterator<char>(file), {});
  if (!file) return internal_error(fmt::format("cannot read {}", path));
  const auto last = left.bytes.find_last_not_of('\0');
  // Nothing but zeros: the process ended between making the file and writing its head.
  if (last == std::string::npos) return left;
  Head head{};
  std::memcpy(&head, left.bytes.data(), std::min(sizeof head, left.bytes.size()));
  if (std::string_view(head.magic.data(), head.magic.size()) != magic ||
      head.version < oldest_read || head.version > version) {
    return internal_error(fmt::format(
        "{} is no journal that this version of Tollway can read; run the version that wrote it, or "
        "move the file away (what it holds is then missing from the ledger)",
        path));
  }
  const std::string_view bytes = left.bytes;
  for (std::size_t at = Segment::head_bytes; at <= last;) {
    if (auto read = read_record(bytes.substr(at))) {
      left.damaged = left.damaged || left.torn;
      at += read->size;
      left.records.push_back(*read);
    } else {
      left.torn = true;
      at += sizeof(std::uint64_t);
    }
  }
  return left;
}

}  // namespace tollway::ledger
