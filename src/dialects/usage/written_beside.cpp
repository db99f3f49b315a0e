#include "dialects/usage/written_beside.hpp"

namespace tollway::dialects {

std::int64_t written_beside(const ChatTotals& totals) noexcept {
  const std::int64_t beside = totals.total - totals.prompt - totals.completion;
  if (beside <= 0) return 0;
  if (totals.reasoning > 0) return beside == totals.reasoning ? beside : 0;
  const bool is_cached = beside == totals.cache_read || beside == totals.cache_write ||
                         beside == totals.cache_read + totals.cache_write;
  return is_cached ? 0 : beside;
}

}  // namespace tollway::dialects
