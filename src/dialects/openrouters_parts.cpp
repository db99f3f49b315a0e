#include "dialects/openrouters_parts.hpp"

#include <array>
#include <span>
#include <vector>

#include "dialects/member_scanner.hpp"
#include "dialects/request_edit.hpp"

namespace tollway::dialects {
namespace {

constexpr std::string_view tool_prefix = R"("openrouter:)";

// Both names in one search: "_control" and "_details" begin with what prompts have little of.
bool mentions(std::string_view text) {
  for (auto at = text.find('_'); at != text.npos; at = text.find('_', at + 1)) {
    const auto rest = text.substr(at);
    if (rest.starts_with("_control\"") || rest.starts_with("_details\"")) return true;
  }
  return false;
}

std::string without(std::string_view object, std::span<const std::string_view> names) {
  std::vector<MemberEdit> edits;
  for (const auto name : names) edits.push_back({.name = name, .value = std::nullopt});
  return edited(object, edits);
}

// The array with each element as `change` gives it; empty: the element is left out. Nullopt where
// all stay as they are.
template <class Change>
std::optional<std::string> changed(std::string_view array, const Change& change) {
  std::string out = "[";
  bool any = false;
  ElementScanner scanner(array);
  for (std::string_view element; scanner.next(element);) {
    const std::string text = change(element);
    any = any || text != element;
    if (text.empty()) continue;
    if (out.size() > 1) out += ',';
    out += text;
  }
  out += ']';
  return any && scanner.complete() ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> content_for_vendor(std::string_view content) {
  constexpr std::array<std::string_view, 1> names{"cache_control"};
  return changed(content, [&names](std::string_view part) { return without(part, names); });
}

std::string message_for_vendor(std::string_view message, bool cache_control) {
  if (!mentions(message)) return std::string(message);
  std::vector<MemberEdit> edits;
  const auto details = member_text(message, "reasoning_details");
  if (details) {
    edits.push_back({.name = "reasoning_details", .value = std::nullopt});
    edits.push_back({.name = "reasoning", .value = std::nullopt});
  }
  std::optional<std::string> content;
  const auto stated = member_text(message, "content");
  if (!cache_control && stated && stated->starts_with('[') && mentions(*stated)) {
    content = content_for_vendor(*stated);
    if (content) edits.push_back({.name = "content", .value = *content});
  }
  return edited(message, edits);
}

bool is_openrouters(std::string_view tool) {
  const auto type = member_text(tool, "type");
  return type && type->starts_with(tool_prefix);
}

}  // namespace

std::optional<std::string> messages_for_vendor(std::string_view messages, bool cache_control) {
  if (!messages.starts_with('[') || !mentions(messages)) return std::nullopt;
  return changed(messages, [cache_control](std::string_view message) {
    return message_for_vendor(message, cache_control);
  });
}

std::optional<std::string> tools_for_vendor(std::string_view tools, bool cache_control) {
  if (!tools.starts_with('[')) return std::nullopt;
  const bool caches = !cache_control && mentions(tools);
  if (!caches && !tools.contains(tool_prefix)) return std::nullopt;
  constexpr std::array<std::string_view, 1> names{"cache_control"};
  auto text = changed(tools, [caches, &names](std::string_view tool) {
    if (is_openrouters(tool)) return std::string();
    return caches ? without(tool, names) : std::string(tool);
  });
  if (text == "[]") text->clear();
  return text;
}

bool chooses_openrouters_tool(std::string_view tool_choice) {
  return tool_choice.starts_with('{') && is_openrouters(tool_choice);
}

}  // namespace tollway::dialects
