// What is said where nobody can go on.
#pragma once

namespace tollway {

// From here on the want of memory, where nothing else can be done about it, ends the program with a
// message and exit_failed, and not by a signal. Whatever else is thrown and never caught ends it as
// before. What was written to the journal is there at the next start, as after a kill -9.
void say_why_without_memory() noexcept;

}  // namespace tollway
