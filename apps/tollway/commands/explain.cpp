#include "commands/explain.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "commands/shared_options.hpp"
#include "explanation.hpp"
#include "gateway_call.hpp"
#include "installation.hpp"
#include "routing/strategy.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Style;

struct Options {
  SharedOptions shared;
  Explained asked;
  std::string body;  // a file, or "-"
  bool asks_gateway = false;
  std::string gateway;  // URL; empty: where the settings say that it listens
};

Result<std::string> read_input(const std::string& name) {
  if (name.empty()) return std::string();
  if (name == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(name, std::ios::binary);
  if (!file) return client_error(Errc::not_found, fmt::format("cannot read {}", name));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string text_in(const json::object& row, std::string_view name) {
  const auto* const value = row.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

constexpr double milliseconds = 1000;

std::string cost_in(const json::object& row) {
  const std::string cost = text_in(row, "expected_cost");
  return cost.empty() ? "?" : cost == "0" ? "free" : "$" + cost;
}

// Why it is where it is: dropped, or behind others.
std::string why(const json::object& row) {
  std::string reasons = text_in(row, "dropped");
  if (!reasons.empty()) return reasons;
  if (const auto* const behind = row.if_contains("behind_others_for")) {
    for (const auto& reason : behind->as_array()) {
      reasons += (reasons.empty() ? "behind others: " : ", ") + std::string(reason.as_string());
    }
  }
  return reasons.empty() && row.contains("drawn") ? "drawn by chance" : reasons;
}

// "97" of 96.6; "-" where it was not measured.
std::string number_in(const json::value& row, std::string_view pointer, double factor = 1) {
  json::error_code failed;
  const auto* const value = row.find_pointer(pointer, failed);
  if (failed || value == nullptr || !value->is_number()) return "-";
  return fmt::format("{:.0f}", factor * value->to_number<double>());
}

std::string breaker_in(const json::object& row) {
  const auto* const rests = row.if_contains("key_rests");
  if (rests != nullptr && rests->is_bool() && rests->get_bool()) return "key rests";
  return text_in(row, "breaker");
}

// How many would be asked.
std::size_t print_table(terminal::Console& console, const json::object& document) {
  using Align = terminal::Column::Align;
  terminal::Table table({{.title = "PLACE", .align = Align::right},
                         {.title = "PROVIDER"},
                         {.title = "KEY", .leaves = 2},
                         {.title = "MODEL", .width_min = 16},
                         {.title = "COST", .align = Align::right, .leaves = 1},
                         {.title = "UP %", .align = Align::right, .leaves = 3},
                         {.title = "TOKEN MS", .align = Align::right, .leaves = 3},
                         {.title = "TOKENS/S", .align = Align::right, .leaves = 4},
                         {.title = "LOAD MS", .align = Align::right, .leaves = 5},
                         {.title = "BREAKER", .leaves = 2},
                         {.title = "WHY", .width_min = 12}});
  std::size_t places = 0;
  for (const auto& value : document.at("candidates").as_array()) {
    const auto& row = value.as_object();
    const auto* const place = row.if_contains("place");
    const bool stays = place != nullptr && place->is_int64();
    places += stays ? 1 : 0;
    table.add({{stays ? fmt::format("{}", place->get_int64()) : "-"},
               {text_in(row, "provider"), stays ? Style::plain : Style::dim},
               {text_in(row, "key"), Style::dim},
               {text_in(row, "model"), stays ? Style::plain : Style::dim},
               {cost_in(row), Style::dim},
               {number_in(value, "/uptime_last_30m"), Style::dim},
               {number_in(value, "/latency_last_5m/p50", milliseconds), Style::dim},
               {number_in(value, "/throughput_last_5m/p50"), Style::dim},
               {number_in(value, "/load", milliseconds), Style::dim},
               {breaker_in(row), breaker_in(row) == "closed" ? Style::dim : Style::warning},
               {why(row), stays ? Style::dim : Style::warning}});
  }
  console.print(table.text(console.out()));
  return places;
}

std::size_t count_places(const json::object& document) {
  std::size_t places = 0;
  for (const auto& row : document.at("candidates").as_array()) {
    places += row.at("place").is_int64() ? 1 : 0;
  }
  return places;
}

int run(Options& options) {
  terminal::Console console(options.shared.console());
  auto body = read_input(options.body);
  if (!body) return console.fail(body.error());
  options.asked.body = std::move(*body);
  const auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  const auto document =
      options.asks_gateway
          ? explanation_by(gateway_url(*installation, options.gateway), options.asked)
          : explanation(*installation, options.asked);
  if (!document) return console.fail(document.error());
  if (console.json()) {
    console.print_json(*document);
    return count_places(*document) > 0 ? exit_ok : exit_failed;
  }
  if (print_table(console, *document) > 0) {
    console.note(fmt::format("strategy: {}", text_in(*document, "strategy")), Style::dim);
    return exit_ok;
  }
  console.note("nobody may serve this request", Style::warning);
  return exit_failed;
}

}  // namespace

void add_explain_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand(
      "explain", "Show who would serve a request, in which order, and why not the others");
  command->add_option("MODEL", options->asked.model,
                      "Model (default: that of the body, else of the settings)");
  command
      ->add_option("--body", options->body,
                   "A request's JSON, whose \"provider\", \"models\" and the like count; - is "
                   "standard input")
      ->type_name("FILE");
  command->add_option("--route", options->asked.route, "Where it would be posted to")
      ->type_name("ROUTE")
      ->check(CLI::IsMember(
          {"chat/completions", "completions", "responses", "messages", "embeddings", "rerank"}));
  command
      ->add_option_function<std::string>(
          "--gateway",
          [options](const std::string& url) {
            options->asks_gateway = true;
            options->gateway = url;
          },
          "Ask the running gateway, which goes by what it has measured and sends nothing, with the "
          "key in TOLLWAY_GATEWAY_KEY (without a URL: where the settings say that it listens)")
      ->type_name("URL")
      ->expected(0, 1)
      ->default_str("");
  std::vector<std::string> strategies;
  for (const auto* strategy : routing::strategies::all()) strategies.emplace_back(strategy->name);
  command
      ->add_option("--strategy", options->asked.strategy,
                   "By what candidates are ordered where the body leaves that open, as the header "
                   "X-Tollway-Strategy has it (default: as the settings say)")
      ->type_name("NAME")
      ->check(CLI::IsMember(std::move(strategies)))
      ->excludes("--gateway");
  add_shared_options(*command, options->shared);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
