// What the program's exit codes mean; the manual page says the same.
#pragma once

namespace tollway {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;         // it was tried and did not work
inline constexpr int exit_usage = 2;          // the command line makes no sense; nothing was tried
inline constexpr int exit_disagrees = 3;      // two things that were compared are not the same
inline constexpr int exit_interrupted = 130;  // Ctrl-C

}  // namespace tollway
