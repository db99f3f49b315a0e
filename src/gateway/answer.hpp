// Answers that the gateway gives by itself.
#pragma once

#include <string>
#include <string_view>

#include "gateway/request.hpp"

namespace tollway::gateway {

// Sends a whole JSON answer with `header_lines` and those that every answer carries, and notes it
// for the access record. `body` must last until then.
[[nodiscard]] net::Task<Result<>> answer_json(Request& request, int status, std::string_view body,
                                              std::string header_lines = {});

// The same of another type.
[[nodiscard]] net::Task<Result<>> answer_whole(Request& request, int status,
                                               std::string_view content_type, std::string_view body,
                                               std::string header_lines = {});

// Appends what every answer of the gateway carries: the request's id under the names that the
// official clients look for, and leave for web pages to read it where they need a key to ask.
void append_own_headers(const Request& request, std::string& lines);

}  // namespace tollway::gateway
