// What the calling key used day by day, in the shape of OpenRouter's GET /activity: the last 30
// completed days in UTC, or the one that is named.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/answer_from_ledger.hpp"
#include "gateway/filters/authenticate.hpp"
#include "gateway/ledger_json.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

constexpr std::int64_t days_shown = 30;

// "2026-11-23".
std::optional<std::int64_t> day_named(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  std::array<int, 3> parts{};
  const std::array<std::string_view, 3> texts{date.substr(0, 4), date.substr(5, 2), date.substr(8)};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const char* const end = texts[i].data() + texts[i].size();
    if (std::from_chars(texts[i].data(), end, parts[i]).ptr != end) return std::nullopt;
  }
  const std::chrono::year_month_day day{std::chrono::year(parts[0]),
                                        std::chrono::month(static_cast<unsigned>(parts[1])),
                                        std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day).time_since_epoch().count();
}

net::Task<Result<>> refuse(Error error) {
  co_return std::unexpected(std::move(error));
}

constexpr std::size_t key_hash_digits = 2 * crypto_hash_sha256_BYTES;

bool is_key_hash(std::string_view text) {
  return text.size() == key_hash_digits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Of the key that calls, as OpenRouter's clients work it out.
std::string own_key_hash(const Request& request) {
  const auto key = filters::presented_key(request.exchange.head());
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
  std::array<char, key_hash_digits + 1> hex;
  return sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
}

// Narrows the query to the day that is named, if one is.
Result<> name_day(const Request& request, std::int64_t today, ledger::UsageQuery& query) {
  const auto date = query_parameter(request.query, "date");
  if (!date) return {};
  const auto day = day_named(*date);
  if (!day || *day < today - days_shown || *day > today) {
    return client_error(
        Errc::bad_request,
        fmt::format("expected ?date= as YYYY-MM-DD within the last {} days", days_shown));
  }
  query.from = query.until = *day;
  return {};
}

// Narrows it to the key that is named. A key sees its own figures and nobody else's.
Result<> name_key(const Request& request, ledger::UsageQuery& query) {
  const auto hash = query_parameter(request.query, "api_key_hash");
  if (!hash) return {};
  if (!is_key_hash(*hash)) {
    return client_error(Errc::bad_request,
                        "expected ?api_key_hash= as the key's SHA-256 in 64 hex digits");
  }
  const bool own = request.key != nullptr && *hash == own_key_hash(request);
  if (!own) query.until = query.from - 1;  // no days
  return {};
}

net::Task<Result<>> serve(Request& request) {
  const std::int64_t today = ledger::day_of(std::chrono::system_clock::now());
  ledger::UsageQuery query{.from = today - days_shown,
                           .until = today - 1,
                           .by_time = true,
                           .by_key = false,
                           .by_provider = true,
                           .by_model = true,
                           .by_served_by = true,
                           .key = visible_key(request)};
  if (const auto named = name_day(request, today, query); !named) return refuse(named.error());
  if (const auto named = name_key(request, query); !named) return refuse(named.error());
  return answer_from_ledger(
      request, [query = std::move(query)](ledger::Reports& reports) -> Result<std::string> {
        const auto rows = reports.usage(query);
        if (!rows) return std::unexpected(rows.error());
        return activity_json(*rows);
      });
}

}  // namespace

extern const Route activity{.method = "GET", .path = "activity", .serve = &serve};

}  // namespace tollway::gateway::routes
