// Requests with framing that is wrong, and some that only look as if.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::test {

struct FramingCase {
  std::string name;
  std::string bytes;  // "{key}" stands for the gateway's key
};
[[nodiscard]] std::string with_key(std::string bytes, std::string_view key);

// To be refused with 400, and the connection closed: rows C05.
[[nodiscard]] std::vector<FramingCase> malformed_requests();
// To be accepted, each as exactly one request.
[[nodiscard]] std::vector<FramingCase> wellformed_requests();

// A request in order, after which the connection closes: follows the others, to show where they
// end.
[[nodiscard]] std::string closing_request();

// What the upstreams behind it answer.
inline constexpr std::string_view framing_answer =
    R"({"id":"gen-1-test","object":"chat.completion","choices":[]})";

void PrintTo(const FramingCase& request, std::ostream* out);

}  // namespace tollway::test
