// Whether an answer uses tools as its request allows it.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::dialects {

// The names of the tools that a request offers, from its member "tools" in any dialect: what the
// vendor runs by itself has none. Empty where there are none, or too many to be looked at.
[[nodiscard]] std::vector<std::string> offered_tools(const simdjson::dom::element& tools);

// Reads the calls of one answer, whole or streamed, in any dialect of text generation: chat's
// "tool_calls", "function_call" items of responses, "tool_use" blocks of messages. A call is good
// where it names a tool that was offered and its arguments are one JSON object, or nothing at all,
// as some vendors write of a tool without parameters. Whether they fit the tool's schema is not
// looked at.
class ToolCalls {
 public:
  // `offered` outlives it.
  explicit ToolCalls(const std::vector<std::string>& offered) : offered_(&offered) {}

  void read_answer(const simdjson::dom::object& answer);
  // The data of each event of a stream, in order. Most are searched, not parsed.
  void read_event(std::string_view data);

  // Of an answer that has been read to its end: all its calls are good, or there are none. Nullopt
  // where nothing was read, or more than can be kept.
  [[nodiscard]] std::optional<bool> good() const;

  static constexpr std::size_t kept_bytes_max = 256 * 1024;

 private:
  struct Call {
    std::int64_t place = 0;  // in the answer
    std::string name;
    std::string arguments;
  };
  void add(std::int64_t place, std::string_view name, std::string_view arguments);
  void add_call(const simdjson::dom::object& owner, const simdjson::dom::object& function,
                std::int64_t place);
  void read_chat_choice(const simdjson::dom::element& choice, const char* member);
  void read_item(const simdjson::dom::element& item);
  void read_block(const simdjson::dom::element& block, std::int64_t place);

  const std::vector<std::string>* offered_;
  std::vector<Call> calls_;
  std::size_t kept_bytes_ = 0;
  bool read_ = false;
  bool too_much_ = false;
};

}  // namespace tollway::dialects
