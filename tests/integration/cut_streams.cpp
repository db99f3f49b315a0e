#include "integration/cut_streams.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tollway::test {

std::vector<std::string> lifecycle_of(const Dialect& dialect) {
  const std::string comment = ": FIRST PROVIDER PROCESSING\n\n";
  if (dialect.name == "chat") return {comment, dialect.events[0], comment, dialect.events[0]};
  if (dialect.name == "messages") {
    return {dialect.events[0], "event: ping\ndata: {\"type\":\"ping\"}\n\n", dialect.events[1]};
  }
  const auto event = [](std::string_view type, int number, std::string_view rest) {
    return fmt::format("data: {{\"type\":\"{}\",\"sequence_number\":{},{}}}\n\n", type, number,
                       rest);
  };
  return {dialect.events[0], event("response.in_progress", 1, R"("response":{"id":"gen-2-test"})"),
          event("response.output_item.added", 2,
                R"("output_index":0,"item":{"id":"m-test","type":"message","content":[]})"),
          event("response.content_part.added", 3,
                R"("item_id":"m-test","output_index":0,"content_index":0,)"
                R"("part":{"type":"output_text","text":"","annotations":[]})")};
}

std::string joined(const std::vector<std::string>& events, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += events[i];
  return bytes;
}

void cut(UpstreamConnection& connection, Cut how, std::string_view next_event) {
  if (how == Cut::inside_an_event) connection.send(chunk(next_event.substr(0, 20)));
  if (how == Cut::end_of_message) connection.send(last_chunk());
  if (how == Cut::reset) return connection.reset();
  connection.close();
}

void expect_no_clean_end(const Answer& answer) {
  for (const auto* end : {"[DONE]", "response.completed", "message_stop"}) {
    EXPECT_FALSE(answer.body.contains(end)) << answer.body;
  }
}

}  // namespace tollway::test
