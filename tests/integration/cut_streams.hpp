// Streams that break off, before they have produced anything or after.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "support/dialects.hpp"
#include "support/fault_upstream.hpp"

namespace tollway::test {

enum class Cut { reset, close, end_of_message, inside_an_event };
inline constexpr std::array cuts{Cut::reset, Cut::close, Cut::end_of_message, Cut::inside_an_event};

// What a stream begins with before it has produced anything, frame by frame.
[[nodiscard]] std::vector<std::string> lifecycle_of(const Dialect& dialect);
// The first `count` of them, as one.
[[nodiscard]] std::string joined(const std::vector<std::string>& events, std::size_t count);
// Ends the stream; inside an event: after the first bytes of `next_event`.
void cut(UpstreamConnection& connection, Cut how, std::string_view next_event);
// Expects that the stream did not end as one that is whole.
void expect_no_clean_end(const Answer& answer);

}  // namespace tollway::test
