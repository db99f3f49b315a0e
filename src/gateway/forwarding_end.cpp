#include <fmt/format.h>

#include <algorithm>

#include "dialects/json_reader.hpp"
#include "gateway/forwarding.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

// ": too many requests", where an error says something; as far as a client may want to know.
std::string said_in(std::string_view body) {
  constexpr std::size_t said_bytes_max = 1000;
  const auto object = dialects::parse_object(body);
  simdjson::dom::object error;
  std::string_view message;
  if (!object || (*object)["error"].get(error) != simdjson::SUCCESS ||
      error["message"].get(message) != simdjson::SUCCESS || message.size() > said_bytes_max) {
    return {};
  }
  return fmt::format(": {}", message);
}

void replace_header(std::string& lines, std::string_view name, std::string_view value) {
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find("\r\n", at), lines.size());
    const auto colon = std::min(lines.find(':', at), end);
    if (http::equals_ignoring_case(std::string_view(lines).substr(at, colon - at), name)) {
      lines.replace(colon, end - colon, fmt::format(": {}", value));
      return;
    }
    at = end + 2;
  }
}

}  // namespace

net::Task<Result<>> Forwarding::give_up(net::TimePoint until) {
  if (request_.attempt->refusal) return pass_refusal();
  if (error_) return end_begun(std::move(*error_));
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(until - net::Clock::now());
  request_.retry_after = std::max(seconds, std::chrono::seconds(1));
  return end_begun({Errc::overloaded,
                    Source::internal,
                    Retry::elsewhere,
                    "every provider of this model is resting after failures, or asked as often as "
                    "its limits allow; try again when Retry-After is over",
                    {}});
}

// What the last one said, in its own words.
net::Task<Result<>> Forwarding::pass_refusal() {
  Attempt& attempt = *request_.attempt;
  Refusal& refusal = *attempt.refusal;
  if (request_.exchange.begun() && refusal.streamed != request_.streamed) {
    auto ending = end_begun({Errc::upstream_error,
                             Source::upstream,
                             Retry::never,
                             fmt::format("the provider answered with status {}{}", refusal.status,
                                         said_in(refusal.body)),
                             {}});
    co_return co_await std::move(ending);
  }
  // By then somebody may have room, whoever refused last.
  if (refusal.retry_after && soonest_ < refusal.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*soonest_);
    replace_header(refusal.header_lines, "retry-after", fmt::format("{}", seconds.count()));
  }
  if (!request_.exchange.begun()) request_.status = refusal.status;
  request_.settlement.finish(attempt);
  attempt.committed = true;
  request_.bytes_out += refusal.body.size();
  const net::Answer answer{.status = refusal.status,
                           .content_type = refusal.content_type,
                           .header_lines = refusal.header_lines};
  if (refusal.streamed && !request_.exchange.begun()) request_.exchange.begin(answer);
  auto responding = request_.exchange.begun() ? request_.exchange.finish(refusal.body)
                                              : request_.exchange.respond(answer, refusal.body);
  co_return co_await std::move(responding);
}

// Where nothing has begun the pipeline answers. Else only what keeps a client waiting has gone out,
// with a status of 200 that cannot be taken back.
net::Task<Result<>> Forwarding::end_begun(Error error) {
  Attempt& attempt = *request_.attempt;
  attempt.failure = error.code;
  if (!request_.exchange.begun()) co_return std::unexpected(std::move(error));
  if (request_.settlement.must_count(attempt)) {
    auto counting = request_.settlement.count(attempt);
    co_await std::move(counting);
  }
  request_.settlement.finish(attempt);
  const std::string body =
      request_.streamed
          ? request_.route->dialect().error_event(error, attempt.progress)
          : error_body(error, http_status(error.code), request_.error_style, request_.id);
  request_.bytes_out += body.size();
  auto finishing = request_.exchange.finish(body);
  co_return co_await std::move(finishing);
}

}  // namespace tollway::gateway
