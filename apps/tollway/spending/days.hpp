// The days that a command on the ledger is about.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tollway::spending {

// As the command line has them; empty: not given.
struct DayOptions {
  std::string from;  // "2026-11-01"
  std::string to;
  std::string last;  // "30d"
};

// UTC, both included.
struct Days {
  std::chrono::sys_days from;
  std::chrono::sys_days until;
};

// --from, --to and --last; `end` says in their help what the days end with.
void add_day_options(CLI::App& command, DayOptions& options, std::string_view end = "today");

// `fallback` is what counts where nothing is given. Without --to the days end as it does, without
// --from they are as many as it has. Errc::bad_request says what was expected and what came.
[[nodiscard]] Result<Days> days_of(const DayOptions& options, Days fallback);

// The UTC day that it is.
[[nodiscard]] std::chrono::sys_days today();

}  // namespace tollway::spending
