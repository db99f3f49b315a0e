#include "client/provider_models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "client/waiting.hpp"
#include "providers/local_status.hpp"
#include "providers/model_list.hpp"

namespace tollway::client {
namespace {

constexpr std::size_t status_bytes_max = 1024 * 1024;

HttpCall call_to(const ProviderFacts& facts, const ProviderAccess& access, std::string target) {
  HttpCall call;
  call.origin = access.base_url.url.origin;
  call.target = std::move(target);
  call.authentication = authentication_of(*facts.description, access.key, true);
  call.headers = headers_of(*facts.description);
  call.addresses = access.addresses;
  call.timeout = model_list_timeout;
  call.answer_bytes_max = providers::model_list_bytes_max;
  return call;
}

Result<> check_status(const ProviderFacts& facts, const ProviderAccess& access, int status) {
  if (status >= 200 && status < 300) return {};
  const std::string who =
      fmt::format("{} at {}", facts.info.provider_name, access.base_url.url.origin.to_string());
  if (status == 401 || status == 403) {
    return upstream_error(Errc::unauthenticated,
                          access.key.empty()
                              ? fmt::format("{} wants an API key for its list of models ({}): {}",
                                            who, status, how_to_set_key(facts))
                              : fmt::format("{} refused the API key ({}): {} to a valid one", who,
                                            status, how_to_set_key(facts)));
  }
  if (status >= 300 && status < 400) {
    return upstream_error(Errc::upstream_error,
                          fmt::format("{} answered {}; redirects are not followed: set {} to where "
                                      "it leads",
                                      who, status, facts.info.base_url_setting));
  }
  return upstream_error(Errc::upstream_error,
                        fmt::format("{} answered {} when asked for its models{}", who, status,
                                    status == 404 ? "; is the base URL right?" : ""));
}

// All side by side. An answer that does not come has the status 0.
std::vector<Result<HttpAnswer>> ask(Runtime& runtime, std::vector<HttpCall> calls) {
  std::vector<std::future<Result<HttpAnswer>>> coming;
  for (HttpCall& call : calls) {
    // Shared, for the runtime's thread may still be leaving it when this one has gone on.
    auto promise = std::make_shared<std::promise<Result<HttpAnswer>>>();
    coming.push_back(promise->get_future());
    async_http_call(runtime, std::move(call), [promise](Result<HttpAnswer> answer) {
      promise->set_value(std::move(answer));
    });
  }
  std::vector<Result<HttpAnswer>> answers;
  answers.reserve(coming.size());
  for (auto& future : coming) answers.push_back(future.get());
  return answers;
}

// The first answer decides, so its error is what people are told.
Result<providers::LocalStatus> ask_status(Runtime& runtime, const ProviderFacts& facts,
                                          const ProviderAccess& access) {
  if (runtime.parts().on_own_thread()) {
    return internal_error("a server was probed in a callback on the runtime's own thread");
  }
  std::vector<HttpCall> calls;
  for (auto& target : providers::status_targets(*facts.description, access.base_url)) {
    HttpCall call = call_to(facts, access, std::move(target));
    call.timeout = probe_timeout;
    call.answer_bytes_max = status_bytes_max;
    calls.push_back(std::move(call));
  }
  const auto came = ask(runtime, std::move(calls));
  if (!came.front() && came.front().error().code != Errc::upstream_too_large) {
    return std::unexpected(came.front().error());
  }
  std::vector<providers::StatusAnswer> answers;
  for (const auto& answer : came) {
    if (answer) {
      answers.push_back({.status = answer->status, .body = answer->body});
    } else {
      answers.push_back({.status = &answer == &came.front() ? 200 : 0, .body = {}});
    }
  }
  return providers::read_status(facts.description->status, answers);
}

// Ollama's list tells what is installed, its status what is in memory.
void mark_loaded(Runtime& runtime, const ProviderFacts& facts, const ProviderAccess& access,
                 std::vector<ModelInfo>& models) {
  if (facts.description->status != providers::StatusKind::ollama) return;
  const auto status = ask_status(runtime, facts, access);
  if (!status) return;
  for (ModelInfo& model : models) {
    model.loaded = std::ranges::find(status->loaded, model.id) != status->loaded.end();
  }
}

Result<> judge_key(const ProviderFacts& facts, int status) {
  if (status >= 200 && status < 300) return {};
  const std::string& name = facts.info.provider_name;
  if (status == 401 || status == 403) {
    return client_error(Errc::unauthenticated,
                        fmt::format("{} refuses this key (status {})", name, status));
  }
  return upstream_error(
      Errc::upstream_error,
      fmt::format("{} cannot tell whether it accepts this key (status {})", name, status));
}

}  // namespace

Result<> check_key(const ProviderFacts& facts, const ProviderAccess& access) {
  const auto& own_path = facts.description->api_key.check_path;
  auto runtime = Runtime::shared();
  if (!runtime) return std::unexpected(std::move(runtime.error()));
  HttpCall call =
      call_to(facts, access,
              access.base_url.target(own_path.empty() ? facts.description->models.path : own_path));
  if (!own_path.empty()) {
    call.authentication = authentication_of(*facts.description, access.key, false);
  }
  const auto answer = http_call(**runtime, std::move(call));
  if (!answer) return std::unexpected(answer.error());
  return judge_key(facts, answer->status);
}

Result<std::vector<ModelInfo>> fetch_models(const ProviderFacts& facts,
                                            const ProviderAccess& access) {
  const auto& description = *facts.description;
  if (!description.models.names.empty()) return providers::named_models(description);
  auto runtime = Runtime::shared();
  if (!runtime) return std::unexpected(std::move(runtime.error()));
  auto answer =
      http_call(**runtime, call_to(facts, access, access.base_url.target(description.models.path)));
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (auto checked = check_status(facts, access, answer->status); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto models = providers::read_model_list(description, answer->body);
  if (!models) return models;
  for (ModelInfo& model : *models) model.provider = facts.info.provider_key;
  mark_loaded(**runtime, facts, access, *models);
  facts.lists->remember(*models);
  return models;
}

Availability unavailable(std::string reason) {
  Availability availability;
  availability.reason = std::move(reason);
  return availability;
}

Availability probe(const ProviderFacts& facts, const ProviderAccess& access) {
  auto runtime = Runtime::shared();
  if (!runtime) return unavailable(runtime.error().message);
  const auto status = ask_status(**runtime, facts, access);
  const auto where = access.base_url.to_string();
  if (!status) {
    return unavailable(fmt::format("{} does not answer at {}: {}; start it, or set {}",
                                   facts.info.provider_name, where, status.error().message,
                                   facts.info.base_url_setting));
  }
  Availability availability{.available = status->reachable,
                            .reason = {},
                            .queued = status->queued,
                            .loading = status->loading};
  if (status->loading.value_or(false)) {
    availability.reason =
        fmt::format("{} at {} is loading a model", facts.info.provider_name, where);
  }
  return availability;
}

}  // namespace tollway::client
