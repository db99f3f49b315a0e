// nginx and haproxy in front of an upstream, to compare with.
#pragma once

#include <cstdint>
#include <memory>

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {

// One of them, started with a configuration made for it on a port that was free a moment ago, and
// on another one if somebody else was faster. Constructing waits until it answers.
class OtherProxy {
 public:
  enum class Kind { nginx, haproxy };
  OtherProxy(Kind kind, std::uint16_t upstream_port);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  [[nodiscard]] bool start(Kind kind, std::uint16_t upstream_port);
  [[nodiscard]] Command nginx(std::uint16_t upstream_port) const;
  [[nodiscard]] Command haproxy(std::uint16_t upstream_port) const;

  TemporaryDirectory files_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace tollway::test
