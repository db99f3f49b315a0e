// Another program, run to its end within a time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "tollway/secret.hpp"

namespace tollway::settings {

struct ProgramOutput {
  int exit_code = 0;        // 128 + the signal where one ended it
  Secret standard_output;   // at most 64 KiB
  bool complained = false;  // something came on standard error
};

// Looks the program up in PATH, gives it `input` on standard input, and waits. Killed when it takes
// longer than `patience`. Blocks; thread-safe. Errors name the program, never input or output.
[[nodiscard]] Result<ProgramOutput> run_program(const std::vector<std::string>& words,
                                                const Secret& input,
                                                std::chrono::milliseconds patience);

}  // namespace tollway::settings
