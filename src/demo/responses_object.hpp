// The response object, which answers POST responses and stands in its stream's events.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "demo/reply.hpp"

namespace tollway::demo {

// Its one output item, as far as it has got. `said` is the text or the arguments so far.
[[nodiscard]] std::string output_item(const Reply& reply, std::string_view said,
                                      std::string_view status);
// A text item's one part.
[[nodiscard]] std::string output_part(std::string_view said);
[[nodiscard]] std::string output_item_id(const Reply& reply);

// "completed" or "incomplete", of the whole and of its item.
[[nodiscard]] std::string_view final_status(const Reply& reply) noexcept;

// The object before anything was said, and the complete one. `request`'s settings are echoed,
// because OpenRouter's client refuses a response without them.
[[nodiscard]] std::string response_in_progress(const Reply& reply,
                                               const boost::json::object& request);
[[nodiscard]] std::string response_complete(const Reply& reply, const boost::json::object& request);

}  // namespace tollway::demo
