#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/decimal.hpp"
#include "routing/preferences.hpp"

namespace tollway::routing {
namespace {

namespace json = boost::json;

constexpr std::size_t slugs_max = 256;

std::unexpected<Error> expected(std::string_view member, std::string_view what,
                                const json::value& came) {
  std::string text = json::serialize(came);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return client_error(Errc::bad_request,
                      fmt::format("provider.{}: expected {}, not {}", member, what, text));
}

Result<> read_flag(std::string_view member, const json::value& value, bool& flag) {
  if (!value.is_bool()) return expected(member, "true or false", value);
  flag = value.get_bool();
  return {};
}

Result<> read_slugs(std::string_view member, const json::value& value,
                    std::vector<std::string>& slugs) {
  constexpr std::string_view what = "an array of at most 256 provider slugs";
  if (!value.is_array() || value.get_array().size() > slugs_max) {
    return expected(member, what, value);
  }
  for (const auto& slug : value.get_array()) {
    if (!slug.is_string() || slug.get_string().empty()) return expected(member, what, value);
    std::string& text = slugs.emplace_back(slug.get_string());
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return {};
}

Result<> read_quantizations(const json::value& value, Preferences& preferences) {
  constexpr std::string_view what =
      "an array of int4, int8, fp4, mxfp4, nvfp4, fp6, fp8, mxfp8, fp16, bf16, fp32, unknown";
  if (!value.is_array()) return expected("quantizations", what, value);
  EnumSet<Quantization> set;
  for (const auto& name : value.get_array()) {
    const auto quantization =
        name.is_string() ? quantization_named(name.get_string()) : std::nullopt;
    if (!quantization) return expected("quantizations", what, value);
    set.add(*quantization);
    if (*quantization == Quantization::fp4) {
      set.add(Quantization::mxfp4);
      set.add(Quantization::nvfp4);
    }
    if (*quantization == Quantization::fp8) set.add(Quantization::mxfp8);
  }
  preferences.quantizations = set;
  return {};
}

Result<> read_sort_name(const json::value& value, Preferences& preferences) {
  constexpr std::array<std::string_view, 4> names{"price", "throughput", "latency", "exacto"};
  const auto* const place = value.is_string()
                                ? std::ranges::find(names, std::string_view(value.get_string()))
                                : names.end();
  if (place == names.end()) {
    return expected("sort", "\"price\", \"throughput\", \"latency\" or \"exacto\"", value);
  }
  preferences.sort = static_cast<Sort>(place - names.begin());
  return {};
}

Result<> read_sort(const json::value& value, Preferences& preferences) {
  if (!value.is_object()) return read_sort_name(value, preferences);
  for (const auto& [name, member] : value.get_object()) {
    if (member.is_null()) continue;
    if (name == "by") {
      if (auto read = read_sort_name(member, preferences); !read) return read;
    } else if (name == "partition") {
      if (member != "model" && member != "none") {
        return expected("sort.partition", "\"model\" or \"none\"", member);
      }
      preferences.across_models = member == "none";
    } else {
      return expected("sort", "\"by\" and \"partition\" alone", value);
    }
  }
  return {};
}

Result<> read_cutoff(std::string_view member, const json::value& value, float& cutoff) {
  double number = -1;
  if (value.is_double()) number = value.get_double();
  if (value.is_int64()) number = static_cast<double>(value.get_int64());
  if (value.is_uint64()) number = static_cast<double>(value.get_uint64());
  if (!std::isfinite(number) || number < 0) {
    return expected(member, "a number of 0 or more, or percentiles {p50, p75, p90, p99}", value);
  }
  cutoff = static_cast<float>(number);
  return {};
}

Result<> read_cutoffs(std::string_view member, const json::value& value, Percentiles& cutoffs) {
  constexpr std::array<std::string_view, percentile_count> names{"p50", "p75", "p90", "p99"};
  if (!value.is_object()) return read_cutoff(member, value, cutoffs[0]);
  for (const auto& [name, number] : value.get_object()) {
    const auto* const place = std::ranges::find(names, std::string_view(name));
    if (place == names.end()) return expected(member, "percentiles p50, p75, p90, p99", value);
    if (number.is_null()) continue;
    auto& cutoff = cutoffs[static_cast<std::size_t>(place - names.begin())];
    if (auto read = read_cutoff(member, number, cutoff); !read) return read;
  }
  return {};
}

// Prices come as strings or as numbers; the shortest text of a number is what was written.
Result<> read_cap(std::string_view name, const json::value& value, int places,
                  std::optional<std::int64_t>& cap) {
  std::string text;
  if (value.is_string()) text = value.get_string();
  if (value.is_number()) text = json::serialize(value);
  const auto read = parse_decimal(text, places);
  if (!read || *read < 0) {
    return expected(fmt::format("max_price.{}", name), "dollars of 0 or more", value);
  }
  cap = *read;
  return {};
}

Result<> read_max_price(const json::value& value, PriceCaps& caps) {
  // Tokens are capped in dollars a million, everything else in dollars a piece.
  constexpr int token_places = 15 - 6;
  constexpr int piece_places = 15;
  if (!value.is_object()) {
    return expected("max_price", "an object of prompt, completion, request, image, audio", value);
  }
  for (const auto& [name, price] : value.get_object()) {
    if (price.is_null()) continue;
    Result<> read;
    if (name == "prompt") {
      read = read_cap(name, price, token_places, caps.prompt);
    } else if (name == "completion") {
      read = read_cap(name, price, token_places, caps.completion);
    } else if (name == "request") {
      read = read_cap(name, price, piece_places, caps.request);
    } else if (name == "image") {
      read = read_cap(name, price, piece_places, caps.image);
    } else if (name == "audio") {
      read = read_cap(name, price, piece_places, caps.audio);
    } else {
      read = expected("max_price", "prompt, completion, request, image and audio alone", value);
    }
    if (!read) return read;
  }
  return {};
}

Result<> read_data_collection(const json::value& value, Preferences& preferences) {
  if (value != "allow" && value != "deny") {
    return expected("data_collection", "\"allow\" or \"deny\"", value);
  }
  preferences.deny_data_collection = value == "deny";
  return {};
}

Result<> read_member(std::string_view name, const json::value& value, Preferences& into) {
  if (name == "order") return read_slugs(name, value, into.order);
  if (name == "only") return read_slugs(name, value, into.only);
  if (name == "ignore") return read_slugs(name, value, into.ignore);
  if (name == "allow_fallbacks") return read_flag(name, value, into.allow_fallbacks);
  if (name == "require_parameters") return read_flag(name, value, into.require_parameters);
  if (name == "data_collection") return read_data_collection(value, into);
  if (name == "zdr") return read_flag(name, value, into.zero_retention);
  if (name == "enforce_distillable_text") return read_flag(name, value, into.distillable);
  if (name == "quantizations") return read_quantizations(value, into);
  if (name == "sort") return read_sort(value, into);
  if (name == "preferred_min_throughput") return read_cutoffs(name, value, into.tokens_a_second);
  if (name == "preferred_max_latency") return read_cutoffs(name, value, into.first_token_s);
  if (name == "max_price") return read_max_price(value, into.max_price);
  return client_error(
      Errc::bad_request,
      fmt::format("provider.{}: there is no such preference; expected one of order, "
                  "only, ignore, allow_fallbacks, require_parameters, "
                  "data_collection, zdr, enforce_distillable_text, quantizations, "
                  "sort, preferred_min_throughput, preferred_max_latency, max_price",
                  name.substr(0, 80)));
}

}  // namespace

Result<Preferences> read_preferences(std::string_view json_text) {
  json::error_code failure;
  const json::value object = json::parse(json_text, failure);
  Preferences preferences;
  if (!failure && object.is_null()) return preferences;
  if (failure || !object.is_object()) {
    return client_error(Errc::bad_request, "provider: expected an object");
  }
  for (const auto& [name, value] : object.get_object()) {
    if (value.is_null()) continue;
    if (auto read = read_member(name, value, preferences); !read) {
      return std::unexpected(std::move(read.error()));
    }
  }
  return preferences;
}

}  // namespace tollway::routing
