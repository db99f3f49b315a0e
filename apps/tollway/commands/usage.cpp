#include "commands/usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "base/error.hpp"
#include "commands/shared_options.hpp"
#include "moments.hpp"
#include "spending/usage.hpp"
#include "terminal/bar_chart.hpp"
#include "terminal/csv.hpp"
#include "terminal/json_value.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using ledger::UsageRow;
using spending::By;
using spending::Days;
using spending::Usage;
using spending::UsageFound;
using terminal::Style;
using Align = terminal::Column::Align;

constexpr int days_shown = 30;
constexpr int days_shown_by_hour = 2;

struct Options {
  SharedOptions shared;
  spending::DayOptions days;
  spending::Filter filter;
  std::string by = "day";
  std::string format = "table";
  bool chart = false;
  std::string of = "cost";
};

By by_of(const std::string& name) {
  return name == "hour"       ? By::hour
         : name == "model"    ? By::model
         : name == "provider" ? By::provider
         : name == "key"      ? By::key
                              : By::day;
}

std::string label_of(const Usage& usage) {
  return usage.name.empty() ? "(no key)" : usage.name;
}

// The numbers of a row, by the names that CSV and JSON have for them.
std::vector<std::pair<std::string_view, std::int64_t>> counts_of(const UsageRow& sums) {
  return {{"requests", sums.requests},
          {"attempts", sums.attempts},
          {"failed", sums.failed},
          {"cancelled", sums.cancelled},
          {"estimated", sums.estimated},
          {"unknown", sums.unknown},
          {"differing", sums.differing},
          {"input_tokens", sums.input},
          {"output_tokens", sums.output},
          {"cache_read_tokens", sums.cache_read},
          {"cache_write_tokens", sums.cache_write},
          {"reasoning_tokens", sums.reasoning}};
}

std::vector<std::pair<std::string_view, std::optional<Money>>> amounts_of(const UsageRow& sums) {
  return {{"cost", spending::cost_of(sums)},
          {"billed", sums.billed},
          {"computed", sums.computed},
          {"byok", sums.byok}};
}

json::object described(const UsageRow& sums) {
  json::object row;
  for (const auto& [name, count] : counts_of(sums)) row[name] = count;
  for (const auto& [name, amount] : amounts_of(sums)) {
    row[name] = amount ? json::value(amount->to_string()) : json::value(nullptr);
  }
  return row;
}

void print_json(terminal::Console& console, By by, const Days& days, const UsageFound& found) {
  json::array rows;
  for (const auto& usage : found.rows) {
    json::object row{{spending::name_of(by), usage.name}};
    for (auto& [name, value] : described(usage.sums)) row[name] = std::move(value);
    rows.push_back(std::move(row));
  }
  console.print_json(json::object{{"from", day_text(days.from)},
                                  {"to", day_text(days.until)},
                                  {"by", terminal::json_text(spending::name_of(by))},
                                  {"rows", std::move(rows)},
                                  {"total", described(found.total.sums)}});
}

void print_csv(terminal::Console& console, By by, const UsageFound& found) {
  std::vector<std::string> fields{std::string(spending::name_of(by))};
  for (const auto& [name, count] : counts_of({})) fields.emplace_back(name);
  for (const auto& [name, amount] : amounts_of({})) fields.emplace_back(name);
  console.print(terminal::csv_line(fields));
  for (const auto& usage : found.rows) {
    fields.assign(1, usage.name);
    for (const auto& [name, count] : counts_of(usage.sums)) fields.push_back(std::to_string(count));
    for (const auto& [name, amount] : amounts_of(usage.sums)) {
      fields.push_back(amount ? amount->to_string() : "");
    }
    console.print(terminal::csv_line(fields));
  }
}

void print_table(terminal::Console& console, By by, const UsageFound& found) {
  const bool some_unknown = found.total.sums.unknown > 0;
  std::string title(spending::name_of(by));
  std::ranges::transform(title, title.begin(), [](char c) { return static_cast<char>(c - 32); });
  std::vector<terminal::Column> columns{{.title = std::move(title), .width_min = 10},
                                        {.title = "REQUESTS", .align = Align::right, .leaves = 4},
                                        {.title = "TOKENS IN", .align = Align::right, .leaves = 2},
                                        {.title = "OUT", .align = Align::right, .leaves = 3},
                                        {.title = "COST", .align = Align::right}};
  if (some_unknown) {
    columns.push_back({.title = "UNKNOWN", .align = Align::right, .leaves = 1});
  }
  terminal::Table table(std::move(columns));
  const auto add = [&](const std::string& label, const UsageRow& sums, Style style) {
    const auto cost = spending::cost_of(sums);
    std::vector<terminal::Cell> cells{{label, style},
                                      {std::to_string(sums.requests)},
                                      {std::to_string(sums.input)},
                                      {std::to_string(sums.output)},
                                      {spending::cost_shown(sums), cost ? style : Style::warning}};
    if (some_unknown) {
      cells.push_back({sums.unknown > 0 ? std::to_string(sums.unknown) : "", Style::warning});
    }
    table.add(std::move(cells));
  };
  for (const auto& usage : found.rows) add(label_of(usage), usage.sums, Style::plain);
  if (found.rows.size() > 1) add("together", found.total.sums, Style::bold);
  console.print(table.text(console.out()));
}

// A day on which nothing happened is one, too, and so is an hour: without it a chart would lie
// about time.
std::vector<Usage> with_every_time(By by, const std::vector<Usage>& rows) {
  std::vector<Usage> all;
  for (const auto& usage : rows) {
    while (!all.empty()) {
      const std::int64_t next = all.back().sums.time + 1;
      if (next >= usage.sums.time) break;
      all.push_back({spending::time_name(by, next), {}});
      all.back().sums.time = next;
    }
    all.push_back(usage);
  }
  return all;
}

void print_chart(terminal::Console& console, By by, const std::string& of,
                 const UsageFound& found) {
  std::vector<terminal::Bar> bars;
  for (const auto& usage : is_time(by) ? with_every_time(by, found.rows) : found.rows) {
    const auto& sums = usage.sums;
    if (of == "cost") {
      bars.push_back({label_of(usage), spending::cost_shown(sums), sums.charged.nanodollars});
      continue;
    }
    const std::int64_t count = of == "tokens" ? sums.input + sums.output : sums.requests;
    bars.push_back({label_of(usage), std::to_string(count), count});
  }
  console.print(terminal::bar_chart(console.out(), bars));
}

std::string calls(std::int64_t count) {
  return count == 1 ? "1 call" : fmt::format("{} calls", count);
}

// What the figures do not say by themselves.
void print_notes(terminal::Console& console, const UsageRow& total) {
  if (total.unknown > 0) {
    console.note(fmt::format("the cost of {} is unknown and in no sum", calls(total.unknown)),
                 Style::warning);
  }
  if (total.estimated > 0) {
    console.note(fmt::format("~: of {} the provider stated no usage; tokens were counted here",
                             calls(total.estimated)),
                 Style::dim);
  }
  if (total.differing > 0) {
    console.note(fmt::format("of {} the provider's figure, which counts, and ours are more than "
                             "1 % apart",
                             calls(total.differing)),
                 Style::warning);
  }
}

int usage_error(terminal::Console& console, std::string message) {
  return console.fail(client_error(Errc::bad_request, std::move(message)).error(), {}, exit_usage);
}

int run(Options& options) {
  const bool csv = options.format == "csv";
  const bool asked_for_json = options.shared.json;
  options.shared.json = asked_for_json || options.format == "json";
  terminal::Console console(options.shared.console());
  if (asked_for_json && csv) {
    return usage_error(console, "expected one of --json and --format csv, came both");
  }
  if (options.chart && (console.json() || csv)) {
    return usage_error(console, "--chart draws for people; leave it out for JSON and CSV");
  }
  const By by = by_of(options.by);
  const int shown = by == By::hour ? days_shown_by_hour : days_shown;
  const auto until = spending::today();
  const auto days = spending::days_of(
      options.days, {.from = until - std::chrono::days(shown - 1), .until = until});
  if (!days) return usage_error(console, days.error().message);
  if (options.filter.provider) *options.filter.provider = lower_key(*options.filter.provider);
  const auto path = spending::ledger_in(paths_of(options.shared));
  if (!path) return console.fail(path.error());
  auto reports = ledger::Reports::open(*path);
  if (!reports) return console.fail(reports.error());
  const auto found = spending::find_usage(**reports, by, *days, options.filter);
  if (!found) return console.fail(found.error());
  if (console.json()) {
    print_json(console, by, *days, *found);
    return exit_ok;
  }
  if (csv) {
    print_csv(console, by, *found);
    return exit_ok;
  }
  if (found->rows.empty()) {
    console.note(fmt::format("nothing was used from {} to {}{}", day_text(days->from),
                             day_text(days->until), terminal::did_you_mean(found->suggestions)),
                 Style::dim);
    return exit_ok;
  }
  if (options.chart) {
    print_chart(console, by, options.of, *found);
  } else {
    print_table(console, by, *found);
  }
  print_notes(console, found->total.sums);
  return exit_ok;
}

}  // namespace

void add_usage_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("usage", "What was used and spent, by the gateway's ledger");
  command->add_option("--by", options->by, "What to add up by (default: day)")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"hour", "day", "model", "provider", "key"}));
  spending::add_day_options(*command, options->days);
  command->add_option("-m,--model", options->filter.model, "Of this model alone")
      ->type_name("MODEL");
  command->add_option("-p,--provider", options->filter.provider, "Of this provider alone")
      ->type_name("PROVIDER");
  command->add_option("--key", options->filter.key, "Of the gateway key with this label alone")
      ->type_name("LABEL");
  command->add_option("--format", options->format, "How to print it (default: table)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  auto* const chart = command->add_flag("--chart", options->chart, "Draw bars");
  command->add_option("--of", options->of, "With --chart: what of (default: cost)")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"cost", "tokens", "requests"}))
      ->needs(chart);
  add_shared_options(*command, options->shared);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
