#include "gateway/request_reader.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>

#include "base/limits.hpp"
#include "dialects/json_reader.hpp"

namespace tollway::gateway {
namespace {

// A body that names one of these twice means one thing to us and another to the upstream.
constexpr std::array<std::string_view, 15> guarded_fields{"model",
                                                          "models",
                                                          "stream",
                                                          "provider",
                                                          "route",
                                                          "max_tokens",
                                                          "max_completion_tokens",
                                                          "max_output_tokens",
                                                          "n",
                                                          "user",
                                                          "service_tier",
                                                          "speed",
                                                          "plugins",
                                                          "preset",
                                                          "session_id"};

constexpr std::size_t kept_capacity_max = 256 * 1024;
// What is no text in a small body is too little to matter.
constexpr std::size_t small_body_bytes = 8 * 1024;

// Four bytes each, of English.
std::int64_t estimated_tokens(std::uint64_t bytes) {
  return static_cast<std::int64_t>(bytes / 4);
}

// Boost.JSON's parser tells where it stopped; it runs only for bodies that simdjson refused.
struct IgnoreAll {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using error_code = boost::json::error_code;
  using Text = boost::json::string_view;
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(Text, std::size_t, error_code&) { return true; }
  bool on_key(Text, std::size_t, error_code&) { return true; }
  bool on_string_part(Text, std::size_t, error_code&) { return true; }
  bool on_string(Text, std::size_t, error_code&) { return true; }
  bool on_number_part(Text, error_code&) { return true; }
  bool on_int64(std::int64_t, Text, error_code&) { return true; }
  bool on_uint64(std::uint64_t, Text, error_code&) { return true; }
  bool on_double(double, Text, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }
};

std::unexpected<Error> malformed(std::string_view body) {
  boost::json::parse_options options;
  options.max_depth = limits::json_depth_max;
  boost::json::basic_parser<IgnoreAll> parser(options);
  boost::json::error_code code;
  const std::size_t offset = parser.write_some(false, body.data(), body.size(), code);
  if (!code && offset < body.size()) code = boost::json::error::extra_data;
  // The grammar allows any number; what is meant by one beyond 64 bits is anybody's guess.
  const std::string what = code ? fmt::format("{} at byte {}", code.message(), offset)
                                : std::string("a number is out of range");
  return client_error(Errc::bad_request, fmt::format("the body is not valid JSON: {}", what));
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Of two words the one that costs something else counts.
void note_tier(std::string_view name, BodyFacts& facts) {
  const auto tier = llm::service_tier_named(name);
  if (tier && (!facts.tier || *tier != llm::ServiceTier::standard)) facts.tier = tier;
}

Result<> read_field(std::string_view name, const simdjson::dom::element& value, BodyFacts& facts) {
  if (name == "model") {
    std::string_view model;
    if (value.is_null()) return {};
    if (value.get(model) != simdjson::SUCCESS) {
      return client_error(Errc::bad_request, "\"model\" must be a string");
    }
    if (has_control_characters(model)) {
      return client_error(Errc::bad_request, "\"model\" holds control characters");
    }
    facts.model = model;
  } else if (name == "service_tier" || name == "speed") {
    std::string_view tier;  // what cannot be read is the upstream's to refuse
    if (value.get(tier) == simdjson::SUCCESS) note_tier(tier, facts);
  } else if (name == "stream") {
    if (value.is_null()) return {};
    if (value.get(facts.stream) != simdjson::SUCCESS) {
      return client_error(Errc::bad_request, "\"stream\" must be true or false");
    }
  }
  return {};
}

Result<BodyFacts> read_fields(std::string_view body, const simdjson::dom::object& object) {
  BodyFacts facts{.model = {},
                  .stream = false,
                  .object_begin = body.find('{'),
                  .empty_object = object.size() == 0};
  std::uint32_t seen = 0;
  for (const auto [name, value] : object) {
    dispatch::note_wish(name, value, facts.wishes);
    const auto guarded = std::ranges::find(guarded_fields, name);
    if (guarded == guarded_fields.end()) continue;
    const auto bit = std::uint32_t{1} << (guarded - guarded_fields.begin());
    if ((seen & bit) != 0) {
      return client_error(Errc::bad_request, fmt::format("\"{}\" appears twice", name));
    }
    seen |= bit;
    if (const auto read = read_field(name, value, facts); !read) {
      return std::unexpected(read.error());
    }
  }
  if (facts.stream || body.size() > small_body_bytes) {
    facts.prompt = dialects::prompt_text(object);
    facts.wishes.ask.prompt_tokens = estimated_tokens(facts.prompt.text.bytes);
  } else {
    facts.wishes.ask.prompt_tokens = estimated_tokens(body.size());
  }
  return facts;
}

}  // namespace

Result<BodyFacts> read_request(std::string_view body) {
  thread_local simdjson::dom::parser kept;
  simdjson::dom::parser large;
  simdjson::dom::parser& parser = body.size() > kept_capacity_max ? large : kept;
  if (parser.capacity() < body.size() || parser.max_depth() != limits::json_depth_max) {
    if (parser.allocate(std::max<std::size_t>(body.size(), 4096), limits::json_depth_max) !=
        simdjson::SUCCESS) {
      return internal_error("out of memory");
    }
  }
  simdjson::dom::element document;
  const auto code = parser.parse(body.data(), body.size(), false).get(document);
  if (code == simdjson::DEPTH_ERROR) {
    return client_error(Errc::bad_request, fmt::format("the body is nested deeper than {} levels",
                                                       limits::json_depth_max));
  }
  if (code != simdjson::SUCCESS) return malformed(body);
  simdjson::dom::object object;
  if (document.get(object) != simdjson::SUCCESS) {
    return client_error(Errc::bad_request, "the body must be a JSON object");
  }
  return read_fields(body, object);
}

std::string with_model(std::string_view body, const BodyFacts& facts, std::string_view model) {
  const std::size_t split = facts.object_begin + 1;
  std::string out;
  out.reserve(body.size() + model.size() + 16);
  out += body.substr(0, split);
  out += "\"model\":";
  out += dialects::json_string(model);
  if (!facts.empty_object) out += ',';
  out += body.substr(split);
  return out;
}

}  // namespace tollway::gateway
