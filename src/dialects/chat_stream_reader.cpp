#include "dialects/chat_stream_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "dialects/chat_attachments.hpp"
#include "dialects/chat_fields.hpp"
#include "dialects/chat_problem.hpp"
#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

bool is_empty(const ChatDelta& delta) {
  return delta.content.empty() && delta.reasoning.empty() && delta.tool_calls.empty() &&
         delta.images.empty() && !delta.audio && delta.citations.empty() &&
         delta.finish_reason.empty();
}

void append_piece(const AudioOutput& piece, std::optional<AudioOutput>& audio) {
  if (!audio) audio.emplace();
  if (!piece.id.empty()) audio->id = piece.id;
  audio->data += piece.data;
  audio->transcript += piece.transcript;
  if (piece.expires_at) audio->expires_at = piece.expires_at;
}

// The first choice: further ones exist only where several were asked for.
std::optional<object> first_choice(const object& chunk) {
  array choices;
  if (chunk["choices"].get(choices) != SUCCESS) return {};
  for (const element entry : choices) {
    object choice;
    if (entry.get(choice) != SUCCESS) continue;
    std::int64_t index = 0;
    read_integer(choice, "index", index);
    if (index == 0) return choice;
  }
  return {};
}

}  // namespace

ChatStreamReader::ChatStreamReader(std::string provider) : provider_(std::move(provider)) {}

Result<std::optional<ChatDelta>> ChatStreamReader::read(const http::SseEvent& event) {
  if (done_ || !event.has_data) return std::nullopt;
  if (event.data == "[DONE]") {
    done_ = true;
    return std::nullopt;
  }
  bytes_ += event.data.size();
  if (bytes_ > limits::chat_answer_bytes_max) return too_large();
  const auto chunk = parse_object(event.data);
  if (!chunk) {
    return upstream_error(Errc::upstream_invalid,
                          fmt::format("{} sent an event that is not a JSON object", provider_));
  }
  if (auto problem = problem_in(provider_, *chunk)) return std::unexpected(std::move(*problem));
  read_envelope(*chunk, reply_);
  read_chat_usage(*chunk, reply_.usage, reply_.cost);
  const auto choice = first_choice(*chunk);
  if (!choice) return std::nullopt;
  if (auto problem = problem_in(provider_, *choice)) return std::unexpected(std::move(*problem));
  ChatDelta delta;
  if (auto read = read_choice(*choice, delta); !read)
    return std::unexpected(std::move(read.error()));
  if (is_empty(delta)) return std::nullopt;
  take_over(delta);
  return delta;
}

Result<> ChatStreamReader::read_choice(const object& choice, ChatDelta& delta) {
  object fields;
  if (choice["delta"].get(fields) == SUCCESS) {
    if (auto read = read_delta(fields, delta); !read) return read;
  }
  std::string reason;
  read_text(choice, "finish_reason", reason);
  read_text(choice, "native_finish_reason", reply_.native_finish_reason);
  if (reason == "error") return std::unexpected(unexplained_problem(provider_));
  // Some repeat it in the chunk that carries the usage.
  if (reply_.finish_reason.empty()) delta.finish_reason = std::move(reason);
  return {};
}

Result<> ChatStreamReader::read_delta(const object& fields, ChatDelta& delta) {
  append_reasoning(fields, delta.reasoning);
  element content;
  if (fields["content"].get(content) == SUCCESS) {
    append_content(content, delta.content, delta.reasoning);
  }
  std::string_view refusal;
  if (fields["refusal"].get(refusal) == SUCCESS) reply_.refusal += refusal;
  append_images(fields, delta.images);
  append_audio(fields, delta.audio);
  append_annotations(fields, delta.citations, reply_.annotations_json);
  array details;
  if (fields["reasoning_details"].get(details) == SUCCESS && !reasoning_details_.add(details)) {
    return too_large();
  }
  return read_tool_calls(fields, delta);
}

Result<> ChatStreamReader::read_tool_calls(const object& fields, ChatDelta& delta) {
  array calls;
  if (fields["tool_calls"].get(calls) != SUCCESS) return {};
  for (const element entry : calls) {
    object call;
    if (entry.get(call) != SUCCESS) continue;
    ChatDelta::ToolCallPiece piece;
    read_text(call, "id", piece.id);
    piece.index = place_of(call, piece.id);
    if (piece.index >= limits::tool_calls_max) return too_large();
    FunctionText function = read_function(call);
    piece.name = std::move(function.name);
    piece.arguments = std::move(function.arguments);
    // Some repeat id and name with every piece.
    const ToolCall& begun = reply_.tool_calls[piece.index];
    if (piece.id == begun.id) piece.id.clear();
    if (piece.name == begun.name) piece.name.clear();
    if (piece.id.empty() && piece.name.empty() && piece.arguments.empty()) continue;
    ToolCall& into = reply_.tool_calls[piece.index];
    if (!piece.id.empty()) into.id = piece.id;
    if (!piece.name.empty()) into.name = piece.name;
    into.arguments += piece.arguments;
    delta.tool_calls.push_back(std::move(piece));
  }
  return {};
}

// Where in reply_.tool_calls the piece belongs; a new place where it begins a call. Pieces are told
// apart by their index; where a server sends none, a new id begins a new call.
std::size_t ChatStreamReader::place_of(const object& call, std::string_view id) {
  std::int64_t index = -1;
  read_integer(call, "index", index);
  if (index < 0) {
    const bool goes_on =
        !reply_.tool_calls.empty() && (id.empty() || id == reply_.tool_calls.back().id);
    if (goes_on) return reply_.tool_calls.size() - 1;
  } else {
    const auto known = std::ranges::find(tool_indexes_, index);
    if (known != tool_indexes_.end()) {
      return static_cast<std::size_t>(known - tool_indexes_.begin());
    }
  }
  if (reply_.tool_calls.size() < limits::tool_calls_max) {
    reply_.tool_calls.emplace_back();
    tool_indexes_.push_back(index);
    return reply_.tool_calls.size() - 1;
  }
  return limits::tool_calls_max;
}

void ChatStreamReader::take_over(const ChatDelta& delta) {
  reply_.content += delta.content;
  reply_.reasoning += delta.reasoning;
  reply_.images.insert(reply_.images.end(), delta.images.begin(), delta.images.end());
  reply_.citations.insert(reply_.citations.end(), delta.citations.begin(), delta.citations.end());
  if (delta.audio) append_piece(*delta.audio, reply_.audio);
  if (!delta.finish_reason.empty()) reply_.finish_reason = delta.finish_reason;
}

Result<> ChatStreamReader::end() {
  if (!done_ && reply_.finish_reason.empty()) {
    return upstream_error(
        Errc::connection_lost,
        fmt::format("the stream of {} ended before the answer was complete", provider_));
  }
  done_ = true;
  if (reply_.provider.empty()) reply_.provider = provider_;
  for (auto& call : reply_.tool_calls) {
    if (call.arguments.empty()) call.arguments = "{}";
  }
  if (!reasoning_details_.empty()) reply_.reasoning_details_json = reasoning_details_.json();
  return {};
}

std::unexpected<Error> ChatStreamReader::too_large() const {
  return upstream_error(Errc::upstream_too_large,
                        fmt::format("{} sent an answer of more than {} bytes or tool calls",
                                    provider_, limits::chat_answer_bytes_max));
}

}  // namespace tollway::dialects
