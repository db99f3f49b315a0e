#include "gateway/pipeline.hpp"

#include <fmt/format.h>

#include <array>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "gateway/answer.hpp"
#include "gateway/filters/authenticate.hpp"
#include "gateway/route.hpp"
#include "http/head_writer.hpp"

namespace tollway::gateway {
namespace {

constexpr std::array<std::string_view, 2> mounts{"/api/v1/", "/v1/"};

void split_target(Request& request) {
  const auto target = request.exchange.head().target();
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != target.npos) request.query = target.substr(question + 1);
  request.error_style = error_style_of(request.path);
}

std::string_view below_mount(std::string_view path) {
  for (const std::string_view mount : mounts) {
    if (path.starts_with(mount)) return path.substr(mount.size());
  }
  return {};
}

// HEAD is GET without the body, which the server leaves out.
bool answers(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

// Whether `path` fits a route with "{...}" in it, each of which stands for one segment.
bool fits(std::string_view pattern, std::string_view path,
          std::array<std::string_view, 2>& values) {
  std::size_t count = 0;
  for (;;) {
    const auto wanted = pattern.substr(0, pattern.find('/'));
    const auto segment = path.substr(0, path.find('/'));
    if (wanted.starts_with('{')) {
      if (segment.empty() || count == values.size()) return false;
      values[count++] = segment;
    } else if (wanted != segment) {
      return false;
    }
    const bool last = wanted.size() == pattern.size();
    if (last || segment.size() == path.size()) return last && segment.size() == path.size();
    pattern.remove_prefix(wanted.size() + 1);
    path.remove_prefix(segment.size() + 1);
  }
}

bool has_path(const Route& route, std::string_view path, std::array<std::string_view, 2>& values) {
  return route.path == path || (route.path.contains('{') && fits(route.path, path, values));
}

std::string allowed_methods(std::string_view path) {
  std::string methods;
  std::array<std::string_view, 2> values;
  for (const Route* route : routes::all()) {
    if (!has_path(*route, path, values)) continue;
    methods += route->method == "GET" ? "GET, HEAD, " : fmt::format("{}, ", route->method);
  }
  return methods.empty() ? methods : methods + "OPTIONS";
}

Result<> find_route(Request& request) {
  split_target(request);
  const auto path = below_mount(request.path);
  const auto method = request.exchange.head().method();
  request.route_path = path;
  for (const Route* route : routes::all()) {
    if (route->path != path || !answers(*route, method)) continue;
    request.route = route;
    return {};
  }
  // What follows is rare, so that usual paths pay nothing for it.
  bool path_known = false;
  for (const Route* route : routes::all()) {
    if (!has_path(*route, path, request.path_values)) continue;
    path_known = true;
    if (!answers(*route, method)) continue;
    request.route = route;
    return {};
  }
  if (path_known) {
    return client_error(Errc::method_not_allowed,
                        fmt::format("{} does not answer {}", request.path, method));
  }
  return client_error(Errc::not_found, fmt::format("there is no route {}", request.path));
}

Result<> authenticate(Request& request) {
  if (request.route->open) return {};
  return filters::authenticate(request);
}

// A loop that is late gets later with everything it takes on. What only reads costs little, and
// tells the operator what is going on.
Result<> admit(const Request& request) {
  if (request.route->method == "GET") return {};
  const auto late = request.services.loop.queue_delay().judge(request.arrived);
  if (late < request.services.options.queue_delay_max) return {};
  return std::unexpected(
      Error{Errc::overloaded, Source::internal, Retry::same,
            "the gateway has more requests than it can serve now; try again in a second",
            fmt::format("requests wait {} ms for their turn",
                        std::chrono::duration_cast<std::chrono::milliseconds>(late).count())});
}

// Browsers ask before they send; anybody may know which methods there are. Without authentication
// no page of another site is let in.
net::Task<Result<>> answer_options(Request& request) {
  split_target(request);
  std::string lines;
  http::HeadWriter writer(lines);
  const auto below = below_mount(request.path);
  const auto methods = allowed_methods(below);
  writer.header("Allow", methods.empty() ? "OPTIONS" : methods);
  if (request.services.options.authenticate && !methods.empty()) {
    writer.header("Access-Control-Allow-Origin", "*")
        .header("Access-Control-Allow-Methods", methods)
        .header("Access-Control-Allow-Headers", "*, Authorization")
        .header("Access-Control-Max-Age", "86400");
  }
  request.status = 204;
  auto responding = request.exchange.respond({.status = 204, .header_lines = lines}, {});
  co_return co_await std::move(responding);
}

net::Task<Result<>> refuse(Error error) {
  co_return std::unexpected(std::move(error));
}

// The phases. What each one leaves behind is in request.hpp.
net::Task<Result<>> serve(Request& request) {
  if (request.exchange.head().method() == "OPTIONS") return answer_options(request);
  auto admitted = find_route(request);
  if (admitted) admitted = authenticate(request);
  if (admitted) admitted = admit(request);
  return admitted ? request.route->serve(request) : refuse(std::move(admitted.error()));
}

net::Task<> answer_error(Request& request, const Error& error) {
  const int status = http_status(error.code);
  std::string lines;
  http::HeadWriter writer(lines);
  if (error.code == Errc::method_not_allowed) {
    writer.header("Allow", allowed_methods(below_mount(request.path)));
  }
  if (status == 503) {
    writer.header("Retry-After",
                  std::to_string(request.retry_after.value_or(std::chrono::seconds(1)).count()));
  }
  const std::string body = error_body(error, status, request.error_style, request.id);
  auto answering = answer_json(request, status, body, std::move(lines));
  // A client that has gone meanwhile changes nothing about what is recorded.
  std::ignore = co_await std::move(answering);
}

void write_access_record(const Request& request) {
  const auto since_arrival =
      [&request](const std::optional<net::TimePoint>& at) -> std::optional<net::Duration> {
    if (!at) return std::nullopt;
    return *at - request.arrived;
  };
  const bool dispatched = request.attempts > 0;
  const auto& facts = request.facts;
  const Attempt& attempt = *request.attempt;
  observe::AccessRecord record{
      .id = request.id,
      .key_label = request.key != nullptr ? std::string_view(request.key->label) : "",
      .method = request.exchange.head().method(),
      .route = request.route != nullptr ? request.route->path : "",
      .model = facts.model.empty() ? attempt.progress.model : facts.model,
      .provider = dispatched ? attempt.provider->key() : "",
      .upstream_id = attempt.progress.id,
      .status = request.status,
      .outcome = attempt.failure ? name_of(*attempt.failure) : "ok",
      .attempts = request.attempts,
      .stream = facts.stream || attempt.streamed,
      .usage = attempt.progress.usage,
      .connect = std::nullopt,
      .first_byte = since_arrival(attempt.first_byte_at),
      .first_token = since_arrival(attempt.first_token_at),
      .total = net::Clock::now() - request.arrived,
      .bytes_in = request.bytes_in,
      .bytes_out = request.bytes_out,
      .explanation = request.explanation,
  };
  if (dispatched) record.connect = attempt.times.connect;
  request.services.access_log.append(record);
}

}  // namespace

net::Task<> Pipeline::handle(net::ServerExchange& exchange) {
  const auto made = requests_.make(exchange, services_);
  Request& request = *made;
  request.id = new_request_id();
  auto serving = serve(request);
  const auto served = co_await std::move(serving);
  if (!served) {
    const Error& error = served.error();
    request.attempt->failure = error.code;
    if (!error.context.empty())
      log::warning("{}: {}: {}", request.id, error.message, error.context);
    // Before the client is told anything.
    if (request.settlement.must_count(*request.attempt)) {
      auto counting = request.settlement.count(*request.attempt);
      co_await std::move(counting);
    }
    request.settlement.finish(*request.attempt);
    if (error.code != Errc::cancelled && !exchange.begun()) {
      auto answering = answer_error(request, error);
      co_await std::move(answering);
    }
  }
  request.settlement.finish(*request.attempt);
  write_access_record(request);
}

std::string Pipeline::error_body(const Error& error, int status) {
  return gateway::error_body(error, status, ErrorStyle::openrouter, {});
}

}  // namespace tollway::gateway
