// What the copies of a PricingFetcher share, for the library's own sources.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "client/pricing_rows.hpp"

namespace tollway {

struct PricingFetcher::State {
  // Asks the providers and runs `done`; with `asked` false it must only say that the fetcher has
  // ended.
  struct Job {
    std::vector<std::string> providers;
    std::function<void(bool asked)> done;
  };

  State(PricingFetcherOptions options, std::shared_ptr<const pricing::PriceSheet> overrides);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Lists that state prices are asked for and kept.
  [[nodiscard]] Result<> refresh(std::string_view provider) const;
  // Null for an unknown one. By key or by the name that sheets have for it.
  [[nodiscard]] const Provider* provider(std::string_view name) const;
  // Without a provider by the name alone. `tier` as vendors name it. Nullopt for `at`: now.
  [[nodiscard]] std::optional<ModelPricing> of_model(std::string_view provider,
                                                     std::string_view model, std::string_view tier,
                                                     std::optional<PriceTime> at) const;
  [[nodiscard]] std::vector<ModelPricing> all_of(std::string_view provider) const;
  void run_later(Job job);

  const SettingsSnapshot settings;
  const Providers providers;
  const std::shared_ptr<PricingCache> cache;
  const std::shared_ptr<const pricing::PriceSheet> overrides;  // may be null

 private:
  void work();
  [[nodiscard]] std::optional<ModelPricing> of_provider(std::string_view provider,
                                                        std::string_view model,
                                                        llm::ServiceTier tier, PriceTime at) const;
  // By the name alone, of what the cache has: the maker's list, else OpenRouter's.
  [[nodiscard]] std::optional<ModelPricing> listed_by_name(std::string_view model,
                                                           PriceTime at) const;
  // What the list of the provider with that key states, where the cache has it.
  [[nodiscard]] std::optional<ModelPricing> listed_by(std::string_view key, std::string_view model,
                                                      PriceTime at) const;
  // Asks one after the other; false where the fetcher ended before all were. An answer that fails
  // is none: what is known without it counts.
  [[nodiscard]] bool ask(const std::vector<std::string>& names) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::atomic<bool> ending_ = false;
  std::thread worker_;  // from the first job on
};

}  // namespace tollway
