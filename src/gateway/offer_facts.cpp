#include "gateway/offer_facts.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "ledger/ledger.hpp"
#include "routing/health_report.hpp"

namespace tollway::gateway {
namespace {

namespace json = boost::json;

constexpr std::int64_t days_counted = 7;
// Fewer answers with tool calls than these say nothing about a share of them.
constexpr std::uint64_t judged_min = 10;

Result<std::string> count_requests(ledger::Reports& reports) {
  const std::int64_t today = ledger::day_of(std::chrono::system_clock::now());
  ledger::UsageQuery query;
  query.from = today - days_counted + 1;
  query.until = today;
  query.by_model = true;
  const auto rows = reports.usage(query);
  if (!rows) return std::unexpected(rows.error());
  json::array counts;
  for (const auto& row : *rows) {
    counts.push_back(json::object{{"model", row.model}, {"requests", row.requests}});
  }
  return json::serialize(counts);
}

class Measurements {
 public:
  Measurements(const dispatch::Standings& standings, RequestCounts counts, routing::TimePoint now)
      : counts_(std::move(counts)) {
    // All keys of a provider together.
    std::unordered_map<std::string, std::unique_ptr<routing::HealthSums>> sums;
    for (const auto& row : standings.endpoints()) {
      auto& known = sums[name_of(row.provider, row.model)];
      if (known == nullptr) known = std::make_unique<routing::HealthSums>();
      row.standing->health.add_to(*known, now);
    }
    for (const auto& [name, sum] : sums) {
      measured_.emplace(name, Measured{.report = report_of(*sum, routing::Window::half_an_hour),
                                       .tools = sum->tools});
    }
  }

  [[nodiscard]] catalog::OfferFacts of(const catalog::Model& model,
                                       const catalog::Offer& offer) const {
    catalog::OfferFacts facts;
    // What runs on the own machine keeps nothing. Of others the worse is taken to be true, which
    // nobody has said.
    if (offer.prices.source == catalog::PriceSource::local) facts.zero_retention = true;
    if (const auto count = counts_.find(model.id); count != counts_.end()) {
      facts.requests = count->second;
    }
    const auto found = measured_.find(name_of(offer.provider, model.id));
    if (found == measured_.end()) return facts;
    const auto& [report, tools] = found->second;
    constexpr double milliseconds = 1000;
    const float first_token_s = report.first_token_s.front();
    const float speed = report.tokens_a_second.front();
    if (routing::measured(first_token_s)) facts.latency_ms = milliseconds * first_token_s;
    if (routing::measured(speed)) facts.tokens_a_second = speed;
    const auto judged = tools.good + tools.bad;
    if (judged >= judged_min) {
      facts.tool_success = static_cast<double>(tools.good) / static_cast<double>(judged);
    }
    return facts;
  }

 private:
  struct Measured {
    routing::WindowReport report;
    routing::ToolAnswers tools;
  };
  static std::string name_of(std::string_view provider, std::string_view model) {
    return fmt::format("{}\n{}", provider, model);
  }
  RequestCounts counts_;
  std::unordered_map<std::string, Measured> measured_;
};

}  // namespace

net::Task<RequestCounts> requests_of_a_week(Request& request, catalog::CataloguePointer catalogue) {
  RequestCounts counts;
  if (request.services.ledger_reader == nullptr) co_return counts;
  auto reading = request.services.ledger_reader->read(request.services.loop, &count_requests,
                                                      request.exchange.abort());
  const auto body = co_await std::move(reading);
  if (!body) co_return counts;
  const auto rows = json::parse(*body);
  for (const auto& row : rows.as_array()) {
    const auto& name = row.at("model").get_string();
    const auto found = catalogue->find({name.data(), name.size()});
    if (found) counts[found->target->id] += row.at("requests").to_number<double>();
  }
  co_return counts;
}

std::function<catalog::OfferFacts(const catalog::Model&, const catalog::Offer&)> offer_facts(
    const dispatch::Standings& standings, RequestCounts counts, routing::TimePoint now) {
  const auto measurements = std::make_shared<const Measurements>(standings, std::move(counts), now);
  return [measurements](const catalog::Model& model, const catalog::Offer& offer) {
    return measurements->of(model, offer);
  };
}

}  // namespace tollway::gateway
