#include "http/sse_decoder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

namespace tollway::http {
namespace {

struct Event {
  std::string type, data, id;
  bool operator==(const Event&) const = default;
};
void PrintTo(const Event& event, std::ostream* out) {
  *out << "{" << event.type << "|" << event.data << "|" << event.id << "}";
}

void take(SseDecoder& decoder, std::vector<Event>& events) {
  while (const auto event = decoder.next()) {
    EXPECT_TRUE(event->has_data);
    events.push_back({std::string(event->type), std::string(event->data), std::string(event->id)});
  }
}

std::vector<Event> decode_cut(std::string_view stream, const std::vector<std::size_t>& cuts) {
  SseDecoder decoder;
  std::vector<Event> events;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    EXPECT_TRUE(decoder.feed(stream.substr(begin, cut - begin)));
    begin = cut;
    take(decoder, events);
  }
  decoder.finish();
  take(decoder, events);
  return events;
}

// In one read, byte by byte, and in two reads cut at every place: always the same.
std::vector<Event> decode(std::string_view stream) {
  const auto whole = decode_cut(stream, {stream.size()});
  std::vector<std::size_t> every;
  for (std::size_t cut = 1; cut <= stream.size(); ++cut) every.push_back(cut);
  EXPECT_EQ(decode_cut(stream, every), whole);
  for (const std::size_t cut : every) {
    EXPECT_EQ(decode_cut(stream, {cut, stream.size()}), whole) << "cut at " << cut;
  }
  return whole;
}

std::string with_line_ends(const std::string& text, std::string_view line_end) {
  std::string changed;
  for (const char byte : text) {
    if (byte == '\n') {
      changed += line_end;
    } else {
      changed += byte;
    }
  }
  return changed;
}

// The sizes of the events that a cutter finds in bytes that arrive one by one.
std::vector<std::size_t> cut_bytewise(std::string_view stream) {
  std::vector<std::size_t> sizes;
  SseCutter cutter;
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= stream.size(); ++end) {
    while (const auto size = cutter.next(stream.substr(begin, end - begin))) {
      sizes.push_back(*size);
      begin += *size;
    }
  }
  return sizes;
}

TEST(SseDecoder, the_specifications_examples) {
  EXPECT_EQ(decode("data: YHOO\ndata: +2\ndata: 10\n\n"),
            (std::vector<Event>{{"", "YHOO\n+2\n10", ""}}));
  EXPECT_EQ(decode(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
                   "data:  third event\n\n"),
            (std::vector<Event>{
                {"", "first event", "1"}, {"", "second event", ""}, {"", " third event", ""}}));
  EXPECT_EQ(decode("data\n\ndata\ndata\n\ndata:"),
            (std::vector<Event>{{"", "", ""}, {"", "\n", ""}}));
  EXPECT_EQ(decode("data:test\n\ndata: test\n\n"),
            (std::vector<Event>{{"", "test", ""}, {"", "test", ""}}));
}

TEST(SseDecoder, U16_fields_comments_and_unknown_fields) {
  EXPECT_EQ(
      decode(": OPENROUTER PROCESSING\n\nevent: message_start\nretry: 10\nfoo: bar\nfoo\n"
             " data: no\nDATA: no\ndata: {\"a\": \"b:c\"}\n: in between\n\n\n\nevent: ping\n\n"),
      (std::vector<Event>{{"message_start", "{\"a\": \"b:c\"}", ""}}));
}

TEST(SseDecoder, U16_any_mix_of_line_ends) {
  const std::string stream =
      ": hi\nevent: a\ndata: 1\ndata: 2\n\nid: 7\ndata: 3\n\n\n:\n\ndata:4\n\n";
  const std::vector<Event> expected{{"a", "1\n2", ""}, {"", "3", "7"}, {"", "4", ""}};
  EXPECT_EQ(decode(stream), expected);
  EXPECT_EQ(decode(with_line_ends(stream, "\r\n")), expected);
  EXPECT_EQ(decode(with_line_ends(stream, "\r")), expected);
  EXPECT_EQ(decode("data: 1\r\n\ndata: 2\n\r\ndata: 3\r\n\rdata: 4\n\rdata: 5\r\r\n"),
            (std::vector<Event>{
                {"", "1", ""}, {"", "2", ""}, {"", "3", ""}, {"", "4", ""}, {"", "5", ""}}));
}

TEST(SseDecoder, U16_several_events_in_one_read) {
  std::string stream;
  std::vector<Event> expected;
  for (int i = 0; i < 20; ++i) {
    stream += "data: " + std::to_string(i) + "\n\n";
    expected.push_back({"", std::to_string(i), ""});
  }
  EXPECT_EQ(decode(stream), expected);
}

TEST(SseDecoder, U16_a_byte_order_mark_is_skipped_once) {
  EXPECT_EQ(decode("\xEF\xBB\xBF"
                   "data: 1\n\n\xEF\xBB\xBF"
                   "data: 2\n\n"),
            (std::vector<Event>{{"", "1", ""}}));
  EXPECT_EQ(decode("\xEF\xBB\xBF\n\ndata: 1\n\n"), (std::vector<Event>{{"", "1", ""}}));
  EXPECT_EQ(decode("\xEF\xBB"
                   "data: 1\n\ndata: 2\n\n"),
            (std::vector<Event>{{"", "2", ""}}));
  EXPECT_EQ(decode("\xEF\xBB\xBF"), std::vector<Event>{});
}

TEST(SseDecoder, an_unfinished_event_is_discarded) {
  EXPECT_EQ(decode("data: 1\n\ndata: 2\n"), (std::vector<Event>{{"", "1", ""}}));
  EXPECT_EQ(decode("data: 1\r"), std::vector<Event>{});
  EXPECT_EQ(decode("data: 1\r\r"), (std::vector<Event>{{"", "1", ""}}));
}

TEST(SseDecoder, an_id_with_NUL_is_ignored) {
  EXPECT_EQ(decode(std::string_view("id: 1\nid: a\0b\ndata: x\n\n", 23)),
            (std::vector<Event>{{"", "x", "1"}}));
}

TEST(SseDecoder, U17_model_streams_split_at_every_byte) {
  for (const std::string_view stream : {
           ": OPENROUTER PROCESSING\n\n"
           "data: {\"id\":\"gen-1\",\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
           "data: {\"id\":\"gen-1\",\"choices\":[{\"delta\":{\"content\":\"lo\\n\\nyou\"}}]}\n\n"
           "data: {\"id\":\"gen-1\",\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n"
           "data: [DONE]\n\n",
           "event: message_start\ndata: {\"type\":\"message_start\"}\n\n"
           "event: ping\ndata: {\"type\": \"ping\"}\n\n"
           "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
       }) {
    const auto events = decode(stream);
    EXPECT_GE(events.size(), 3);
    EXPECT_EQ(decode(with_line_ends(std::string(stream), "\r\n")), events);
    EXPECT_EQ(decode(with_line_ends(std::string(stream), "\r")), events);
  }
}

TEST(SseDecoder, U18_characters_split_anywhere_stay_whole) {
  const std::string text =
      "Gr\xC3\xBC\xC3\x9F"
      "e \xE2\x82\xAC \xF0\x9F\x9B\xA3";
  EXPECT_EQ(decode("data: " + text + "\n\ndata: " + text + "\r\n\r\n"),
            (std::vector<Event>{{"", text, ""}, {"", text, ""}}));
}

TEST(SseDecoder, U19_an_event_over_the_limit_is_an_error) {
  const std::string line(64, 'x');
  SseDecoder decoder(100);
  std::vector<Event> events;
  ASSERT_TRUE(decoder.feed("data: 1\n\ndata: " + line));
  take(decoder, events);
  EXPECT_EQ(events.size(), 1);
  ASSERT_TRUE(decoder.feed("xx"));
  take(decoder, events);
  const auto fed = decoder.feed(line);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Errc::upstream_too_large);

  SseDecoder whole(100);
  EXPECT_FALSE(whole.feed("data: " + line + line + "\n\n"));
}

TEST(SseCutter, cuts_behind_the_blank_line) {
  EXPECT_EQ(cut_bytewise("data: 1\n\n: c\n\ndata: 2\r\n\r\ndata"),
            (std::vector<std::size_t>{9, 5, 11}));
  EXPECT_EQ(cut_bytewise("\n\ndata: 1\n\n"), (std::vector<std::size_t>{1, 1, 9}));
  EXPECT_EQ(cut_bytewise("a\r\rb\r\n\rc\n\r\nd"), (std::vector<std::size_t>{3, 4, 4}));
}

TEST(SseCutter, a_CR_at_the_end_waits_for_its_LF) {
  SseCutter cutter;
  EXPECT_EQ(cutter.next("data: 1\r\n\r"), std::nullopt);
  EXPECT_EQ(cutter.next("data: 1\r\n\r\n"), 11);
  EXPECT_EQ(cutter.next("data: 2\n\r"), std::nullopt);
  EXPECT_EQ(cutter.next("data: 2\n\rd"), 9);
}

TEST(SseCutter, every_byte_is_looked_at_once) {
  // Without memory of what was searched, either of these takes hours.
  std::string lines;
  for (int i = 0; i < 2'000'000; ++i) lines += "a\r";
  SseCutter cutter;
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(cutter.next(lines), std::nullopt);
  for (int i = 0; i < 100'000; ++i) {
    lines += 'b';
    EXPECT_EQ(cutter.next(lines), std::nullopt);
  }
  std::string scratch;
  EXPECT_FALSE(parse_sse_event(lines, scratch).has_data);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
}

TEST(SseEvent, data_of_one_line_is_not_copied) {
  const std::string block = "event: a\ndata: {}\n\n";
  std::string scratch;
  const SseEvent event = parse_sse_event(block, scratch);
  EXPECT_EQ(event.data.data(), block.data() + 15);
  EXPECT_TRUE(scratch.empty());
}

TEST(SseEvent, scratch_is_used_again) {
  std::string scratch = "left over";
  EXPECT_EQ(parse_sse_event("data: 1\ndata: 2\n\n", scratch).data, "1\n2");
  EXPECT_EQ(parse_sse_event("data\ndata\n\n", scratch).data, "\n");
}

}  // namespace
}  // namespace tollway::http
