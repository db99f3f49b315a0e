// An event stream, read by our decoder and by the letter of the specification.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "cuts.hpp"
#include "http/sse_decoder.hpp"
#include "require.hpp"

namespace tollway {
namespace {

using fuzz::require;

struct Event {
  std::string type, data, id;
  bool operator==(const Event&) const = default;
};

std::vector<Event> decode(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  http::SseDecoder decoder;
  std::vector<Event> events;
  const auto take = [&decoder, &events] {
    while (const auto event = decoder.next()) {
      events.push_back(
          {std::string(event->type), std::string(event->data), std::string(event->id)});
    }
  };
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    // A buffer of the exact size lets the address sanitizer see an over-read.
    const std::vector<char> read(bytes.begin() + begin, bytes.begin() + cut);
    require(decoder.feed({read.data(), read.size()}).has_value(), "below the limit");
    begin = cut;
    take();
  }
  decoder.finish();
  take();
  return events;
}

std::vector<std::string> split_lines(std::string_view bytes) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == '\n' && at > 0 && bytes[at - 1] == '\r') continue;
    if (bytes[at] == '\n' || bytes[at] == '\r') {
      lines.emplace_back();
    } else {
      lines.back() += bytes[at];
    }
  }
  lines.pop_back();  // a line without an end is not one
  return lines;
}

// The specification's steps, one by one, with no thought of speed.
std::vector<Event> decode_by_the_letter(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  std::vector<Event> events;
  Event event;
  std::string data;
  for (const std::string& line : split_lines(bytes)) {
    if (line.empty()) {
      if (!data.empty()) {
        data.pop_back();
        event.data = data;
        events.push_back(event);
      }
      data.clear();
      event = {};
      continue;
    }
    if (line[0] == ':') continue;
    const std::size_t colon = line.find(':');
    const std::string field = line.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (field == "event") event.type = value;
    if (field == "data") data += value + "\n";
    if (field == "id" && value.find('\0') == std::string::npos) event.id = value;
  }
  return events;
}

// The cutter loses no byte, and the places where it cuts do not depend on the reads.
std::vector<std::size_t> cut_events(std::string_view bytes, const std::vector<std::size_t>& reads) {
  std::vector<std::size_t> ends;
  http::SseCutter cutter;
  std::size_t begin = 0;
  for (const std::size_t read : reads) {
    while (const auto size = cutter.next(bytes.substr(begin, read - begin))) {
      require(*size > 0 && *size <= read - begin, "an event lies within what was read");
      begin += *size;
      ends.push_back(begin);
      const char last = bytes[begin - 1];
      require(last == '\n' || last == '\r', "an event ends with a line");
    }
  }
  return ends;
}

void check(std::string_view bytes) {
  std::vector<std::size_t> every(bytes.size());
  std::iota(every.begin(), every.end(), std::size_t{1});
  const std::vector<Event> expected = decode_by_the_letter(bytes);
  const std::vector<std::size_t> ends = cut_events(bytes, {bytes.size()});
  for (const auto& reads : {std::vector{bytes.size()}, every, fuzz::cuts_of(bytes, false),
                            fuzz::cuts_of(bytes, true)}) {
    require(decode(bytes, reads) == expected, "the specification's events");
    require(cut_events(bytes, reads) == ends, "the same cuts");
  }
}

}  // namespace
}  // namespace tollway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tollway::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
