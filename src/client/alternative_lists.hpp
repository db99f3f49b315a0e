// What lists of models say of those that are chosen between.
#pragma once

#include <span>

#include "catalog/catalogue.hpp"
#include "client/chat_model_state.hpp"
#include "routing/endpoint.hpp"

namespace tollway::client {

// A catalogue as the gateway has one: of what each provider's list told when the program asked for
// it, and of OpenRouter's built-in one, which knows others' models too.
class AlternativeLists {
 public:
  explicit AlternativeLists(std::span<const ChatUpstream> upstreams);

  [[nodiscard]] routing::Endpoint endpoint_of(const ChatModelOptions& options) const;

 private:
  catalog::Catalogue catalogue_;
};

}  // namespace tollway::client
