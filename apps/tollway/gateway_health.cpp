#include "gateway_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "gateway_call.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Cell;
using terminal::Style;

Result<json::object> ask(const std::string& url) {
  auto document = ask_gateway({.url = url, .path = "/api/v1/providers/health", .body = {}});
  if (!document) return document;
  const auto* const data = document->if_contains("data");
  const auto has_windows = [](const json::value& row) {
    return row.is_object() && row.get_object().contains("windows");
  };
  if (data == nullptr || !data->is_array() ||
      !std::ranges::all_of(data->get_array(), has_windows)) {
    return std::unexpected(no_gateway(url, 200));
  }
  return document;
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

// "3 broken, 1 throttled"
std::string errors_in(const json::value& window) {
  std::string errors;
  for (const auto& [name, count] : window.at("errors").as_object()) {
    errors += fmt::format("{}{} {}", errors.empty() ? "" : ", ", json::serialize(count),
                          std::string_view(name));
  }
  return errors;
}

bool saw_something(const json::value& window) {
  const auto& requests = window.at("requests").as_object();
  return !window.at("errors").as_object().empty() ||
         std::ranges::any_of(requests, [](const auto& one) {
           return one.value().template to_number<std::int64_t>() > 0;
         });
}

// An endpoint takes a line for each window that saw something, and at least one.
void add_lines(terminal::Table& table, const json::value& row) {
  bool first = true;
  for (const std::string_view name : {"30s", "5m", "30m"}) {
    const auto& window = row.at("windows").at(name);
    if (!saw_something(window) && (name != "30m" || !first)) continue;
    table.add({{first ? text_at(row, "/provider") : ""},
               {first ? text_at(row, "/key") : ""},
               {first ? text_at(row, "/model") : ""},
               first ? state_cell(row) : Cell{},
               {std::string(name), Style::dim},
               {text_at(window, "/requests/successes")},
               {number_at(window, "/uptime")},
               {number_at(window, "/first_byte/p50")},
               {number_at(window, "/latency/p50")},
               {number_at(window, "/throughput/p50")},
               {first ? tools_used_well(row) : ""},
               {errors_in(window), Style::bad}});
    first = false;
  }
}

void print_table(terminal::Console& console, const json::array& rows) {
  using Align = terminal::Column::Align;
  terminal::Table table({{.title = "PROVIDER"},
                         {.title = "KEY", .leaves = 1},
                         {.title = "MODEL", .width_min = 12},
                         {.title = "STATE"},
                         {.title = "LAST", .align = Align::right},
                         {.title = "GOOD", .align = Align::right},
                         {.title = "UP %", .align = Align::right},
                         {.title = "BYTE MS", .align = Align::right, .leaves = 2},
                         {.title = "TOKEN MS", .align = Align::right, .leaves = 3},
                         {.title = "TOKENS/S", .align = Align::right, .leaves = 3},
                         {.title = "TOOLS WELL", .align = Align::right, .leaves = 4},
                         {.title = "ERRORS", .width_min = 12}});
  for (const auto& row : rows) add_lines(table, row);
  console.print(table.text(console.out()));
}

}  // namespace

int show_health(terminal::Console& console, const Installation& installation,
                const std::string& url) {
  const auto health = ask(gateway_url(installation, url));
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
