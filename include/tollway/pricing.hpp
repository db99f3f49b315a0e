// What models cost: prices that know where they come from, exact costs, estimates, comparisons.
//
//   auto fetcher = tollway::PricingFetcher::create({.settings = settings});
//   const tollway::CostCalculator calculator(*fetcher);
//   auto cost = calculator.calculate_cost(
//       {.provider = "openai", .model = "gpt-4o", .usage = {.input = 1200, .output = 300}});
//   if (cost && cost->total_cost) std::cout << cost->total_cost->to_string() << " dollars\n";
//
// Unknown is never zero: what has no price has no cost (std::nullopt), and a sum in which a part is
// unknown is unknown. Zero means free. Money is exact, see tollway/money.hpp. docs/costs.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tollway/chat.hpp"
#include "tollway/discovery.hpp"
#include "tollway/error.hpp"
#include "tollway/export.hpp"
#include "tollway/money.hpp"
#include "tollway/settings.hpp"

namespace tollway {

using PriceTime = std::chrono::sys_seconds;  // UTC

// Who says what a model costs. A price is looked for in this order.
enum class PricingSource : std::uint8_t {
  provider_api,    // the provider's own list of models
  override_price,  // pricing.overrides, the operator's word in tollway.toml
  built_in,        // the sheets that are part of the library
  local,           // a server on the user's own machine: free
};
[[nodiscard]] TOLLWAY_API std::string_view name_of(PricingSource source) noexcept;

// The price of one unit: a token, a whole image, a request or a search.
struct UnitPrice {
  // "input", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "cache_read_audio",
  // "input_image", "input_video", "output", "reasoning", "output_audio", "output_image",
  // "output_video", "input_image_piece", "output_image_piece", "request", "web_search"
  std::string unit;
  std::string dollars;  // a unit, as decimal text: "0.0000025"
  struct Tier {
    std::int64_t above_prompt_tokens = 0;  // strictly
    std::string dollars;
  };
  std::vector<Tier> tiers;  // by rising threshold; the last that holds prices the whole prompt
};

// What one model of one provider costs. Copies share one immutable state.
struct TOLLWAY_API ModelPricing {
  std::string provider;  // "openai": whose price it is
  std::string model;     // as the source names it
  PricingSource source = PricingSource::built_in;
  std::string source_name;  // "genai-prices", "tollway.toml", "OpenRouter's list of models"
  std::optional<PriceTime>
      as_of;  // when the source said so; nullopt: it holds as long as it stands
  std::optional<std::int64_t> context_length;
  std::string service_tier = {};  // whose prices these are: "flex"; empty: the standard one
  // The fraction that is not paid, "0.25", at the time that was asked for, where the source states
  // one or the operator is granted one. prices() are what is left: nothing is to be taken off
  // again.
  std::optional<std::string> discount = {};

  // The units that have a price of their own at that time; others are billed as what contains them
  // (docs/costs.md). Empty where the price is dynamic, that is known only after routing.
  [[nodiscard]] std::vector<UnitPrice> prices(PriceTime at) const;
  [[nodiscard]] std::optional<std::chrono::seconds> age(PriceTime now) const;

  struct TOLLWAY_INTERNAL Rows;
  std::shared_ptr<const Rows> rows;  // inside the library
};

struct PricingCacheOptions {
  std::chrono::seconds ttl = std::chrono::hours(1);
  std::size_t providers_max = 64;  // the one unused for longest is dropped
  // Default: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> now;
};

struct PricingCacheStatistics {
  std::size_t providers = 0;  // held now
  std::size_t models = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;  // expired ones included
  std::uint64_t expired = 0;
  std::uint64_t evicted = 0;
  std::uint64_t fetched = 0;
  std::uint64_t failed = 0;  // fetches
  std::uint64_t joined = 0;  // callers that waited for another's fetch
};

// What providers' own lists said, for a while. Thread-safe; may be shared by fetchers.
class TOLLWAY_API PricingCache {
 public:
  using Prices = std::shared_ptr<const std::vector<ModelPricing>>;  // in the order of their names
  using Fetch = std::function<Result<Prices>()>;

  explicit PricingCache(PricingCacheOptions options = {});
  ~PricingCache();
  PricingCache(const PricingCache&) = delete;
  PricingCache& operator=(const PricingCache&) = delete;

  // Null where there is nothing, or nothing younger than the TTL. Never blocks for long.
  [[nodiscard]] Prices get(std::string_view provider);
  // The same, else what `fetch` gives, which is called once however many ask for the provider at a
  // time: the others block until it is there and get what it gave. Failures are not kept.
  [[nodiscard]] Result<Prices> get_or_fetch(std::string_view provider, const Fetch& fetch);
  void put(std::string_view provider, Prices prices);
  void clear();  // what is being fetched meanwhile is given to those who wait, and not kept
  [[nodiscard]] PricingCacheStatistics statistics() const;

 private:
  struct TOLLWAY_INTERNAL Parts;
  std::unique_ptr<Parts> parts_;
};

struct PricingFetcherOptions {
  SettingsSnapshot settings;            // keys and base URLs, and pricing.overrides
  Providers providers;                  // empty: discover_providers()
  std::shared_ptr<PricingCache> cache;  // null: one of its own
};

// Finds prices. Copies share one state; thread-safe. The plain functions take what the cache and
// the library hold and never ask a provider; the async ones first ask the provider, if its list of
// models states prices and is not in the cache. `done` is called once, from a thread of the
// fetcher's own, must not block and must not let go of the last copy; where the provider doesn't
// answer, it gets what is known without it. The last copy's end waits for a list that is under way,
// 30 seconds at most; calls that had to wait behind it end with Errc::cancelled.
class TOLLWAY_API PricingFetcher {
 public:
  // Errc::bad_request for pricing.overrides that are none; the message says where.
  [[nodiscard]] static Result<PricingFetcher> create(PricingFetcherOptions options = {});

  // With a provider: its model of that name. Without: by the name alone, "author/name" as the
  // author's own, a bare name as that of the one vendor who makes it, by what the cache has of the
  // maker's list, else of OpenRouter's. OpenRouter, which resells at the makers' prices, is looked
  // up by both, where the name has an author. nullopt: nobody knows.
  // Prices are of the standard tier unless `service_tier` names another, as vendors do: "flex",
  // "priority" ("fast"), "batch". Of a tier that is not known there is no price, never another's.
  // "gpt-4o:batch" is the batch tier of gpt-4o, too.
  // Overrides and discounts that are dated count where they hold `at` that time; nullopt: now.
  [[nodiscard]] std::optional<ModelPricing> get_model_pricing(
      std::string_view model, std::string_view provider = {}, std::string_view service_tier = {},
      std::optional<PriceTime> at = {}) const;
  // Every model of a provider whose price is known, in the order of their names; each once, by the
  // first source that has it.
  [[nodiscard]] std::vector<ModelPricing> get_all_pricing(std::string_view provider) const;

  void async_get_model_pricing(std::string model, std::string provider,
                               std::function<void(Result<std::optional<ModelPricing>>)> done) const;
  void async_get_model_pricing(std::string model, std::string provider, std::string service_tier,
                               std::function<void(Result<std::optional<ModelPricing>>)> done,
                               std::optional<PriceTime> at = {}) const;
  void async_get_all_pricing(std::string provider,
                             std::function<void(Result<std::vector<ModelPricing>>)> done) const;
  // Asks the provider now unless the cache has its list. Blocks, at most 30 seconds. Nothing to do
  // for those whose lists state no prices. Errc::not_found for an unknown provider.
  [[nodiscard]] Result<> refresh(std::string_view provider) const;

  [[nodiscard]] PricingCache& cache() const noexcept;
  [[nodiscard]] const Providers& providers() const noexcept;

  struct TOLLWAY_INTERNAL State;

 private:
  friend class CostCalculator;
  explicit PricingFetcher(std::shared_ptr<State> state) noexcept;
  // Asks the providers, then runs `done` with a fetcher that is good only while it runs, or with
  // null where this one ended before it had asked them all.
  void after_asking(std::vector<std::string> providers,
                    std::function<void(const PricingFetcher*)> done) const;
  // The keys of the cloud providers whose API key is set.
  [[nodiscard]] std::vector<std::string> available_providers() const;

  std::shared_ptr<State> state_;
};

// Counts of one call. `input` and `output` are whole: every part is contained in them, however the
// vendor counts. All are 0 to 10^12.
struct TOLLWAY_API UsageCounts {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cache_read = 0;        // of input
  std::int64_t cache_write_5m = 0;    // of input
  std::int64_t cache_write_1h = 0;    // of input
  std::int64_t input_audio = 0;       // of input
  std::int64_t cache_read_audio = 0;  // of cache_read and of input_audio
  std::int64_t input_image = 0;       // of input; what is known to be cached is in cache_read alone
  std::int64_t input_video = 0;       // of input; the same
  std::int64_t reasoning = 0;         // of output
  std::int64_t output_audio = 0;      // of output
  std::int64_t output_image = 0;      // of output
  std::int64_t output_video = 0;      // of output
  // Whole images, which some are paid by; no vendor's usage counts them.
  std::int64_t input_image_pieces = 0;
  std::int64_t output_image_pieces = 0;
  std::int64_t web_searches = 0;

  // nullopt where the reply does not state both prompt and completion tokens.
  [[nodiscard]] static std::optional<UsageCounts> of(const Usage& usage);
};

// One call to be priced.
struct CostRecord {
  std::string provider;  // empty: by the model's name alone
  std::string model;
  UsageCounts usage;
  std::optional<PriceTime> at;    // prices change over time; nullopt: now
  std::string service_tier = {};  // that served it, as the answer says; empty: the standard one
};

struct CostLine {
  std::string unit;  // as UnitPrice::unit
  std::int64_t quantity = 0;
  std::optional<std::string> unit_dollars;  // nullopt: nobody knows
  std::optional<Money> cost;                // rounded half to even, once
};

struct CostBreakdown {
  std::vector<CostLine> lines;       // each token in exactly one of them
  std::optional<Money> prompt_cost;  // cached parts included
  std::optional<Money> completion_cost;
  std::optional<Money> other_cost;  // requests and searches
  std::optional<Money> total_cost;
  std::optional<ModelPricing> pricing_used;  // nullopt: nobody knows a price
};

struct ModelSummary {
  std::string provider;
  std::string model;
  std::size_t calls = 0;
  std::size_t unknown = 0;  // of calls: those without a price or with usage that cannot be
  std::int64_t tokens = 0;  // of the calls that were priced
  Money cost;               // of the calls that were priced
  // Nullopt where no call was priced, or no token used.
  std::optional<Money> average_a_call;
  std::optional<std::string> dollars_a_token;  // "0.00000153", rounded to 1e-15
};

struct CostSummary {
  ModelSummary all;                  // provider and model are empty
  std::vector<ModelSummary> models;  // dearest first
  // Nullopt where a call's cost is unknown; all.cost is then a lower bound.
  std::optional<Money> total_cost;
};

// What a call will cost, before it is sent.
struct EstimateRequest {
  std::string provider;
  std::string model;
  std::string prompt;                         // counted; or
  std::optional<std::int64_t> prompt_tokens;  // this many
  std::optional<std::int64_t> max_tokens;     // the most that the answer may have
  std::span<const CostRecord> history;        // calls of before, for what answers usually have
};
struct CostEstimate {
  std::int64_t prompt_tokens = 0;
  bool tokens_exact = false;  // by the model's own tokenizer; else by the nearest
  // By what the model's answers had on average in the history, at most max_tokens; without any
  // history max_tokens. Nullopt where neither is given: then cost is of the prompt alone.
  std::optional<std::int64_t> output_tokens;
  CostBreakdown expected;
  CostBreakdown at_most;  // with max_tokens; total_cost is unknown where there is no max_tokens
};

// What is to be done, to find who does it for the least.
struct Workload {
  std::int64_t input_tokens = 0;  // a call
  std::int64_t output_tokens = 0;
  std::int64_t cached_tokens = 0;             // of input
  std::vector<std::string> parameters;        // that the model must support: "tools"
  std::vector<std::string> input_modalities;  // that it must take: "image"
  std::string provider;                       // only models of this one; empty: of any
  bool free_models = true;                    // include those that cost nothing
  std::size_t count = 10;                     // at most so many
};
struct ModelOffer {
  std::string provider;
  std::string model;
  Money cost;  // of one call
  std::optional<std::int64_t> context_length;
  ModelPricing pricing;
};

// From usage and prices to money. Copies share one state; thread-safe. The plain functions price by
// what the cache and the library hold and ask nobody; the async ones give the same after the
// providers concerned were asked for their prices, one after the other, each once; one that doesn't
// answer is done without. `done` is as PricingFetcher's. Errc::cancelled: the last copy ended
// before all were asked; other errors are the plain function's.
class TOLLWAY_API CostCalculator {
 public:
  explicit CostCalculator(PricingFetcher fetcher);
  ~CostCalculator();
  CostCalculator(const CostCalculator&);
  CostCalculator& operator=(const CostCalculator&);

  // Errc::bad_request for counts that are negative, absurd or contradict each other, and for
  // amounts that do not fit. A price that nobody knows is no error: the costs are nullopt.
  [[nodiscard]] Result<CostBreakdown> calculate_cost(const CostRecord& record) const;
  void async_calculate_cost(CostRecord record,
                            std::function<void(Result<CostBreakdown>)> done) const;
  // One answer a record, in order; a bad one leaves the others alone.
  [[nodiscard]] std::vector<Result<CostBreakdown>> calculate_batch_costs(
      std::span<const CostRecord> records) const;
  void async_calculate_batch_costs(
      std::vector<CostRecord> records,
      std::function<void(Result<std::vector<Result<CostBreakdown>>>)> done) const;
  // Prices the records and sums them: totals, and by model. Errc::bad_request where a sum does not
  // fit.
  [[nodiscard]] Result<CostSummary> summarize(std::span<const CostRecord> records) const;
  void async_summarize(std::vector<CostRecord> records,
                       std::function<void(Result<CostSummary>)> done) const;
  [[nodiscard]] Result<CostEstimate> estimate(const EstimateRequest& request) const;
  // Copies the request's history before it returns; counts the prompt on the fetcher's thread.
  void async_estimate(EstimateRequest request,
                      std::function<void(Result<CostEstimate>)> done) const;
  // The cheapest first: models whose price is known, whose context is known to hold the workload,
  // whose answers may be as long where that is known, and which are known to support what it needs.
  // What a price's source does not say of its maker's models OpenRouter's built-in list does.
  [[nodiscard]] Result<std::vector<ModelOffer>> cheapest(const Workload& workload) const;
  // Without a provider every cloud provider is asked whose API key is set.
  void async_cheapest(Workload workload,
                      std::function<void(Result<std::vector<ModelOffer>>)> done) const;

 private:
  PricingFetcher fetcher_;
};

}  // namespace tollway
