// What only OpenRouter understands within messages and tools.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollway::dialects {

// Each takes the text of a member's value, valid JSON, and gives the one that a vendor takes:
// nullopt where nothing is to be changed, which costs one search. Elements that stay and members
// that stay do so byte for byte.

// Of a chat: without the thoughts that OpenRouter puts into messages ("reasoning_details", with the
// "reasoning" that repeats them) and, unless the vendor takes it, "cache_control" of content parts.
[[nodiscard]] std::optional<std::string> messages_for_vendor(std::string_view messages,
                                                             bool cache_control);

// Without OpenRouter's own tools ("openrouter:web_search"), which nobody else can run, and without
// the tools' "cache_control" unless the vendor takes it. Empty: no tool is left.
[[nodiscard]] std::optional<std::string> tools_for_vendor(std::string_view tools,
                                                          bool cache_control);

// Whether a choice of tools names one of OpenRouter's.
[[nodiscard]] bool chooses_openrouters_tool(std::string_view tool_choice);

}  // namespace tollway::dialects
