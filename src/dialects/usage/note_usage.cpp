#include "dialects/usage/note_usage.hpp"

namespace tollway::dialects {
namespace {

UsageLayout layout_of(UsageLayout layout, const Members& usage) {
  simdjson::dom::element completion;
  const bool chat = layout != UsageLayout::openai_chat ||
                    usage["completion_tokens"].get(completion) == simdjson::SUCCESS;
  return chat ? layout : UsageLayout::openai_embeddings;
}

}  // namespace

void note_tier(const Members& owner, Progress& progress) {
  std::string_view name;
  if (owner["service_tier"].get(name) != simdjson::SUCCESS) return;
  if (const auto tier = llm::service_tier_named(name)) progress.tier = tier;
}

void note_usage(UsageLayout layout, const Members& usage, Progress& progress) {
  if (auto metered = read_usage(layout_of(layout, usage), usage)) {
    progress.metered = *metered;
    progress.usage_here = true;
    if (metered->tier) progress.tier = metered->tier;
    if (metered->stated_cost) progress.stated_cost = metered->stated_cost;
  } else {
    // A step is not the whole because what would have been the whole cannot be read.
    if (!progress.usage_complete) progress.metered.reset();
    if (const auto cost = stated_cost(usage)) progress.stated_cost = cost;
  }
  bool byok = false;
  if (usage["is_byok"].get(byok) == simdjson::SUCCESS) progress.byok = byok;
}

}  // namespace tollway::dialects
