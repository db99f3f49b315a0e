// Answers of upstreams, whole and cut: framing, coding and the end.
#include "net/answer_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cuts.hpp"
#include "require.hpp"

namespace tollway::net {
namespace {

using fuzz::require;

struct Outcome {
  bool failed = true;
  int status = 0;
  std::string content;  // without a failure; how far one gets before it is a matter of cuts
};

// Takes what is there. True at the answer's end or at a failure, which `outcome` tells apart.
bool take(AnswerReader& reader, Outcome& outcome) {
  if (outcome.status == 0) {
    const auto there = reader.read_head();
    if (!there || !*there) return !there;
    outcome.status = reader.head().status();
  }
  for (;;) {
    const auto content = reader.next();
    if (!content) return true;
    outcome.content += content->bytes;
    if (content->end) {
      outcome.failed = false;
      return true;
    }
    if (content->bytes.empty()) return false;
  }
}

// Reads an answer that comes in reads ending at `cuts`, behind which the peer closes.
Outcome read(std::string_view bytes, const std::vector<std::size_t>& cuts, bool no_body) {
  AnswerReader reader;
  reader.begin(no_body);
  Outcome outcome;
  bool over = false;
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    while (at < cut && !over) {
      const auto into = reader.prepare();
      const std::size_t size = std::min(into.size(), cut - at);
      std::copy_n(bytes.data() + at, size, into.data());
      reader.received(size);
      at += size;
      over = take(reader, outcome);
    }
  }
  if (!over && reader.closed()) over = take(reader, outcome);
  require(over || outcome.failed, "what does not end has failed");
  if (reader.leaves_connection_usable()) {
    require(!reader.has_unread(), "no connection with bytes left is used again");
    require(reader.head().keep_alive(), "nor one that the peer closes");
  }
  if (outcome.failed) outcome.content.clear();
  return outcome;
}

// However the bytes are cut into reads, they come to the same answer.
void check(std::string_view bytes, bool no_body) {
  const Outcome whole = read(bytes, {bytes.size()}, no_body);
  const auto require_same = [&](bool coarse) {
    const Outcome cut = read(bytes, fuzz::cuts_of(bytes, coarse), no_body);
    require(cut.failed == whole.failed, "whether it fails is no matter of cuts");
    require(cut.failed || cut.status == whole.status, "nor is the status");
    require(cut.content == whole.content, "nor is the content");
  };
  require_same(false);
  require_same(true);
  require(!no_body || whole.content.empty(), "where none was expected there is no content");
}

}  // namespace
}  // namespace tollway::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  tollway::net::check(bytes, false);
  tollway::net::check(bytes, true);
  return 0;
}
