// `tollway` as its users run it: in a pipe and in a terminal, with a home of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/fault_upstream.hpp"
#include "support/gateway_process.hpp"
#include "support/pty.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {

// At the end, no secret of the test may stand in anything that a command printed or stored.
class Cli : public testing::Test {
 public:
  static constexpr std::string_view canary = "sk-or-v1-canary-0d9f2c7a41b8e635";

 protected:
  Cli();
  void TearDown() override;

  // What OpenRouter's settings are set to, by environment.
  void use_openrouter(std::string_view url, std::string_view key = canary);
  void use_openrouter(const FaultUpstream& upstream) { use_openrouter(upstream.url()); }

  // Output in pipes, an empty standard input.
  Finished run(const std::vector<std::string>& words);
  Finished run_with_input(const std::vector<std::string>& words, std::string_view input);
  // A script for bash in which "$tollway" is the program.
  Finished run_script(std::string_view script);
  // In a terminal.
  [[nodiscard]] std::unique_ptr<Pty> start(const std::vector<std::string>& words,
                                           unsigned short columns = 80);
  // To its end: all lines as the terminal shows them, and the exit code.
  struct Shown {
    int exit_code = -1;
    std::vector<std::string> lines;
    std::string output;
  };
  Shown show(const std::vector<std::string>& words, unsigned short columns = 80);
  // Has printed all it will; its output is searched for secrets at the end.
  void keep(const Pty& pty) { printed_ += pty.output(); }

  [[nodiscard]] std::filesystem::path data() const { return home_.path() / "data"; }
  [[nodiscard]] std::filesystem::path config() const { return home_.path() / "config"; }

  std::map<std::string, std::string> environment_;
  std::vector<std::string> secrets_{std::string(canary)};

 private:
  Finished finish(const Command& command);

  TemporaryDirectory home_;
  std::string printed_;
};

// The columns that a line takes.
[[nodiscard]] int columns_of(std::string_view line);
// Of a whole output; fails where it is not exactly one JSON document in one line.
[[nodiscard]] json::value only_document(std::string_view output);

// An upstream that lists `models` (the "data" array) and answers every question with `content`.
[[nodiscard]] FaultUpstream::Script openrouter_with(std::string models, std::string content);
// The events of a streamed answer, the last of them with usage and cost.
[[nodiscard]] std::string streamed_answer(std::string_view content);

}  // namespace tollway::test
