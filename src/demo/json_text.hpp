// JSON put together as text, so that money keeps its exact digits and members their order.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollway::demo {

// A member's name and its value, which is JSON text already.
using Members = std::initializer_list<std::pair<std::string_view, std::string>>;

[[nodiscard]] std::string object(Members members);
[[nodiscard]] std::string array(const std::vector<std::string>& items);
// A JSON string.
[[nodiscard]] std::string text(std::string_view value);
// `object`, which is an object's text and not empty, with more members at its end.
[[nodiscard]] std::string with(std::string object, Members members);

// One server-sent event without a name, as chat and responses send them.
[[nodiscard]] std::string event(std::string_view data);

}  // namespace tollway::demo
