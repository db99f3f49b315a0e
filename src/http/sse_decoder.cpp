#include "http/sse_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tollway::http {

namespace {

std::size_t find(std::string_view text, std::size_t from, std::size_t to, char byte) {
  const void* found = std::memchr(text.data() + from, byte, to - from);
  if (found == nullptr) return to;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// The first CR or LF at or after `from`, or the text's size. `line_feed` carries what is known
// about LFs from call to call: without it, a stream that ends its lines by CR alone would be
// searched to its end once a line.
std::size_t find_line_end(std::string_view text, std::size_t from, std::size_t& line_feed) {
  line_feed = std::max(line_feed, from);
  line_feed = find(text, line_feed, text.size(), '\n');
  return find(text, from, line_feed, '\r');
}

std::size_t skip_line_end(std::string_view text, std::size_t at) {
  const bool pair = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
  return at + (pair ? 2 : 1);
}

}  // namespace

std::optional<std::size_t> SseCutter::next(std::string_view pending) {
  while (scanned_ < pending.size()) {
    const std::size_t end = find_line_end(pending, scanned_, line_feed_);
    scanned_ = end;
    const bool undecided = end + 1 == pending.size() && pending[end] == '\r';
    if (end == pending.size() || undecided) break;
    const std::size_t after = skip_line_end(pending, end);
    if (end == line_begin_) {
      scanned_ = line_begin_ = 0;
      line_feed_ = std::max(line_feed_, after) - after;
      return after;
    }
    scanned_ = line_begin_ = after;
  }
  return std::nullopt;
}

SseEvent parse_sse_event(std::string_view block, std::string& scratch) {
  SseEvent event;
  std::size_t line_feed = 0;
  for (std::size_t at = 0; at < block.size();) {
    const std::size_t end = find_line_end(block, at, line_feed);
    const std::string_view line = block.substr(at, end - at);
    at = end == block.size() ? end : skip_line_end(block, end);

    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value;
    if (colon != std::string_view::npos) value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);

    if (field == "data") {
      if (!event.has_data) {
        event.data = value;
      } else {
        if (event.data.data() != scratch.data()) scratch.assign(event.data);
        scratch.append("\n").append(value);
        event.data = scratch;
      }
      event.has_data = true;
    } else if (field == "event") {
      event.type = value;
    } else if (field == "id" && !value.contains('\0')) {
      event.id = value;
    }
  }
  return event;
}

Result<> SseDecoder::feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(bytes);
  if (at_start_) {
    // The mark may come in pieces; no line ends inside it.
    if (byte_order_mark.starts_with(buffer_) && buffer_.size() < byte_order_mark.size()) return {};
    if (buffer_.starts_with(byte_order_mark)) buffer_.erase(0, byte_order_mark.size());
    at_start_ = false;
  }
  if (!event_size_) event_size_ = cutter_.next(buffer_);
  if (event_size_.value_or(buffer_.size()) <= event_bytes_max_) return {};
  return upstream_error(
      Errc::upstream_too_large,
      fmt::format("the upstream sent an event of more than {} bytes", event_bytes_max_));
}

void SseDecoder::finish() {
  if (buffer_.ends_with('\r')) buffer_ += '\n';
}

std::optional<SseEvent> SseDecoder::next() {
  while (true) {
    const std::string_view pending = std::string_view(buffer_).substr(begin_);
    if (!event_size_) event_size_ = cutter_.next(pending);
    if (!event_size_) return std::nullopt;
    const std::string_view block = pending.substr(0, *event_size_);
    begin_ += *event_size_;
    event_size_.reset();
    const SseEvent event = parse_sse_event(block, scratch_);
    if (event.has_data) return event;
  }
}

}  // namespace tollway::http
