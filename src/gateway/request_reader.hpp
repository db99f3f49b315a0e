// What a request's body says that the gateway acts on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "dialects/usage/text_of.hpp"
#include "dispatch/wishes.hpp"
#include "llm/service_tier.hpp"

namespace tollway::gateway {

struct BodyFacts {
  std::string model;  // empty: none named
  bool stream = false;
  std::optional<llm::ServiceTier> tier = {};  // asked for; nullopt: left to the vendor
  std::size_t object_begin;                   // offset of the opening brace
  bool empty_object = false;
  // Of a stream, whose body is given back long before it is known whether its tokens have to be
  // counted, and of what is large.
  dialects::PromptText prompt = {};
  dispatch::Wishes wishes = {};
};

// Reads the whole body as strict JSON (RFC 8259): one object, at most limits::json_depth_max deep.
// Refused with Errc::bad_request: malformed JSON (the message has the byte offset), another value
// than an object, a field twice that routes, bills or authorises (tests.md C11), a model that is
// no string or has control characters, a stream that is no boolean. Bytes up to
// net::ReadBuffer::slack_bytes behind `body` must be readable. Thread-safe.
[[nodiscard]] Result<BodyFacts> read_request(std::string_view body);

// The body with `"model":"..."` put in front. For a body without one.
[[nodiscard]] std::string with_model(std::string_view body, const BodyFacts& facts,
                                     std::string_view model);

}  // namespace tollway::gateway
