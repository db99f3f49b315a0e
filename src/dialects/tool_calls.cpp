// The members are those of OpenAI's and Anthropic's API references ("Function calling", "Tool
// use").
#include "dialects/tool_calls.hpp"

#include <algorithm>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t tools_max = 1024;
constexpr std::size_t calls_max = 1024;
constexpr std::int64_t calls_of_a_choice = 1 << 16;

std::string_view text_in(const object& owner, const char* name) {
  std::string_view text;
  return owner[name].get(text) == SUCCESS ? text : std::string_view();
}

// An upstream may write any number.
std::int64_t index_in(const object& owner, std::int64_t otherwise) {
  std::int64_t index = 0;
  const bool given = owner["index"].get(index) == SUCCESS;
  return given && index >= 0 && index < calls_of_a_choice ? index : otherwise;
}

bool is_type(const object& owner, std::string_view type) {
  return text_in(owner, "type") == type;
}

}  // namespace

std::vector<std::string> offered_tools(const element& tools) {
  std::vector<std::string> names;
  simdjson::dom::array list;
  if (tools.get(list) != SUCCESS || list.size() > tools_max) return names;
  for (const element tool : list) {
    std::string_view name;
    if (tool["function"]["name"].get(name) == SUCCESS || tool["name"].get(name) == SUCCESS) {
      names.emplace_back(name);
    }
  }
  return names;
}

// Some vendors repeat the name with every piece of the arguments.
void ToolCalls::add(std::int64_t place, std::string_view name, std::string_view arguments) {
  kept_bytes_ += name.size() + arguments.size();
  too_much_ = too_much_ || kept_bytes_ > kept_bytes_max || calls_.size() >= calls_max;
  if (too_much_) return;
  auto call = std::ranges::find(calls_, place, &Call::place);
  if (call == calls_.end()) {
    call = calls_.insert(call, Call{.place = place, .name = {}, .arguments = {}});
  }
  if (call->name.empty()) call->name = name;
  call->arguments += arguments;
}

void ToolCalls::add_call(const object& owner, const object& function, std::int64_t place) {
  const auto index = index_in(owner, place % calls_of_a_choice);
  add(place - place % calls_of_a_choice + index, text_in(function, "name"),
      text_in(function, "arguments"));
}

void ToolCalls::read_chat_choice(const element& choice, const char* member) {
  simdjson::dom::array calls;
  object owner;
  if (choice[member]["tool_calls"].get(calls) != SUCCESS || choice.get(owner) != SUCCESS) return;
  std::int64_t place = index_in(owner, 0) * calls_of_a_choice;
  for (const element item : calls) {
    object call;
    object function;
    if (item.get(call) == SUCCESS && call["function"].get(function) == SUCCESS) {
      add_call(call, function, place);
    }
    ++place;
  }
}

void ToolCalls::read_item(const element& item) {
  object call;
  if (item.get(call) != SUCCESS || !is_type(call, "function_call")) return;
  add(static_cast<std::int64_t>(calls_.size()), text_in(call, "name"), text_in(call, "arguments"));
}

void ToolCalls::read_block(const element& block, std::int64_t place) {
  object call;
  if (block.get(call) != SUCCESS || !is_type(call, "tool_use")) return;
  element input;
  object members;
  const bool given = call["input"].get(input) == SUCCESS;
  // In a stream an empty object stands for what follows in pieces.
  const bool is_object = given && input.get(members) == SUCCESS;
  add(place, text_in(call, "name"), is_object ? "" : "not an object");
}

void ToolCalls::read_answer(const object& answer) {
  read_ = true;
  simdjson::dom::array list;
  if (answer["choices"].get(list) == SUCCESS) {
    for (const element choice : list) read_chat_choice(choice, "message");
  } else if (answer["output"].get(list) == SUCCESS) {
    for (const element item : list) read_item(item);
  } else if (answer["content"].get(list) == SUCCESS) {
    std::int64_t place = 0;
    for (const element block : list) read_block(block, place++);
  }
}

void ToolCalls::read_event(std::string_view data) {
  read_ = true;
  const auto has = [data](std::string_view name) { return find_name(data, name) != data.npos; };
  if (too_much_ || (!has(R"("tool_calls")") && !has(R"("tool_use")") && !has(R"("partial_json")") &&
                    !has(R"("response.output_item.done")"))) {
    return;
  }
  const auto event = parse_object(data);
  if (!event) return;
  simdjson::dom::array choices;
  element part;
  const std::int64_t index = index_in(*event, 0);
  if ((*event)["choices"].get(choices) == SUCCESS) {
    for (const element choice : choices) read_chat_choice(choice, "delta");
  } else if (is_type(*event, "response.output_item.done")) {
    if ((*event)["item"].get(part) == SUCCESS) read_item(part);
  } else if (is_type(*event, "content_block_start")) {
    if ((*event)["content_block"].get(part) == SUCCESS) read_block(part, index);
  } else if (is_type(*event, "content_block_delta")) {
    std::string_view piece;
    const bool begun = std::ranges::find(calls_, index, &Call::place) != calls_.end();
    if (begun && (*event)["delta"]["partial_json"].get(piece) == SUCCESS) add(index, {}, piece);
  }
}

std::optional<bool> ToolCalls::good() const {
  if (!read_ || too_much_) return std::nullopt;
  return std::ranges::all_of(calls_, [this](const Call& call) {
    const bool offered = std::ranges::find(*offered_, call.name) != offered_->end();
    return offered && (call.arguments.empty() || parse_object(call.arguments));
  });
}

}  // namespace tollway::dialects
