// What the chat dialects have in common, and the flow of a request through one of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "demo/question.hpp"
#include "demo/reply.hpp"

namespace tollway::demo {

// Writes one reply as a stream of events, in this order: open(), token() for each, close(). After a
// token, error() may end it instead. Each returns whole events, none or several.
class Encoder {
 public:
  virtual ~Encoder() = default;
  [[nodiscard]] virtual std::string open() = 0;
  [[nodiscard]] virtual std::string token(std::string_view token) = 0;
  [[nodiscard]] virtual std::string close() = 0;
  [[nodiscard]] virtual std::string error(int status, std::string_view message) = 0;
};

struct Dialect {
  Result<Conversation> (*read)(const boost::json::object& request);
  std::string (*whole)(const Reply& reply, const boost::json::object& request);
  // Reply and request outlive the encoder.
  std::unique_ptr<Encoder> (*encoder)(const Reply& reply, const boost::json::object& request);
  std::string (*error)(int status, std::string_view message);
};

// Reads, replies, and misbehaves as the triggers say.
[[nodiscard]] Answer converse(const Dialect& dialect, const Question& question);

}  // namespace tollway::demo
