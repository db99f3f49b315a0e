#include <fmt/format.h>

#include <algorithm>

#include "doctor/finding.hpp"

namespace tollway::doctor {

std::string_view name_of(State state) noexcept {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warning:
      return "warning";
    case State::broken:
      return "broken";
  }
  return "broken";
}

Findings examine_configuration(const Installation& installation) {
  Findings findings;
  const auto& file = installation.paths.config_file;
  findings.push_back({"configuration", file.empty() ? "tollway.toml" : file, State::ok,
                      file.empty() ? "there is none, and none is needed" : "it is in order", ""});
  for (const auto& warning : installation.snapshot.warnings()) {
    findings.push_back({"configuration", "settings", State::warning, warning,
                        "set the value again without what is complained of"});
  }
  for (const auto& problem : installation.providers.problems) {
    findings.push_back({"configuration", problem.path, State::broken, problem.message,
                        "mend the descriptor, or take it out of the folder"});
  }
  const auto count = std::ranges::count_if(
      installation.settings->definitions(),
      [&](const auto* definition) { return installation.snapshot.is_set(definition->key); });
  findings.push_back(
      {"configuration", "settings", State::ok, fmt::format("{} are set", count), ""});
  return findings;
}

}  // namespace tollway::doctor
