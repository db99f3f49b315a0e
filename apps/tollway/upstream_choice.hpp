// Who stands behind the gateway.
#pragma once

#include <memory>

#include "demo/demonstration_server.hpp"
#include "installation.hpp"
#include "providers/base/openai_compatible.hpp"

namespace tollway {

// llm.provider where it is set; else OpenRouter where there is a key for it; else the built-in
// demonstration, which this object then runs.
class UpstreamChoice {
 public:
  // The provider under the installation's settings. Errc::not_found for an llm.provider that nobody
  // is called; not_configured where it lacks its key or its base URL.
  [[nodiscard]] Result<providers::OpenAICompatibleProvider> make(const Installation& installation);

 private:
  std::unique_ptr<demo::DemonstrationServer> demonstration_;  // once it was needed
};

}  // namespace tollway
