#include "spending/openrouter_account.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/error.hpp"
#include "client/http_call.hpp"
#include "client/provider_access.hpp"
#include "client/provider_facts.hpp"
#include "moments.hpp"
#include "provider_list.hpp"

namespace tollway::spending {
namespace {

using simdjson::ondemand::object;

constexpr std::size_t id_bytes_max = 200;

std::unexpected<Error> unreadable(std::string_view what) {
  return upstream_error(Errc::upstream_invalid,
                        fmt::format("OpenRouter's answer is none to GET {}", what));
}

// Members are looked for in any order; each function leaves `into` as it is and says false where
// there is none of that kind.
bool read(object& from, const char* name, std::string& into) {
  std::string_view text;
  if (from.find_field_unordered(name).get_string().get(text) != simdjson::SUCCESS) return false;
  into = text;
  return true;
}

bool read(object& from, const char* name, std::int64_t& into) {
  std::int64_t number = 0;
  if (from.find_field_unordered(name).get_int64().get(number) != simdjson::SUCCESS) return false;
  into = number;
  return number >= 0;
}

bool read(object& from, const char* name, Money& into) {
  simdjson::ondemand::value value;
  if (from.find_field_unordered(name).get(value) != simdjson::SUCCESS) return false;
  std::string_view digits = value.raw_json_token();
  digits = digits.substr(0, digits.find_last_not_of(" \t\r\n") + 1);
  const auto amount = Money::parse(digits);
  if (amount) into = *amount;
  return amount.has_value();
}

std::optional<std::int64_t> count(object& from, const char* name) {
  std::int64_t number = 0;
  return read(from, name, number) ? std::optional(number) : std::nullopt;
}

bool read(object& from, ActivityRow& row) {
  std::string date;
  const bool whole = read(from, "date", date) && read(from, "model", row.model) &&
                     read(from, "requests", row.requests) &&
                     read(from, "prompt_tokens", row.input) &&
                     read(from, "completion_tokens", row.output) && read(from, "usage", row.cost);
  if (!read(from, "model_permaslug", row.permaslug)) row.permaslug = row.model;
  static_cast<void>(read(from, "byok_usage_inference", row.byok));  // older answers have none
  // Some dates have come with a time behind them.
  const auto day = parse_day(std::string_view(date).substr(0, 10));
  if (day) row.day = *day;
  return whole && day.has_value();
}

Result<client::HttpAnswer> ask(const Installation& installation, const Secret* key,
                               const std::string& path) {
  const auto provider = installation.provider("openrouter");
  if (!provider) return std::unexpected(provider.error());
  const auto description = description_of(*provider);
  const auto facts = ProviderMaker::facts(description);
  const auto access = client::access_with(*facts, key, installation.snapshot, true);
  if (!access) return std::unexpected(access.error());
  const auto runtime = Runtime::shared();
  if (!runtime) return std::unexpected(runtime.error());
  client::HttpCall call;
  call.origin = access->base_url.url.origin;
  call.target = access->base_url.target(path);
  call.authentication = client::authentication_of(*description, access->key, false);
  call.headers = client::headers_of(*description);
  call.addresses = access->addresses;
  return client::http_call(**runtime, std::move(call));
}

std::unexpected<Error> refused(int status, std::string_view what, std::string_view hint) {
  return upstream_error(Errc::upstream_error,
                        fmt::format("OpenRouter answered {} to GET {}{}", status, what, hint));
}

}  // namespace

Result<std::vector<ActivityRow>> read_activity(std::string_view body) {
  const simdjson::padded_string padded(body);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::array list;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.find_field_unordered("data").get_array().get(list) != simdjson::SUCCESS) {
    return unreadable("activity");
  }
  std::vector<ActivityRow> rows;
  for (auto element : list) {
    object fields;
    if (element.get_object().get(fields) != simdjson::SUCCESS ||
        !read(fields, rows.emplace_back())) {
      return unreadable("activity");
    }
  }
  return rows;
}

Result<Generation> read_generation(std::string_view body) {
  const simdjson::padded_string padded(body);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  object fields;
  Generation generation;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.find_field_unordered("data").get_object().get(fields) != simdjson::SUCCESS ||
      !read(fields, "model", generation.model) || !read(fields, "total_cost", generation.cost)) {
    return unreadable("generation");
  }
  // Tollway's own answer to the question: its cost is a part where it does not know the rest.
  bool known = true;
  if (fields.find_field_unordered("cost_known").get_bool().get(known) == simdjson::SUCCESS &&
      !known) {
    return unreadable("generation");
  }
  bool is_byok = false;
  if (fields.find_field_unordered("is_byok").get_bool().get(is_byok) == simdjson::SUCCESS) {
    generation.is_byok = is_byok;
  }
  Money upstream;
  if (read(fields, "upstream_inference_cost", upstream)) generation.upstream_cost = upstream;
  generation.input = count(fields, "native_tokens_prompt");
  generation.output = count(fields, "native_tokens_completion");
  return generation;
}

Result<std::vector<ActivityRow>> fetch_activity(const Installation& installation,
                                                const ActivityQuery& query) {
  const Secret* const key = installation.snapshot.secret("llm.openrouter.management_key");
  if (key == nullptr) {
    return client_error(
        Errc::not_configured,
        "OpenRouter tells an account's activity to a management key alone, which is another than "
        "the one that calls are made with: make one in its settings and set "
        "llm.openrouter.management_key or the environment variable OPENROUTER_MANAGEMENT_KEY");
  }
  std::string path = "activity";
  if (query.day) path += "?date=" + day_text(*query.day);
  if (!query.key_hash.empty()) {
    path += (query.day ? "&api_key_hash=" : "?api_key_hash=") + query.key_hash;
  }
  const auto answer = ask(installation, key, path);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 401 || answer->status == 403) {
    return refused(answer->status, "activity",
                   ": llm.openrouter.management_key is no management key of the account");
  }
  if (answer->status != 200) return refused(answer->status, "activity", "");
  return read_activity(answer->body);
}

Result<std::optional<Generation>> fetch_generation(const Installation& installation,
                                                   std::string_view id) {
  const Secret* const key = installation.snapshot.secret("llm.openrouter.api_key");
  const auto answer = ask(installation, key, fmt::format("generation?id={}", id));
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 404) return std::nullopt;
  if (answer->status != 200) return refused(answer->status, "generation", "");
  auto generation = read_generation(answer->body);
  if (!generation) return std::unexpected(std::move(generation.error()));
  return std::move(*generation);
}

bool is_generation_id(std::string_view id) noexcept {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !id.empty() && id.size() <= id_bytes_max &&
         id.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace tollway::spending
