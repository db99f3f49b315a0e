// One call of a request to one provider, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dialects/dialect.hpp"
#include "dialects/tool_calls.hpp"
#include "gateway/token_counter.hpp"
#include "llm/service_tier.hpp"
#include "net/client.hpp"
#include "providers/base/openai_compatible.hpp"
#include "recording/recorder.hpp"
#include "routing/course.hpp"

namespace tollway::gateway {

class Race;

// An answer that says it failed. It is kept from the client until nobody else is left to ask.
struct Refusal {
  int status = 0;
  std::string content_type;
  std::string header_lines;
  std::string body;  // all of it, or the events up to the error
  bool streamed = false;
  routing::FailureClass failure = routing::FailureClass::transient;
  std::optional<routing::Duration> retry_after;
};

// What Settlement keeps of an attempt.
struct Settling {
  std::uint8_t number = 0;
  std::int64_t began_ms = 0;  // Unix
  bool under_way = false;
  std::optional<TokenCounter::Counts> counted;
};

// Part of one request, filled while it is under way.
struct Attempt {
  // Forgets what came of the attempt before, of which the client has seen nothing.
  void begin(const providers::OpenAICompatibleProvider& whom, std::string_view asked_for,
             std::string_view spelled_there);

  const providers::OpenAICompatibleProvider* provider = nullptr;  // null: nobody was asked
  std::string_view model;                                         // as asked for
  std::string_view model_there;                                   // as the provider spells it
  std::optional<llm::ServiceTier> asked_tier;                     // nullopt: the vendor's usual one
  std::string body;  // as it goes up, where it differs from the client's
  net::TimePoint began;
  net::ClientCall::Times times;
  dialects::Progress progress;
  std::optional<dialects::ToolCalls> tool_calls;  // where tools are offered
  std::optional<llm::TextSample> whole_answer;    // of one that came whole and stated no usage
  recording::Recording recording;  // of the upstream's answer; records nothing unless begun
  std::optional<Refusal> refusal;
  bool streamed = false;   // its answer is a stream
  bool committed = false;  // something of its answer has gone out: no other may take its place

  // For the records.
  int upstream_status = 0;  // 0: no answer began
  std::optional<Errc> failure;
  std::optional<net::TimePoint> first_byte_at;
  std::optional<net::TimePoint> first_token_at;
  Settling settling;

  routing::Course* course = nullptr;  // that it is part of, as long as it is under way
  // Where another one is or may be under way at the same time.
  Race* race = nullptr;
  routing::Course::Which which = routing::Course::Which::first;
};

}  // namespace tollway::gateway
