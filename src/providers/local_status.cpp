#include "providers/local_status.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "providers/models/entry.hpp"

namespace tollway::providers {
namespace {

namespace json = boost::json;

constexpr int ok = 200;
constexpr int unavailable = 503;
constexpr std::size_t depth_max = 32;
constexpr std::size_t loaded_max = 256;
constexpr int queued_max = std::numeric_limits<int>::max();

std::optional<json::value> parse(std::string_view body) {
  json::error_code failed;
  json::parse_options options;
  options.max_depth = depth_max;
  auto document = json::parse({body.data(), body.size()}, failed, {}, options);
  if (failed) return std::nullopt;
  return document;
}

// {"models": [{"name": "llama3.2:3b", "size_vram": ..., "expires_at": ...}]}
void read_ollama(std::span<const StatusAnswer> answers, LocalStatus& status) {
  if (answers[0].status != ok) return;
  const auto document = parse(answers[0].body);
  if (!document || !document->is_object()) return;
  for (const Entry& model : Entry(document->get_object()).objects("models")) {
    std::string name = model.text("model");
    if (name.empty()) name = model.text("name");
    if (!name.empty() && status.loaded.size() < loaded_max) {
      status.loaded.push_back(std::move(name));
    }
  }
}

// /health is 503 {"error": {"message": "Loading model"}} while it loads. /slots, unless switched
// off, has one entry a slot; what waits behind them llama.cpp does not tell, so a free slot means
// that nothing does.
void read_llamacpp(std::span<const StatusAnswer> answers, LocalStatus& status) {
  status.loading = answers[0].status == unavailable;
  if (answers.size() < 2 || answers[1].status != ok) return;
  const auto document = parse(answers[1].body);
  if (!document || !document->is_array()) return;
  const auto& slots = document->get_array();
  const bool any_free = std::ranges::any_of(slots, [](const json::value& slot) {
    const json::object* object = slot.if_object();
    return object != nullptr && !Entry(*object).flag("is_processing").value_or(true);
  });
  if (any_free) status.queued = 0;
}

// The sum of a gauge over its labels: `name{engine="0",model_name="m"} 3.0`.
std::optional<int> gauge(std::string_view text, std::string_view name) {
  std::optional<double> sum;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(name)) continue;
    std::string_view rest = line.substr(name.size());
    if (rest.starts_with('{')) {
      const std::size_t end = rest.rfind('}');
      if (end == std::string_view::npos) continue;
      rest.remove_prefix(end + 1);
    }
    if (!rest.starts_with(' ')) continue;  // a longer name
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    double value = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (read.ec != std::errc() || !std::isfinite(value) || value < 0) continue;
    sum = sum.value_or(0) + value;
  }
  if (!sum) return std::nullopt;
  return static_cast<int>(std::min(*sum, static_cast<double>(queued_max)));
}

void read_vllm(std::span<const StatusAnswer> answers, LocalStatus& status) {
  status.loading = answers[0].status == unavailable;
  if (answers.size() < 2 || answers[1].status != ok) return;
  status.queued = gauge(answers[1].body, "vllm:num_requests_waiting");
}

}  // namespace

std::vector<std::string> status_targets(const Description& description, const BaseUrl& base_url) {
  std::string_view beside = base_url.url.path;
  if (const std::size_t slash = beside.rfind('/'); slash != std::string_view::npos) {
    const std::string_view last = beside.substr(slash + 1);
    if (last.size() >= 2 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9') {
      beside = beside.substr(0, slash);
    }
  }
  const std::string prefix(beside);
  switch (description.status) {
    case StatusKind::ollama:
      return {prefix + "/api/ps"};
    case StatusKind::llamacpp:
      return {prefix + "/health", prefix + "/slots"};
    case StatusKind::vllm:
      return {prefix + "/health", prefix + "/metrics"};
    case StatusKind::none:
      break;
  }
  return {base_url.target(description.models.path)};
}

LocalStatus read_status(StatusKind kind, std::span<const StatusAnswer> answers) {
  LocalStatus status;
  if (answers.empty() || answers[0].status == 0) return status;
  status.reachable = true;
  switch (kind) {
    case StatusKind::ollama:
      read_ollama(answers, status);
      break;
    case StatusKind::llamacpp:
      read_llamacpp(answers, status);
      break;
    case StatusKind::vllm:
      read_vllm(answers, status);
      break;
    case StatusKind::none:
      break;
  }
  return status;
}

}  // namespace tollway::providers
