// What is said to a model and what comes back. Field meanings: OpenRouter's chat completions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tollway/error.hpp"
#include "tollway/export.hpp"
#include "tollway/money.hpp"

namespace tollway {

struct TextPart {
  std::string text;
};
struct ImagePart {
  std::string url;     // https:// or a data: URL
  std::string detail;  // "auto", "low", "high"; empty: not sent
};
struct FilePart {
  std::string data;  // URL or data: URL
  std::string filename;
};
struct AudioPart {
  std::string data;    // base64
  std::string format;  // "wav", "mp3"
};
// Any other part, as JSON text; passed on as it is.
struct JsonPart {
  std::string json;
};
using ContentPart = std::variant<TextPart, ImagePart, FilePart, AudioPart, JsonPart>;

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text, as the model wrote it: check it before use
};

enum class Role : std::uint8_t { system, developer, user, assistant, tool };

struct TOLLWAY_API Message {
  Role role = Role::user;
  std::vector<ContentPart> content;
  std::string name;
  std::vector<ToolCall> tool_calls;    // of an assistant
  std::string tool_call_id;            // of a tool
  std::string reasoning_details_json;  // of an assistant: returned to the model unchanged
  std::string annotations_json;        // likewise, so that no file is parsed and billed again

  [[nodiscard]] static Message system(std::string text);
  [[nodiscard]] static Message user(std::string text);
  [[nodiscard]] static Message assistant(std::string text);
  [[nodiscard]] static Message tool(std::string tool_call_id, std::string text);
};

struct Tool {
  std::string name;  // [A-Za-z0-9_-], at most 64
  std::string description;
  std::string parameters;  // JSON Schema as JSON text; empty: no parameters
  std::optional<bool> strict;
};

struct ResponseFormat {
  enum class Kind : std::uint8_t { text, json_object, json_schema };
  Kind kind = Kind::text;
  std::string name;    // of a schema
  std::string schema;  // JSON text
  std::optional<bool> strict;
};

struct Reasoning {
  std::string effort;  // "low", "medium", "high" ...; empty: not sent
  std::optional<std::int64_t> max_tokens;
  std::optional<bool> exclude;
  std::optional<bool> enabled;
};

// Fields that are not set are not sent; the model object's own defaults apply to model,
// temperature and max_tokens.
struct ChatRequest {
  std::vector<Message> messages;
  std::string model;
  std::vector<std::string> models;  // fallbacks, in order
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<double> frequency_penalty;
  std::optional<double> presence_penalty;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  std::vector<Tool> tools;
  std::string tool_choice;  // "none", "auto", "required", or a function's name
  std::optional<bool> parallel_tool_calls;
  std::optional<ResponseFormat> response_format;
  std::optional<Reasoning> reasoning;
  std::string user;
  // A JSON object whose members are sent as they are, for all that has no field here
  // ({"provider":{"sort":"price"}}). A member that a field above also sets is an error.
  std::string extra_json;
};

// A source that an answer rests on.
struct UrlCitation {
  std::string url;
  std::string title;    // may be empty
  std::string content;  // an excerpt; may be empty
  // Of the answer's text; providers that know no place say 0 and 0.
  std::optional<std::int64_t> start_index;
  std::optional<std::int64_t> end_index;
};

// Speech. Of a stream, `data` and `transcript` are pieces to be appended.
struct AudioOutput {
  std::string id;
  std::string data;  // base64
  std::string transcript;
  std::optional<std::int64_t> expires_at;  // Unix seconds: until when the id can be referred to
};

// Token counts as the provider stated them; what it did not state is unknown, not zero. Where it
// stated no prompt or completion tokens, as when a stream is cut before its end, they are counted
// from what passed, and `estimated`.
struct Usage {
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;  // reasoning included, however the provider counts
  std::optional<std::int64_t> total_tokens;
  std::optional<std::int64_t> cached_tokens;        // part of prompt_tokens
  std::optional<std::int64_t> cache_write_tokens;   // part of prompt_tokens
  std::optional<std::int64_t> input_audio_tokens;   // part of prompt_tokens
  std::optional<std::int64_t> input_image_tokens;   // part of prompt_tokens
  std::optional<std::int64_t> reasoning_tokens;     // part of completion_tokens
  std::optional<std::int64_t> output_audio_tokens;  // part of completion_tokens
  std::optional<std::int64_t> output_image_tokens;  // part of completion_tokens
  bool estimated = false;
};

// Who says what a reply cost.
enum class CostKind : std::uint8_t {
  stated,     // the provider, all fees included: it is what was billed
  computed,   // the library, from the stated tokens and the price it knows (docs/costs.md)
  estimated,  // the library, from tokens that it counted itself
};
[[nodiscard]] TOLLWAY_API std::string_view name_of(CostKind kind) noexcept;

// One call to one upstream.
struct Attempt {
  std::string provider;
  std::string model;
  int status = 0;     // HTTP; 0 where no answer came
  std::string error;  // name_of(Errc); empty where it succeeded
  std::chrono::microseconds duration{};
};

struct Timing {
  std::chrono::microseconds first_byte{};  // from the call to the answer's head
  std::optional<std::chrono::microseconds> first_token;
  std::chrono::microseconds total{};
};

struct ChatReply {
  std::string id;
  std::string model;     // that answered; need not be the one asked for
  std::string provider;  // that served it: "Anthropic" behind OpenRouter, else the provider's name
  std::string content;
  std::string reasoning;
  std::string refusal;
  std::vector<ToolCall> tool_calls;
  std::string finish_reason;  // "stop", "length", "tool_calls", "content_filter"
  std::string native_finish_reason;
  std::string reasoning_details_json;
  std::vector<ImagePart> images;  // that the model made, mostly data: URLs
  std::optional<AudioOutput> audio;
  std::vector<UrlCitation> citations;
  std::string annotations_json;  // what else was annotated, such as parsed files, as a JSON array
  std::string service_tier;      // that served it, as the provider says: "flex"; empty: it does not
  Usage usage;
  std::optional<Money> cost;  // nullopt: unknown
  CostKind cost_kind = CostKind::stated;
  std::vector<Attempt> attempts;
  Timing timing;
  std::string raw_json;  // the answer as it came; of a stream, empty

  // As the next request's history.
  [[nodiscard]] TOLLWAY_API Message to_message() const;
};

// What one event of a stream adds.
struct ChatDelta {
  std::string content;
  std::string reasoning;
  struct ToolCallPiece {
    std::size_t index = 0;
    std::string id;         // with the first piece
    std::string name;       // with the first piece
    std::string arguments;  // to be appended
  };
  std::vector<ToolCallPiece> tool_calls;
  std::vector<ImagePart> images;  // each whole
  std::optional<AudioOutput> audio;
  std::vector<UrlCitation> citations;  // each whole
  std::string finish_reason;           // empty until the model has ended
};

}  // namespace tollway
