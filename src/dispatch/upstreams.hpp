// Whom requests can be sent to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "providers/base/openai_compatible.hpp"
#include "routing/endpoint.hpp"
#include "routing/key_standing.hpp"

namespace tollway::dispatch {

// What the operator says of a provider, where nobody else can; nullopt: nothing.
struct StatedPolicy {
  std::optional<bool> collects;  // keeps prompts beyond the call, or trains on them
  std::optional<bool> zero_retention;
  std::optional<bool> distillable;
  routing::Quantization quantization = routing::Quantization::unknown;
};

// One provider with one of its keys.
struct Upstream {
  std::shared_ptr<const providers::OpenAICompatibleProvider> provider;  // not null
  std::string key_name;  // tells the provider's keys apart, no secret: "", "2", "backup"
  double weight = 1;     // its share of the load among the provider's keys; 0: as a last resort
  double routing_weight = 1;            // its provider's, for the strategy `weighted`
  StatedPolicy policy = {};             // its provider's
  routing::KeyStanding* key = nullptr;  // of Standings, which outlives it; not null
};

// Those of one provider stand side by side. Immutable, shared by all loops; a reload makes a new
// one.
struct Upstreams {
  std::vector<Upstream> all;  // never empty; the first is the default
};
using UpstreamsPointer = std::shared_ptr<const Upstreams>;

}  // namespace tollway::dispatch
