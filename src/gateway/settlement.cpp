#include "gateway/settlement.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "dialects/json_reader.hpp"
#include "gateway/request.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

std::uint32_t microseconds(net::Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(us, 0, ledger::AttemptRecord::unset_us - 1));
}

std::uint32_t since(net::TimePoint begin, const std::optional<net::TimePoint>& at) {
  return at ? microseconds(*at - begin) : ledger::AttemptRecord::unset_us;
}

ledger::Counts counts_of(const llm::MeteredUsage& usage) {
  return {.input = usage.input,
          .cache_read = usage.cache_read,
          .cache_write_5m = usage.cache_write_5m,
          .cache_write_1h = usage.cache_write_1h,
          .input_audio = usage.input_audio,
          .cache_read_audio = usage.cache_read_audio,
          .output = usage.output,
          .reasoning = usage.reasoning,
          .output_audio = usage.output_audio,
          .output_image = usage.output_image,
          .web_searches = usage.web_searches};
}

const pricing::Rates& free_of_charge() {
  static const pricing::Rates free = [] {
    pricing::Rates rates;
    rates.fill(pricing::TieredPrice{});
    return rates;
  }();
  return free;
}

}  // namespace

Settlement::~Settlement() {
  if (!attempt_.under_way) return;
  if (!request_.failure) request_.failure = Errc::draining;
  finish();
}

Result<> Settlement::begin(std::string_view provider, std::string_view model) {
  const auto now = std::chrono::system_clock::now();
  if (!admitted_) admitted_ = now;
  Attempt next;
  next.number = static_cast<std::uint8_t>(request_.attempts + 1);
  next.began_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  // First: where the next one may not begin, the one before was the last.
  if (auto written = request_.services.journal->begin(common(next, provider, model)); !written) {
    return written;
  }
  if (attempt_.under_way) settle_attempt(false);
  attempt_ = next;
  attempt_.under_way = true;
  counted_.reset();
  return {};
}

ledger::AttemptRecord Settlement::common(const Attempt& attempt, std::string_view provider,
                                         std::string_view model) const {
  ledger::AttemptRecord record;
  record.request = *request_id_bytes(request_.id);
  record.attempt = attempt.number;
  record.flags = request_.facts.stream ? ledger::streamed : 0U;
  record.at_ms = attempt.began_ms;
  if (request_.key != nullptr) record.key = request_.key->label;
  record.route = request_.route->path;
  record.provider = provider;
  record.model = model;
  return record;
}

void Settlement::finish() {
  if (attempt_.under_way) settle_attempt(true);
}

void Settlement::settle_attempt(bool is_last) {
  const dialects::Progress& progress = request_.progress;
  auto record = common(attempt_, request_.provider->key(), request_.model);
  if (is_last) record.flags |= ledger::last;
  record.served_model = progress.model;
  record.served_by = progress.provider;
  record.upstream_id = progress.id;
  record.finish_reason = progress.finish_reason;
  record.outcome = request_.failure ? name_of(*request_.failure) : "ok";
  if (request_.failure == Errc::cancelled) {
    record.flags |= ledger::cancelled;
  } else if (request_.failure) {
    record.flags |= ledger::failed;
  }
  if (progress.byok) record.flags |= ledger::byok;
  record.status = static_cast<std::uint16_t>(is_last ? request_.status : request_.upstream_status);
  if (is_last && request_.status == 0 && request_.failure && *request_.failure != Errc::cancelled) {
    record.status = static_cast<std::uint16_t>(http_status(*request_.failure));
  }
  record.connect_us = microseconds(request_.times.connect);
  record.first_byte_us = since(request_.arrived, request_.first_byte_at);
  record.first_token_us = since(request_.arrived, request_.first_token_at);
  record.total_us = microseconds(net::Clock::now() - request_.arrived);

  settle(record, spending_of(ending(), rates()));
}

Ending Settlement::ending() const {
  const dialects::Progress& progress = request_.progress;
  const auto& description = *request_.provider->description();
  Ending ending{.progress = progress,
                .failure = request_.failure,
                .upstream_status = request_.upstream_status,
                .streamed = request_.streamed,
                .bytes_up = request_.bytes_in,
                .bytes_down = request_.bytes_out};
  ending.stops_when_left =
      description.local ||
      stops_when_left(progress.provider.empty() ? description.name : progress.provider);
  if (counted_) {
    ending.counted_input = counted_->prompt;
    ending.counted_output = counted_->answer;
  }
  return ending;
}

bool Settlement::must_count() const {
  return attempt_.under_way && !counted_ && request_.services.tokens != nullptr &&
         is_estimated(ending());
}

net::Task<> Settlement::count() {
  counted_.emplace();
  const dialects::Progress& progress = request_.progress;
  TokenCounter::Texts texts;
  texts.model = progress.model.empty() ? request_.model : progress.model;
  if (!progress.metered) {
    if (request_.facts.prompt.text.bytes > 0) {
      texts.prompt = request_.facts.prompt;
    } else if (!request_.streamed) {
      // The body is still there.
      if (const auto body = dialects::parse_object(request_.body)) {
        texts.prompt = dialects::prompt_text(*body);
      }
    }
  }
  if (request_.whole_answer) texts.answer = std::move(request_.whole_answer);
  if (!progress.text.empty()) texts.answer = progress.text.text();
  auto counting = request_.services.tokens->count(request_.services.loop, std::move(texts));
  counted_ = co_await std::move(counting);
}

// A server of one's own is free unless its operator has put a price on it.
const pricing::Rates* Settlement::rates() {
  auto& prices = request_.services.prices;
  const auto provider = request_.provider->key();
  const auto at = admitted_.value_or(std::chrono::system_clock::now());
  // Who serves knows which tier it was; else it is taken to be the one that was asked for.
  const auto tier =
      request_.progress.tier.value_or(request_.facts.tier.value_or(llm::ServiceTier::standard));
  const pricing::Rates* rates = prices.find(provider, request_.progress.model, at, tier);
  if (rates == nullptr) rates = prices.find(provider, request_.model_there, at, tier);
  if (rates == nullptr && request_.provider->description()->local) rates = &free_of_charge();
  return rates;
}

std::optional<dialects::OwnCost> Settlement::own_cost() {
  const dialects::Progress& progress = request_.progress;
  if (!progress.usage_complete) return std::nullopt;
  // Who states costs himself means something by stating none.
  if (request_.provider->key() == "openrouter") return std::nullopt;
  const Spending spending = spending_of({.progress = progress, .failure = std::nullopt}, rates());
  if (!spending.computed || !spending.prompt || !spending.completion) return std::nullopt;
  // Some vendors state it where no client of OpenRouter's would look.
  return dialects::OwnCost{.total = progress.stated_cost.value_or(*spending.computed),
                           .prompt = *spending.prompt,
                           .completion = *spending.completion};
}

void Settlement::alert(const ledger::AttemptRecord& record, const Spending& spending) const {
  const auto tier =
      request_.progress.tier.value_or(request_.facts.tier.value_or(llm::ServiceTier::standard));
  const CostAlerts::Attempt attempt{
      .provider = record.provider,
      .model = record.served_model.empty() ? record.model : record.served_model,
      .service_tier = tier == llm::ServiceTier::standard ? "" : name_of(tier)};
  auto& alerts = *request_.services.cost_alerts;
  if (spending.differs) return alerts.differs(attempt, *spending.billed, *spending.computed);
  alerts.unknown(attempt,
                 spending.unpriced ? CostAlerts::Unknown::price : CostAlerts::Unknown::usage);
}

void Settlement::settle(ledger::AttemptRecord record, const Spending& spending) {
  attempt_.under_way = false;
  if (spending.usage) {
    record.counts = counts_of(*spending.usage);
    record.flags |= ledger::counted;
  }
  if (spending.estimated) record.flags |= ledger::estimated;
  if (spending.differs) record.flags |= ledger::differs;
  if (request_.services.cost_alerts != nullptr &&
      (spending.differs || (!spending.billed && !spending.computed))) {
    alert(record, spending);
  }
  record.billed = spending.billed;
  record.computed = spending.computed;
  record.computed_prompt = spending.prompt;
  record.computed_completion = spending.completion;
  request_.services.journal->settle(record);
}

}  // namespace tollway::gateway
