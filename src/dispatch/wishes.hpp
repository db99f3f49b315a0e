// What a request's body says about who may serve it.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "routing/affinity.hpp"
#include "routing/any_model.hpp"
#include "routing/ask.hpp"

namespace tollway::dispatch {

struct Wishes {
  routing::Ask ask;  // but for its preferences, of which `route` alone says something here
  std::vector<std::string> models;     // to be tried when `model` fails, in this order
  std::string_view fallbacks_problem;  // what was expected of "fallbacks"; empty: all is well
  std::string preferences;             // JSON text of the `provider` object; empty: there is none
  routing::Conversation conversation;
  std::vector<std::string> tools;    // names of those that are offered
  routing::AnyModel any_model;       // which models "openrouter/auto" may mean
  routing::AnyModel any_model_beta;  // and "openrouter/auto-beta"
};

// Notes what one member of the body says. What cannot be read says nothing: whoever serves the
// request will refuse it in words of his own.
void note_wish(std::string_view name, const simdjson::dom::element& value, Wishes& wishes);

// Errc::bad_request for "fallbacks" of messages that break OpenRouter's rules (wire.md 4.5).
[[nodiscard]] Result<> check_fallbacks(const Wishes& wishes, std::string_view route);

}  // namespace tollway::dispatch
