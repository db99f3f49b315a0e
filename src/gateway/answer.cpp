#include "gateway/answer.hpp"

#include <utility>

#include "http/head_writer.hpp"

namespace tollway::gateway {

net::Task<Result<>> answer_json(Request& request, int status, std::string_view body,
                                std::string header_lines) {
  return answer_whole(request, status, "application/json", body, std::move(header_lines));
}

net::Task<Result<>> answer_whole(Request& request, int status, std::string_view content_type,
                                 std::string_view body, std::string header_lines) {
  request.status = status;
  request.bytes_out += body.size();
  append_own_headers(request, header_lines);
  const net::Answer answer{
      .status = status, .content_type = content_type, .header_lines = header_lines};
  auto responding = request.exchange.respond(answer, body);
  co_return co_await std::move(responding);
}

void append_own_headers(const Request& request, std::string& lines) {
  http::HeadWriter writer(lines);
  writer.header("X-Request-Id", request.id).header("Request-Id", request.id);
  if (request.tells_explanation && !request.explanation.empty()) {
    const bool fits = request.explanation.size() <= limits::explanation_bytes_max;
    writer.header("X-Tollway-Explain", fits ? std::string_view(request.explanation)
                                            : R"({"error":"too long for a header"})");
  }
  if (!request.services.options.authenticate) return;
  lines +=
      "Access-Control-Allow-Origin: *\r\n"
      "Access-Control-Expose-Headers: X-Request-Id, X-Generation-Id, X-Tollway-Explain, "
      "Retry-After\r\n";
}

}  // namespace tollway::gateway
