#include "spending/generation_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "exit_codes.hpp"
#include "spending/openrouter_account.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/table.hpp"

namespace tollway::spending {
namespace {

namespace json = boost::json;
using ledger::AttemptRecord;
using terminal::Style;

// One side of a call.
struct Call {
  std::string model;
  std::optional<Money> cost;  // nullopt: unknown
  bool is_byok = false;
  std::optional<Money> byok;  // what the vendor charged on the user's own key; nullopt: unknown
  std::optional<std::int64_t> input;
  std::optional<std::int64_t> output;
};

struct Pair {
  std::string id;  // OpenRouter's, or what was asked for
  std::optional<Call> ledger;
  std::optional<Call> openrouter;

  [[nodiscard]] bool agrees(const Tolerance& tolerance) const {
    return ledger && openrouter && ledger->cost && openrouter->cost &&
           tolerance.allows(*ledger->cost, *openrouter->cost) && own_keys_agree(tolerance);
  }
  [[nodiscard]] bool own_keys_agree(const Tolerance& tolerance) const {
    if (ledger->is_byok != openrouter->is_byok) return false;
    if (!ledger->is_byok || !openrouter->byok) return true;
    return ledger->byok && tolerance.allows(*ledger->byok, *openrouter->byok);
  }
  [[nodiscard]] std::string_view state(const Tolerance& tolerance) const {
    if (!ledger) return "not_in_ledger";
    if (!openrouter) return "not_at_openrouter";
    return agrees(tolerance) ? "agrees" : "differs";
  }
  [[nodiscard]] std::optional<Money> difference() const {
    if (!ledger || !openrouter || !ledger->cost || !openrouter->cost) return std::nullopt;
    return less(*ledger->cost, *openrouter->cost);
  }
};

Call call_of(const AttemptRecord& record) {
  Call call{.model = std::string(record.served_model.empty() ? record.model : record.served_model),
            .cost = record.charged(),
            .is_byok = record.has(ledger::byok),
            .byok = {},
            .input = {},
            .output = {}};
  if (call.is_byok) call.byok = record.computed;
  if (record.has(ledger::counted)) {
    call.input = record.counts.input;
    call.output = record.counts.output;
  }
  return call;
}

// The ledger's side: attempts at OpenRouter that the id names; one empty pair where there is none.
Result<std::vector<Pair>> pairs_of(const std::string& id, ledger::Reports& reports) {
  const auto report = reports.request(id, std::nullopt);
  if (!report) return std::unexpected(report.error());
  std::vector<Pair> pairs;
  if (*report) {
    for (const auto& attempt : (*report)->attempts) {
      const bool meant = id == (*report)->id || id == attempt.upstream_id;
      if (!meant || attempt.provider != "openrouter" || attempt.upstream_id.empty()) continue;
      pairs.push_back({std::string(attempt.upstream_id), call_of(attempt), {}});
    }
  }
  if (pairs.empty()) pairs.push_back({id, {}, {}});
  return pairs;
}

Result<std::vector<Pair>> look_up(const std::vector<std::string>& ids,
                                  const Installation& installation, ledger::Reports& reports) {
  std::vector<Pair> all;
  for (const auto& id : ids) {
    auto pairs = pairs_of(id, reports);
    if (!pairs) return std::unexpected(pairs.error());
    for (auto& pair : *pairs) {
      // OpenRouter knows nothing by the gateway's ids.
      if (!pair.id.starts_with("req-")) {
        const auto generation = fetch_generation(installation, pair.id);
        if (!generation) return std::unexpected(generation.error());
        if (*generation) {
          const auto& found = **generation;
          pair.openrouter = Call{.model = found.model,
                                 .cost = found.cost,
                                 .is_byok = found.is_byok,
                                 .byok = found.is_byok ? found.upstream_cost : std::nullopt,
                                 .input = found.input,
                                 .output = found.output};
        }
      }
      all.push_back(std::move(pair));
    }
  }
  return all;
}

json::value decimal_or_null(const std::optional<Money>& amount) {
  return amount ? json::value(amount->to_string()) : json::value(nullptr);
}

json::value described(const std::optional<Call>& call) {
  if (!call) return nullptr;
  return json::object{{"model", call->model},
                      {"cost", decimal_or_null(call->cost)},
                      {"is_byok", call->is_byok},
                      {"byok_cost", decimal_or_null(call->byok)},
                      {"input_tokens", terminal::json_or_null(call->input)},
                      {"output_tokens", terminal::json_or_null(call->output)}};
}

void print_json(terminal::Console& console, const std::vector<Pair>& pairs,
                const Tolerance& tolerance, bool agrees) {
  json::array list;
  for (const auto& pair : pairs) {
    const auto apart = pair.difference();
    list.push_back(json::object{{"id", pair.id},
                                {"state", terminal::json_text(pair.state(tolerance))},
                                {"ledger", described(pair.ledger)},
                                {"openrouter", described(pair.openrouter)},
                                {"difference", apart ? json::value(apart->to_string()) : nullptr}});
  }
  console.print_json(json::object{
      {"agrees", agrees}, {"tolerance", tolerance.text()}, {"generations", std::move(list)}});
}

std::string tokens_shown(const std::optional<Call>& call) {
  if (!call) return "";
  const auto shown = [](const std::optional<std::int64_t>& count) {
    return count ? std::to_string(*count) : std::string("?");
  };
  return shown(call->input) + " + " + shown(call->output);
}

terminal::Cell cost_shown(const std::optional<Call>& call) {
  if (!call) return {"none", Style::warning};
  if (!call->cost) return {"unknown", Style::warning};
  std::string text = "$" + call->cost->to_string();
  if (call->is_byok)
    text += call->byok ? " + $" + call->byok->to_string() + " own" : " + unknown own";
  return {std::move(text)};
}

void print_table(terminal::Console& console, const std::vector<Pair>& pairs,
                 const Tolerance& tolerance) {
  using Align = terminal::Column::Align;
  terminal::Table table({{.title = "ID", .width_min = 16},
                         {.title = "MODEL", .width_min = 12, .leaves = 3},
                         {.title = "TOKENS", .align = Align::right, .leaves = 1},
                         {.title = "LEDGER", .align = Align::right},
                         {.title = "TOKENS", .align = Align::right, .leaves = 2},
                         {.title = "OPENROUTER", .align = Align::right},
                         {.title = "DIFFERENCE", .align = Align::right}});
  for (const auto& pair : pairs) {
    const auto apart = pair.difference();
    const auto& named = pair.ledger ? pair.ledger : pair.openrouter;
    table.add({{pair.id},
               {named ? named->model : "", Style::dim},
               {tokens_shown(pair.ledger)},
               cost_shown(pair.ledger),
               {tokens_shown(pair.openrouter)},
               cost_shown(pair.openrouter),
               {apart ? difference_shown(*apart) : "?",
                pair.agrees(tolerance) ? Style::good : Style::bad}});
  }
  console.print(table.text(console.out()));
}

}  // namespace

int check_generations(terminal::Console& console, const std::vector<std::string>& ids,
                      const Tolerance& tolerance, const Installation& installation,
                      ledger::Reports& reports) {
  terminal::Progress progress(console, "Asking OpenRouter");
  const auto pairs = look_up(ids, installation, reports);
  progress.stop();
  if (!pairs) return console.fail(pairs.error());
  const bool agrees =
      std::ranges::all_of(*pairs, [&](const Pair& pair) { return pair.agrees(tolerance); });
  if (console.json()) {
    print_json(console, *pairs, tolerance, agrees);
  } else {
    print_table(console, *pairs, tolerance);
  }
  return agrees ? exit_ok : exit_disagrees;
}

}  // namespace tollway::spending
