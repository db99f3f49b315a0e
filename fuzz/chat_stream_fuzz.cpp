// Streamed chat answers, whole and cut: what the library's reader makes of any bytes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cuts.hpp"
#include "dialects/chat_stream_reader.hpp"
#include "http/sse_decoder.hpp"
#include "require.hpp"

namespace tollway::dialects {
namespace {

using fuzz::require;

struct Outcome {
  ChatReply reply;
  std::string content;  // of the deltas
  std::string arguments;
  std::string problem;
};

void take(http::SseDecoder& decoder, ChatStreamReader& reader, Outcome& outcome) {
  while (outcome.problem.empty()) {
    const auto event = decoder.next();
    if (!event) return;
    auto delta = reader.read(*event);
    if (!delta) {
      outcome.problem = delta.error().message;
      require(!outcome.problem.empty(), "a failure says what it is");
      return;
    }
    if (!*delta) continue;
    outcome.content += (*delta)->content;
    for (const auto& piece : (*delta)->tool_calls) {
      require(piece.index < reader.reply().tool_calls.size(), "a piece belongs to a call");
      outcome.arguments += piece.arguments;
    }
  }
}

Outcome read(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  http::SseDecoder decoder;
  ChatStreamReader reader("Vendor");
  Outcome outcome;
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    require(decoder.feed(bytes.substr(at, cut - at)).has_value(), "so little is within the limits");
    at = cut;
    take(decoder, reader, outcome);
  }
  decoder.finish();
  take(decoder, reader, outcome);
  std::string arguments;
  for (const auto& call : reader.reply().tool_calls) arguments += call.arguments;
  require(arguments.size() == outcome.arguments.size(), "the calls hold what their pieces held");
  if (auto ended = reader.end(); !ended && outcome.problem.empty()) {
    outcome.problem = ended.error().message;
  }
  outcome.reply = reader.reply();
  require(outcome.reply.content == outcome.content, "the reply holds what the deltas held");
  return outcome;
}

void require_same(const Outcome& whole, const Outcome& cut) {
  require(cut.problem == whole.problem, "whether it fails is no matter of cuts");
  require(cut.content == whole.content, "nor is the content");
  require(cut.arguments == whole.arguments, "nor are the tools' arguments");
  require(cut.reply.finish_reason == whole.reply.finish_reason, "nor is the end");
  require(cut.reply.cost == whole.reply.cost, "nor is the cost");
  require(cut.reply.reasoning_details_json == whole.reply.reasoning_details_json,
          "nor are the details of reasoning");
  require(cut.reply.annotations_json == whole.reply.annotations_json, "nor are the annotations");
}

}  // namespace
}  // namespace tollway::dialects

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace dialects = tollway::dialects;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = dialects::read(bytes, {bytes.size()});
  dialects::require_same(whole, dialects::read(bytes, tollway::fuzz::cuts_of(bytes, false)));
  dialects::require_same(whole, dialects::read(bytes, tollway::fuzz::cuts_of(bytes, true)));
  return 0;
}
