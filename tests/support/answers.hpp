// The bytes of usual HTTP messages, for scripts that then break them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tollway::test {

using HeaderList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// A whole answer with Content-Length.
[[nodiscard]] std::string answer(int status, std::string_view content_type, std::string_view body,
                                 HeaderList more = {});
// answer() with status 200 and application/json.
[[nodiscard]] std::string json_answer(std::string_view body, HeaderList more = {});
// The head of a chunked text/event-stream answer.
[[nodiscard]] std::string sse_head(HeaderList more = {});
// One HTTP chunk, and the one that ends a body.
[[nodiscard]] std::string chunk(std::string_view bytes);
[[nodiscard]] std::string last_chunk();
// A whole chunked event stream in one piece.
[[nodiscard]] std::string sse_answer(std::string_view events);

// A whole request with Host and, where there is a body, Content-Length and Content-Type.
[[nodiscard]] std::string request(std::string_view method, std::string_view target,
                                  std::string_view body = {}, HeaderList more = {});

}  // namespace tollway::test
