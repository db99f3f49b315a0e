#include "gateway_health.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>

#include "base/error.hpp"
#include "client/http_call.hpp"
#include "http/origin.hpp"
#include "settings/serve_settings.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Cell;
using terminal::Style;

constexpr const char* key_variable = "TOLLWAY_GATEWAY_KEY";

Result<json::object> ask(const std::string& url) {
  const auto parsed = http::parse_url(url + "/api/v1/providers/health");
  if (!parsed) return std::unexpected(parsed.error());
  const auto runtime = Runtime::shared();
  if (!runtime) return std::unexpected(runtime.error());
  client::HttpCall call;
  call.origin = parsed->origin;
  call.target = parsed->path;
  if (const char* const key = std::getenv(key_variable)) {
    call.authentication.value = Secret(fmt::format("Bearer {}", key));
  }
  call.addresses = net::AddressPolicy::private_allowed;
  const auto answer = client::http_call(**runtime, std::move(call));
  if (!answer) {
    return upstream_error(answer.error().code,
                          fmt::format("no gateway answers at {}: {}; is `tollway serve` running, "
                                      "and is --gateway its address?",
                                      url, answer.error().message));
  }
  if (answer->status == 401) {
    return client_error(
        Errc::unauthenticated,
        fmt::format("the gateway at {} wants a key; set {} to one of its keys", url, key_variable));
  }
  json::error_code failed;
  auto document = json::parse(answer->body, failed);
  if (failed || answer->status != 200 || !document.is_object() ||
      !document.get_object().contains("data") || !document.at("data").is_array()) {
    return upstream_error(
        Errc::upstream_invalid,
        fmt::format("what answers at {} is no gateway of this version (status {})", url,
                    answer->status));
  }
  return std::move(document.get_object());
}

std::string text_at(const json::value& row, std::string_view pointer) {
  json::error_code failed;
  const auto* const value = row.find_pointer(pointer, failed);
  if (failed || value == nullptr || value->is_null()) return "-";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string number_at(const json::value& row, std::string_view pointer) {
  json::error_code failed;
  const auto* const value = row.find_pointer(pointer, failed);
  return failed || value == nullptr || !value->is_number()
             ? "-"
             : fmt::format("{:.0f}", value->to_number<double>());
}

// "118 of 120"
std::string tools_used_well(const json::value& row) {
  json::error_code failed;
  const auto* const answers = row.find_pointer("/tool_answers_last_2h", failed);
  if (failed || answers == nullptr || !answers->is_object()) return "-";
  const auto good = answers->at("good").to_number<std::int64_t>();
  const auto all = good + answers->at("bad").to_number<std::int64_t>();
  return all == 0 ? "-" : fmt::format("{} of {}", good, all);
}

Cell state_cell(const json::value& row) {
  if (text_at(row, "/key_rests") == "true") return {"its key rests", Style::bad};
  const std::string breaker = text_at(row, "/breaker");
  if (breaker == "closed") return {"well", Style::good};
  return {breaker == "open" ? "resting" : "being probed", Style::bad};
}

void print_table(terminal::Console& console, const json::array& rows) {
  terminal::Table table(
      {{.title = "PROVIDER"},
       {.title = "KEY", .leaves = 1},
       {.title = "MODEL", .width_min = 12},
       {.title = "STATE"},
       {.title = "ANSWERED", .align = terminal::Column::Align::right},
       {.title = "FAILED", .align = terminal::Column::Align::right},
       {.title = "THROTTLED", .align = terminal::Column::Align::right, .leaves = 2},
       {.title = "UP %", .align = terminal::Column::Align::right},
       {.title = "FIRST TOKEN MS", .align = terminal::Column::Align::right, .leaves = 3},
       {.title = "TOKENS/S", .align = terminal::Column::Align::right, .leaves = 3},
       {.title = "TOOLS WELL", .align = terminal::Column::Align::right, .leaves = 4}});
  for (const auto& row : rows) {
    table.add({{text_at(row, "/provider")},
               {text_at(row, "/key")},
               {text_at(row, "/model")},
               state_cell(row),
               {text_at(row, "/requests_last_30m/successes")},
               {text_at(row, "/requests_last_30m/failures")},
               {text_at(row, "/requests_last_30m/throttled")},
               {number_at(row, "/uptime_last_30m")},
               {number_at(row, "/latency_last_30m/p50")},
               {number_at(row, "/throughput_last_30m/p50")},
               {tools_used_well(row)}});
  }
  console.print(table.text(console.out()));
}

}  // namespace

int show_health(terminal::Console& console, const Installation& installation,
                const std::string& url) {
  const auto settings = settings::serve_settings_from(installation.snapshot);
  const bool tls = !settings.tls_certificate_file.empty();
  const auto health =
      ask(!url.empty() ? url : fmt::format("{}://{}", tls ? "https" : "http", settings.listen));
  if (!health) return console.fail(health.error());
  const auto& rows = health->at("data").get_array();
  if (console.json()) {
    console.print_json(*health);
  } else if (rows.empty()) {
    console.note("no endpoint was asked for anything since the gateway started");
  } else {
    print_table(console, rows);
  }
  return exit_ok;
}

}  // namespace tollway
