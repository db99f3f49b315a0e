#include "dialects/vendor_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "dialects/json_reader.hpp"
#include "dialects/member_scanner.hpp"
#include "dialects/openrouters_parts.hpp"
#include "dialects/request_edit.hpp"

namespace tollway::dialects {
namespace {

// OpenRouter's API reference, "Chat completion", "Responses", "Messages".
constexpr std::array<std::string_view, 12> openrouters{"models",
                                                       "provider",
                                                       "plugins",
                                                       "route",
                                                       "transforms",
                                                       "preset",
                                                       "trace",
                                                       "debug",
                                                       "usage",
                                                       "image_config",
                                                       "stop_server_tools_when",
                                                       "session_id"};
// What a form has besides; other forms may have the same names with another meaning.
constexpr std::array<std::string_view, 5> openrouters_chat{
    "speed", "cache_control", "include_reasoning", "max_tool_calls", "x_search_filter"};
constexpr std::array<std::string_view, 2> openrouters_responses{"speed", "cache_control"};
constexpr std::array<std::string_view, 2> openrouters_messages{"fallbacks", "user"};

std::span<const std::string_view> openrouters_of(RequestForm form) {
  switch (form) {
    case RequestForm::chat:
    case RequestForm::completions:
      return openrouters_chat;
    case RequestForm::responses:
      return openrouters_responses;
    case RequestForm::messages:
      return openrouters_messages;
    case RequestForm::other:
      break;
  }
  return {};
}

// What the edits depend on, from one pass over the body. A null says as little as no member.
struct Members {
  std::optional<std::string_view> stream, stream_options, max_tokens, max_completion_tokens,
      reasoning, reasoning_effort, service_tier, messages, tools, tool_choice;
};

Members read_members(std::string_view body) {
  Members members;
  const std::array<std::pair<std::string_view, std::optional<std::string_view>*>, 10> wanted{
      {{"stream", &members.stream},
       {"stream_options", &members.stream_options},
       {"max_tokens", &members.max_tokens},
       {"max_completion_tokens", &members.max_completion_tokens},
       {"reasoning", &members.reasoning},
       {"reasoning_effort", &members.reasoning_effort},
       {"service_tier", &members.service_tier},
       {"messages", &members.messages},
       {"tools", &members.tools},
       {"tool_choice", &members.tool_choice}}};
  MemberScanner scanner(body);
  for (MemberPlace place; scanner.next(place);) {
    const auto text = body.substr(place.value_begin, place.end - place.value_begin);
    for (const auto& [name, into] : wanted) {
      if (reads_as(place.name, name)) {
        *into = text == "null" ? std::nullopt : std::optional(text);
      }
    }
  }
  return members;
}

// Collects edits and keeps the text of values that the body doesn't hold.
class VendorEdits {
 public:
  VendorEdits(const Members& members, RequestForm form, const VendorForm& vendor)
      : members_(members), form_(form), vendor_(vendor) {}

  [[nodiscard]] std::span<const MemberEdit> collect() {
    if (!vendor_.model.empty()) {
      model_ = json_string(vendor_.model);
      set("model", model_);
    }
    remove(openrouters);
    remove(openrouters_of(form_));
    remove(vendor_.also_left_out);
    if (form_ == RequestForm::chat || form_ == RequestForm::completions) edit_stream_options();
    edit_output_limit();
    if (form_ == RequestForm::chat && !vendor_.reasoning_object) edit_reasoning();
    edit_service_tier();
    if (form_ == RequestForm::chat && members_.messages) edit_messages();
    if (members_.tools) edit_tools();
    return edits_;
  }

 private:
  // The first word on a name counts.
  void add(std::string_view name, std::optional<std::string_view> value) {
    if (std::ranges::find(edits_, name, &MemberEdit::name) == edits_.end()) {
      edits_.push_back({.name = name, .value = value});
    }
  }
  void set(std::string_view name, std::string_view value) { add(name, value); }
  void remove(std::span<const std::string_view> names) {
    for (const auto name : names) add(name, {});
  }

  void edit_service_tier() {
    if (!vendor_.service_tier.empty()) {
      service_tier_ = json_string(vendor_.service_tier);
      set("service_tier", service_tier_);
    } else if (members_.service_tier == R"("fast")") {
      set("service_tier", R"("priority")");
    }
  }

  void edit_stream_options() {
    // Vendors refuse the options of a stream that nobody asked for.
    if (members_.stream != "true" || !vendor_.stream_usage) return add("stream_options", {});
    constexpr std::array<MemberEdit, 1> ask{{{.name = "include_usage", .value = "true"}}};
    const auto options = members_.stream_options.value_or("{}");
    stream_options_ = edited(options.starts_with('{') ? options : "{}", ask);
    set("stream_options", stream_options_);
  }

  void edit_output_limit() {
    if (form_ == RequestForm::messages && !members_.max_tokens) {
      output_tokens_ = fmt::format("{}", vendor_.output_tokens);
      set("max_tokens", output_tokens_);
    }
    if (form_ != RequestForm::chat && form_ != RequestForm::completions) return;
    const bool newer =
        form_ == RequestForm::chat && vendor_.max_tokens_field == "max_completion_tokens";
    const auto& preferred = newer ? members_.max_completion_tokens : members_.max_tokens;
    const auto& other = newer ? members_.max_tokens : members_.max_completion_tokens;
    add(newer ? "max_tokens" : "max_completion_tokens", {});
    if (!preferred && other) set(newer ? "max_completion_tokens" : "max_tokens", *other);
  }

  void edit_reasoning() {
    add("reasoning", {});
    if (members_.reasoning_effort || !members_.reasoning) return;
    const auto effort = member_text(*members_.reasoning, "effort");
    if (effort && effort->starts_with('"')) set("reasoning_effort", *effort);
  }

  void edit_messages() {
    auto text = messages_for_vendor(*members_.messages, vendor_.cache_control);
    if (!text) return;
    messages_ = std::move(*text);
    set("messages", messages_);
  }

  // Anthropic's messages have "cache_control" of their own.
  void edit_tools() {
    const bool cache_control = vendor_.cache_control || form_ != RequestForm::chat;
    auto text = tools_for_vendor(*members_.tools, cache_control);
    if (!text) return;
    tools_ = std::move(*text);
    const bool none_left = tools_.empty();
    add("tools", none_left ? std::nullopt : std::optional<std::string_view>(tools_));
    const bool chosen_gone =
        members_.tool_choice && chooses_openrouters_tool(*members_.tool_choice);
    if (none_left || chosen_gone) add("tool_choice", {});
    if (none_left) add("parallel_tool_calls", {});
  }

  const Members& members_;
  const RequestForm form_;
  const VendorForm& vendor_;
  std::vector<MemberEdit> edits_;
  std::string model_, stream_options_, output_tokens_, service_tier_, messages_, tools_;
};

}  // namespace

std::string request_for_vendor(std::string_view body, RequestForm form, const VendorForm& vendor) {
  const Members members = read_members(body);
  VendorEdits edits(members, form, vendor);
  return edited(body, edits.collect());
}

}  // namespace tollway::dialects
