// The gateway's decision about a request, made with what is known on this machine.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "installation.hpp"

namespace tollway {

struct Explained {
  std::string model;  // empty: as the body says, else the provider's default
  std::string route = "chat/completions";
  std::string body;      // JSON; empty: a short question
  std::string strategy;  // by its name; empty: that of the settings
};

// {"model", "route", ...} with the members of routing::explain(). Asks nothing of the network:
// candidates come of the settings and of the lists of models that are kept on disk; nobody's health
// is known, nor the strategy of a key of the gateway. Errors are the gateway's own.
[[nodiscard]] Result<boost::json::object> explanation(const Installation& installation,
                                                      const Explained& asked);

// The same by the running gateway at `url`, which decides by what it has measured and sends
// nothing.
[[nodiscard]] Result<boost::json::object> explanation_by(const std::string& url,
                                                         const Explained& asked);

}  // namespace tollway
