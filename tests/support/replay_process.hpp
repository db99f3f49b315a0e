// `tollway replay` as a child process: an upstream that answers from recordings.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/raw_client.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {

// Constructing waits until it listens.
class ReplayProcess {
 public:
  // `flags`: --speed and the like.
  explicit ReplayProcess(const std::filesystem::path& recordings,
                         const std::vector<std::string>& flags = {});

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:<port>"
  [[nodiscard]] ChildProcess& process() noexcept { return *process_; }
  [[nodiscard]] std::string standard_output() const;

  // A whole exchange on a connection of its own.
  [[nodiscard]] Answer ask(std::string_view method, std::string_view target,
                           std::string_view body = {}) const;

 private:
  TemporaryDirectory files_;
  std::unique_ptr<ChildProcess> process_;
  std::uint16_t port_ = 0;
};

}  // namespace tollway::test
