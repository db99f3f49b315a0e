// What a chat request of any dialect asks of the demonstration.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "demo/model.hpp"

namespace tollway::demo {

struct Tool {
  std::string name;
  boost::json::value schema;  // of its arguments; null where none was given
};

struct Conversation {
  const Model* model = nullptr;
  bool stream = false;
  std::string last_message;                // the user's text
  std::optional<std::string> tool_result;  // what tools answered since
  std::vector<Tool> tools;
  bool tools_allowed = true;               // false: tool_choice is none
  std::optional<std::string> forced_tool;  // by tool_choice; empty: any
  std::optional<std::uint64_t> tokens_max;
  std::size_t prompt_tokens = 0;

  // One message, in order. Roles other than "user" only count.
  void add_message(std::string_view role, std::string message_text);
  void add_tool_result(std::string result);
};

// A request's body as an object; the error says that it is none.
[[nodiscard]] Result<boost::json::object> parse_body(std::string_view body);

// The model that `model` or `models` names, the first of models() where neither is there. An error
// names those that exist.
[[nodiscard]] Result<const Model*> read_model(const boost::json::object& request);
// model, stream, tool_choice, and the first of `limits` that is a number as tokens_max.
[[nodiscard]] Result<Conversation> read_settings(const boost::json::object& request,
                                                 std::initializer_list<std::string_view> limits);

// The array of that name, or an error that says what was expected.
[[nodiscard]] Result<const boost::json::array*> read_array(const boost::json::object& request,
                                                           std::string_view name);
// A string member; empty where there is none.
[[nodiscard]] std::string_view string_member(const boost::json::object& object,
                                             std::string_view name) noexcept;
// The text of a message: a string, or the `text` of an array's parts, joined. Images are no text.
[[nodiscard]] std::string text_of(const boost::json::value* content);

}  // namespace tollway::demo
