#include "routing/probed.hpp"

namespace tollway::routing {

bool is_down_by_probes(const Standing& standing) noexcept {
  const auto last = standing.health.last_probe();
  if (!last || !last->failure) return false;
  const auto used = standing.health.last_used();
  return !used || *used <= last->at;
}

void note_probe(Standing& standing, const Probe& probe) noexcept {
  const bool was_down = is_down_by_probes(standing);
  if (probe.failure) {
    standing.health.record(probe);
    if (!standing.breaker.admit(probe.at)) return;
    standing.breaker.ended(Outcome::failure, standing.health.last_30_seconds(probe.at), probe.at,
                           probe.at);
    return;
  }
  if (was_down) {
    if (!standing.breaker.admit(probe.at)) return;  // the next probe closes it
    standing.breaker.ended(Outcome::success, {}, probe.at, probe.at);
  }
  standing.health.record(probe);
}

}  // namespace tollway::routing
