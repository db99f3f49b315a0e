#include "gateway/settlement.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "dialects/json_reader.hpp"
#include "gateway/request.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

// Who serves knows which one it was; else it is taken to be the one that was asked for.
llm::ServiceTier tier_of(const Attempt& attempt) {
  return attempt.progress.tier.value_or(attempt.asked_tier.value_or(llm::ServiceTier::standard));
}

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
          .web_searches = usage.web_searches,
          .input_image = usage.input_image,
          .input_video = usage.input_video,
          .output_video = usage.output_video,
          .input_image_pieces = usage.input_image_pieces,
          .output_image_pieces = usage.output_image_pieces};
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
  Attempt& attempt = *request_.attempt;
  if (!attempt.settling.under_way) return;
  if (!attempt.failure) attempt.failure = Errc::draining;
  finish(attempt);
}

Result<> Settlement::begin(Attempt& attempt, std::string_view provider, std::string_view model) {
  const auto now = std::chrono::system_clock::now();
  if (!admitted_) {
    admitted_ = now;
    prices_ = request_.services.prices.at(now);
  }
  Settling next;
  next.number = static_cast<std::uint8_t>(request_.attempts + 1);
  next.began_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  // First: where the next one may not begin, the one before was the last.
  if (auto written = request_.services.journal->begin(common(next, provider, model)); !written) {
    return written;
  }
  if (attempt.settling.under_way) settle(attempt, false);
  next.under_way = true;
  attempt.settling = next;
  return {};
}

ledger::AttemptRecord Settlement::common(const Settling& settling, std::string_view provider,
                                         std::string_view model) const {
  ledger::AttemptRecord record;
  record.request = *request_id_bytes(request_.id);
  record.attempt = settling.number;
  record.flags = request_.facts.stream ? ledger::streamed : 0U;
  record.at_ms = settling.began_ms;
  if (request_.key != nullptr) record.key = request_.key->label;
  record.route = request_.route->path;
  record.provider = provider;
  record.model = model;
  return record;
}

void Settlement::finish(Attempt& attempt) {
  if (attempt.settling.under_way) settle(attempt, true);
}

void Settlement::drop(Attempt& attempt) {
  if (!attempt.settling.under_way) return;
  if (!attempt.failure) attempt.failure = Errc::internal;
  settle(attempt, false);
}

void Settlement::settle(Attempt& attempt, bool is_last) {
  const dialects::Progress& progress = attempt.progress;
  auto record = common(attempt.settling, attempt.provider->key(), attempt.model);
  if (is_last) record.flags |= ledger::last;
  if (is_last && attempt.settling.number < request_.attempts) record.flags |= ledger::hedged;
  record.served_model = progress.model;
  record.served_by = progress.provider;
  record.upstream_id = progress.id;
  record.finish_reason = progress.finish_reason;
  record.outcome = attempt.failure ? name_of(*attempt.failure) : "ok";
  if (attempt.failure == Errc::cancelled) {
    record.flags |= ledger::cancelled;
  } else if (attempt.failure) {
    record.flags |= ledger::failed;
  }
  if (progress.byok) record.flags |= ledger::byok;
  record.status = static_cast<std::uint16_t>(is_last ? request_.status : attempt.upstream_status);
  if (is_last && request_.status == 0 && attempt.failure && *attempt.failure != Errc::cancelled) {
    record.status = static_cast<std::uint16_t>(http_status(*attempt.failure));
  }
  record.connect_us = microseconds(attempt.times.connect);
  record.first_byte_us = since(request_.arrived, attempt.first_byte_at);
  record.first_token_us = since(request_.arrived, attempt.first_token_at);
  record.total_us = microseconds(net::Clock::now() - request_.arrived);

  attempt.settling.under_way = false;
  const Prices::Found price = this->price(attempt);
  const Spending spending = spending_of(ending(attempt), price.rates);
  if (spending.computed) {
    record.pricing.source = price.origin.source;
    record.pricing.day = price.origin.day;
  }
  write(attempt, record, spending);
}

Ending Settlement::ending(const Attempt& attempt) const {
  const dialects::Progress& progress = attempt.progress;
  const auto& description = *attempt.provider->description();
  Ending ending{.progress = progress,
                .failure = attempt.failure,
                .upstream_status = attempt.upstream_status,
                .streamed = attempt.streamed,
                .bytes_up = request_.bytes_in,
                .bytes_down = request_.bytes_out};
  ending.stops_when_left =
      description.local ||
      stops_when_left(progress.provider.empty() ? description.name : progress.provider);
  if (const auto& counted = attempt.settling.counted) {
    ending.counted_input = counted->prompt;
    ending.counted_output = counted->answer;
  }
  return ending;
}

bool Settlement::must_count(const Attempt& attempt) const {
  return attempt.settling.under_way && !attempt.settling.counted &&
         request_.services.tokens != nullptr && is_estimated(ending(attempt));
}

net::Task<> Settlement::count(Attempt& attempt) {
  attempt.settling.counted.emplace();
  const dialects::Progress& progress = attempt.progress;
  TokenCounter::Texts texts;
  texts.model = progress.model.empty() ? attempt.model : progress.model;
  if (!progress.metered) {
    if (request_.facts.prompt.text.bytes > 0) {
      texts.prompt = request_.facts.prompt;
    } else if (!attempt.streamed) {
      // The body is still there.
      if (const auto body = dialects::parse_object(request_.body)) {
        texts.prompt = dialects::prompt_text(*body);
      }
    }
  }
  if (attempt.whole_answer) texts.answer = std::move(attempt.whole_answer);
  if (!progress.text.empty()) texts.answer = progress.text.text();
  auto counting = request_.services.tokens->count(request_.services.loop, std::move(texts));
  attempt.settling.counted = co_await std::move(counting);
}

// A server of one's own is free unless its operator has put a price on it.
Prices::Found Settlement::price(const Attempt& attempt) {
  if (prices_ == nullptr) return {};  // no attempt has begun
  auto& prices = *prices_;
  const auto provider = attempt.provider->key();
  const auto at = admitted_ ? *admitted_ : std::chrono::system_clock::now();
  const auto tier = tier_of(attempt);
  Prices::Found found = prices.find(provider, attempt.progress.model, at, tier);
  if (found.rates == nullptr) found = prices.find(provider, attempt.model_there, at, tier);
  if (found.rates == nullptr && attempt.provider->description()->local) {
    found = {.rates = &free_of_charge(), .origin = {.source = ledger::PriceSource::own}};
  }
  return found;
}

std::optional<dialects::OwnCost> Settlement::own_cost(const Attempt& attempt) {
  const dialects::Progress& progress = attempt.progress;
  if (!progress.usage_complete) return std::nullopt;
  // Who states costs himself means something by stating none.
  if (attempt.provider->key() == "openrouter") return std::nullopt;
  const Spending spending =
      spending_of({.progress = progress, .failure = std::nullopt}, price(attempt).rates);
  if (!spending.computed || !spending.prompt || !spending.completion) return std::nullopt;
  // Some vendors state it where no client of OpenRouter's would look.
  return dialects::OwnCost{.total = progress.stated_cost.value_or(*spending.computed),
                           .prompt = *spending.prompt,
                           .completion = *spending.completion};
}

void Settlement::alert(const Attempt& attempt, const ledger::AttemptRecord& record,
                       const Spending& spending) const {
  const auto tier = tier_of(attempt);
  const CostAlerts::Attempt told{
      .provider = record.provider,
      .model = record.served_model.empty() ? record.model : record.served_model,
      .service_tier = tier == llm::ServiceTier::standard ? "" : name_of(tier)};
  auto& alerts = *request_.services.cost_alerts;
  if (spending.differs) return alerts.differs(told, *spending.billed, *spending.computed);
  alerts.unknown(told, spending.unpriced ? CostAlerts::Unknown::price : CostAlerts::Unknown::usage);
}

void Settlement::write(const Attempt& attempt, ledger::AttemptRecord record,
                       const Spending& spending) {
  if (spending.usage) {
    record.counts = counts_of(*spending.usage);
    record.flags |= ledger::counted;
  }
  if (spending.estimated) record.flags |= ledger::estimated;
  if (spending.differs) record.flags |= ledger::differs;
  if (request_.services.cost_alerts != nullptr &&
      (spending.differs || (!spending.billed && !spending.computed))) {
    alert(attempt, record, spending);
  }
  record.billed = spending.billed;
  record.computed = spending.computed;
  record.computed_prompt = spending.prompt;
  record.computed_completion = spending.completion;
  record.pricing.tier = attempt.progress.tier ? attempt.progress.tier : request_.facts.tier;
  request_.services.journal->settle(record);
}

}  // namespace tollway::gateway
