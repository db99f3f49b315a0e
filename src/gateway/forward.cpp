#include "gateway/forward.hpp"

#include "gateway/relay.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

Result<> read_facts(Request& request) {
  auto facts = read_request(request.body);
  if (!facts) return std::unexpected(facts.error());
  request.facts = std::move(*facts);
  const auto default_model = request.provider.default_model();
  if (request.route->chat && request.facts.model.empty() && !request.facts.has_models) {
    request.spliced_body = with_model(request.body, request.facts, default_model);
    request.body = request.spliced_body;
    request.facts.model = default_model;
  }
  return {};
}

// Lists and the like cost nothing.
bool metered(const Request& request) {
  return request.services.journal != nullptr && request.route->method == "POST";
}

void begin_recording(Request& request, const dispatch::Outgoing& outgoing) {
  recording::Recorder* const recorder = request.services.recorder;
  if (recorder == nullptr) return;
  request.recording = recorder->begin(
      {.id = request.id,
       .method = outgoing.method,
       .path = outgoing.provider.target(outgoing.path, outgoing.query, outgoing.model),
       .body = outgoing.body});
}

void record_head(Request& request, const http::Head& head) {
  if (!request.recording) return;
  request.recording.head(head.status());
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    request.recording.header(head.header(i).name, head.header(i).value);
  }
}

}  // namespace

net::Task<Result<>> forward(Request& request) {
  if (request.route->method == "POST") {
    auto reading = request.exchange.read_body(request.services.options.request_body_bytes_max);
    const auto body = co_await std::move(reading);
    if (!body) co_return std::unexpected(body.error());
    request.body = *body;
    request.bytes_in = body->size();
    if (auto read = read_facts(request); !read) co_return read;
  }

  std::optional<net::ClientCall> call;
  const dispatch::Outgoing outgoing{.provider = request.provider,
                                    .method = request.route->method,
                                    .path = request.route_path,
                                    .query = request.query,
                                    .model = request.facts.model,
                                    .client_head = request.exchange.head(),
                                    .body = request.body,
                                    .observer = metered(request) ? &request.settlement : nullptr};
  begin_recording(request, outgoing);
  auto starting =
      request.services.dispatch.start(outgoing, request.exchange.abort(), call, request.attempts);
  auto started = co_await std::move(starting);
  if (!started) co_return started;
  request.first_byte_at = net::Clock::now();
  request.upstream_status = call->head().status();
  record_head(request, call->head());

  auto relaying = relay(request, *call);
  co_return co_await std::move(relaying);
}

}  // namespace tollway::gateway
