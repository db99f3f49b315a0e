#include "commands/cost.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "base/error.hpp"
#include "chat/question.hpp"
#include "commands/shared_options.hpp"
#include "cost_rows.hpp"
#include "installation.hpp"
#include "model_list.hpp"
#include "spending/history.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Cell;
using terminal::Style;
using Align = terminal::Column::Align;

struct Options {
  SharedOptions shared;
  std::string rows;  // a file, or "-"
  std::vector<std::string> prompt;
  std::string model;
  std::string provider;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> input_tokens;
  bool compare = false;
  bool no_free = false;
  bool refresh = false;
  Workload workload;
};

// Rows longer than this are no usage.
constexpr std::size_t row_bytes_max = 1024UL * 1024;

PriceTime now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string shown(const std::optional<Money>& amount) {
  return amount ? "$" + amount->to_string() : "unknown";
}

Cell cost_cell(const std::optional<Money>& amount) {
  return {shown(amount), amount ? Style::plain : Style::warning};
}

int print_rows(terminal::Console& console, const CostCalculator& calculator, std::istream& rows) {
  for (std::string row; !console.closed() && std::getline(rows, row);) {
    if (row.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (row.size() > row_bytes_max) row = "a row of more than 1 MiB";  // which is no JSON, either
    console.print_json(price_row(calculator, row, now()));
  }
  return exit_ok;
}

int price_rows(terminal::Console& console, const CostCalculator& calculator,
               const std::string& name) {
  if (name == "-") return print_rows(console, calculator, std::cin);
  std::ifstream file(name);
  if (file) return print_rows(console, calculator, file);
  return console.fail(
      client_error(Errc::not_found, fmt::format("{} cannot be read", name)).error());
}

json::object described(const CostEstimate& estimate) {
  return {{"prompt_tokens", estimate.prompt_tokens},
          {"tokens_exact", estimate.tokens_exact},
          {"output_tokens", terminal::json_or_null(estimate.output_tokens)},
          {"expected", tollway::described(estimate.expected, now())},
          {"at_most", tollway::described(estimate.at_most, now())}};
}

void print_source(terminal::Console& console, const std::optional<ModelPricing>& pricing) {
  if (!pricing) {
    console.note("no price is known for this model; see docs/costs.md on prices of your own",
                 Style::warning);
    return;
  }
  std::string line =
      fmt::format("prices of {} {} by {}", pricing->provider, pricing->model, pricing->source_name);
  if (const auto age = pricing->age(now())) {
    line += fmt::format(", {} days old", std::chrono::floor<std::chrono::days>(*age).count());
  }
  console.note(line, Style::dim);
}

void print_estimate(terminal::Console& console, const CostEstimate& estimate,
                    const EstimateRequest& request) {
  terminal::Table table({{.title = ""},
                         {.title = "TOKENS", .align = Align::right},
                         {.title = "COST", .align = Align::right}});
  const std::string about = estimate.tokens_exact ? "" : "~";
  table.add({{"prompt"},
             {fmt::format("{}{}", about, estimate.prompt_tokens)},
             cost_cell(estimate.expected.prompt_cost)});
  if (!request.history.empty() && estimate.output_tokens) {
    table.add({{"answer, usually"},
               {fmt::format("~{}", *estimate.output_tokens)},
               cost_cell(estimate.expected.completion_cost)});
  }
  if (request.max_tokens) {
    table.add({{"answer, at most"},
               {fmt::format("{}", *request.max_tokens)},
               cost_cell(estimate.at_most.completion_cost)});
  }
  if (estimate.output_tokens) {
    const auto& whole = request.max_tokens ? estimate.at_most : estimate.expected;
    table.add({{"together", Style::bold}, {""}, cost_cell(whole.total_cost)});
  }
  console.print(table.text(console.out()));
  print_source(console, estimate.expected.pricing_used);
}

int estimate(terminal::Console& console, const CostCalculator& calculator, const Options& options,
             const Paths& paths) {
  EstimateRequest request;
  request.provider = options.provider;
  request.model = options.model;
  request.prompt_tokens = options.input_tokens;
  request.max_tokens = options.max_tokens;
  if (!request.prompt_tokens) {
    const auto prompt = chat::question_from(options.prompt);
    if (!prompt) return console.fail(prompt.error());
    if (!*prompt) {
      return console.fail(client_error(Errc::bad_request,
                                       "expected a prompt as arguments or on standard input, or "
                                       "--input-tokens")
                              .error(),
                          {}, exit_usage);
    }
    request.prompt = **prompt;
  }
  const auto history = spending::history_of(paths, options.provider, options.model);
  if (history) {
    request.history = *history;
  } else {
    console.note(history.error().message, Style::warning);  // an estimate does without
  }
  const auto estimated = calculator.estimate(request);
  if (!estimated) return console.fail(estimated.error());
  if (console.json()) {
    console.print_json(described(*estimated));
  } else {
    print_estimate(console, *estimated, request);
  }
  return exit_ok;
}

json::object described(const ModelOffer& offer) {
  return {{"provider", offer.provider},
          {"model", offer.model},
          {"cost", offer.cost.to_string()},
          {"currency", "USD"},
          {"context_length", terminal::json_or_null(offer.context_length)},
          {"source", tollway::described(offer.pricing, now())}};
}

int compare(terminal::Console& console, const CostCalculator& calculator, Options& options) {
  auto& workload = options.workload;
  workload.input_tokens = options.input_tokens.value_or(1000);
  workload.output_tokens = options.max_tokens.value_or(1000);
  workload.provider = options.provider;
  workload.free_models = !options.no_free;
  const auto offers = calculator.cheapest(workload);
  if (!offers) return console.fail(offers.error());
  if (console.json()) {
    json::array list;
    for (const auto& offer : *offers) list.push_back(described(offer));
    console.print_json(json::object{{"input_tokens", workload.input_tokens},
                                    {"output_tokens", workload.output_tokens},
                                    {"models", std::move(list)}});
    return exit_ok;
  }
  terminal::Table table({{.title = "MODEL", .width_min = 16},
                         {.title = "COST", .align = Align::right},
                         {.title = "CONTEXT", .align = Align::right, .leaves = 1},
                         {.title = "PROVIDER", .leaves = 2},
                         {.title = "PRICE BY", .width_min = 8, .leaves = 3}});
  for (const auto& offer : *offers) {
    table.add({{offer.model},
               {shown(offer.cost), offer.cost.nanodollars == 0 ? Style::good : Style::plain},
               {count_shown(offer.context_length)},
               {offer.provider, Style::dim},
               {offer.pricing.source_name, Style::dim}});
  }
  if (table.row_count() == 0) {
    console.note("no model with a known price can do this", Style::warning);
  } else {
    console.print(table.text(console.out()));
  }
  console.note(fmt::format("for {} tokens in and {} out a call", workload.input_tokens,
                           workload.output_tokens),
               Style::dim);
  return exit_ok;
}

int usage_error(terminal::Console& console, std::string message) {
  return console.fail(client_error(Errc::bad_request, std::move(message)).error(), {}, exit_usage);
}

int run(Options& options) {
  terminal::Console console(options.shared.console());
  const bool estimates = options.rows.empty() && !options.compare;
  if (estimates && options.model.empty()) {
    return usage_error(console,
                       "expected --model with a prompt, --compare, or --jsonl with usage to price");
  }
  auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  auto fetcher = PricingFetcher::create(
      {.settings = installation->snapshot, .providers = installation->providers, .cache = nullptr});
  if (!fetcher) return console.fail(fetcher.error());
  if (options.refresh) {
    const auto provider = installation->provider(options.provider);
    if (!provider) return console.fail(provider.error());
    terminal::Progress progress(console, "Asking for prices");
    const auto refreshed = fetcher->refresh((*provider)->info().provider_key);
    progress.stop();
    if (!refreshed) return console.fail(refreshed.error());
    // Who was asked for his prices is meant, where he has the model.
    const auto key = lower_key((*provider)->info().provider_key);
    const auto listed = fetcher->get_model_pricing(options.model, key);
    const bool is_his = listed && listed->source == PricingSource::provider_api;
    if (options.provider.empty() && is_his) options.provider = key;
  }
  const CostCalculator calculator(*fetcher);
  if (!options.rows.empty()) return price_rows(console, calculator, options.rows);
  if (options.compare) return compare(console, calculator, options);
  return estimate(console, calculator, options, installation->paths);
}

}  // namespace

void add_cost_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand(
      "cost", "What calls cost, would cost before they are sent, or cost elsewhere");
  command
      ->add_option("PROMPT", options->prompt,
                   "Estimate what this prompt costs; - or nothing: from standard input")
      ->expected(-1);
  command->add_option("-m,--model", options->model, "Model to estimate")->type_name("MODEL");
  command->add_option("-p,--provider", options->provider, "Whose prices count")
      ->type_name("PROVIDER");
  command->add_option("--max-tokens", options->max_tokens, "The most tokens an answer may have")
      ->type_name("TOKENS")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--input-tokens", options->input_tokens,
                   "The prompt's tokens, instead of a prompt")
      ->type_name("TOKENS")
      ->check(CLI::NonNegativeNumber);
  auto* const compared = command->add_flag(
      "--compare", options->compare,
      "The cheapest models for --input-tokens and --max-tokens (default: 1000 each)");
  command
      ->add_option("--needs", options->workload.parameters,
                   "With --compare: what a model must support: tools, structured_outputs ...")
      ->type_name("PARAMETER")
      ->expected(1)
      ->take_all();
  command
      ->add_option("--modality", options->workload.input_modalities,
                   "With --compare: what a model must take: image, audio ...")
      ->type_name("MODALITY")
      ->expected(1)
      ->take_all();
  command->add_flag("--no-free", options->no_free, "With --compare: leave free models out");
  command->add_option("-n,--count", options->workload.count, "With --compare: how many (10)")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 1000));
  command
      ->add_option(
          "--jsonl", options->rows,
          "Price each line of a file (-: standard input): {provider, flavor, model, usage, "
          "at}")
      ->type_name("FILE")
      ->excludes(compared);
  command->add_flag("--refresh", options->refresh, "Ask the provider for its prices first");
  add_shared_options(*command, options->shared);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
