#include "catalog/refresher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "catalog/change_json.hpp"
#include "catalog/openrouter_questions.hpp"
#include "catalog/replacements.hpp"
#include "catalog/seconds.hpp"

namespace tollway::catalog {
namespace {

constexpr auto long_time = std::chrono::hours(24);

// For alerts: one line a thing that happened, under a name that stays (docs/costs.md).
void tell(std::string_view name, const boost::json::object& what) {
  boost::json::object event{{"event", name}};
  for (const auto& member : what) event.insert(member);
  log::warning("event {}", boost::json::serialize(event));
}

bool is_openrouter(const Source& source) {
  return source.description()->key == openrouter_key;
}

}  // namespace

Refresher::Refresher(Options options, const std::vector<const Source*>& sources,
                     net::Resolver& resolver)
    : options_(std::move(options)),
      store_(options_.folder),
      pool_(loop_, resolver, options_.tls, {.proxy = options_.proxy}),
      answers_(loop_, pool_, abort_,
               {.folder = options_.folder + "/endpoints", .retry = options_.retry}) {
  take(sources, options_.probed);
}

Refresher::~Refresher() {
  stop();
}

void Refresher::start() {
  read_kept();
  publish();
  warn_about_configured(*live_.current());
  thread_ = std::thread([this] {
    loop_.tasks().spawn(run());
    loop_.run();
  });
}

void Refresher::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] { abort_.fire(internal_error("the program ends").error()); });
  thread_.join();
  live_.publish(live_.current(), true);  // nobody needs to wait any longer
  answers_.stop();
}

void Refresher::take(const std::vector<const Source*>& sources,
                     const std::vector<const Source*>& probed) {
  for (const auto& known : known_) known->dropped = true;
  known_.clear();
  patience_end_ = 0;
  const Source* openrouter = nullptr;
  const auto add = [this](const Source* source, bool is_probed) {
    const auto& known = known_.emplace_back(std::make_shared<Known>());
    known->source = source;
    known->probed = is_probed;
  };
  for (const Source* source : sources) {
    add(source, false);
    if (is_openrouter(*source)) openrouter = source;
  }
  for (const Source* source : probed) add(source, true);
  answers_.use(openrouter, options_.ttl);
}

void Refresher::use(Change change) {
  loop_.post([this, change = std::move(change)] {
    changed_ = [this, change] {
      options_.configured_model = change.configured_model;
      options_.overrides = change.overrides;
      options_.ttl = change.ttl;
      options_.background = change.background;
      take(change.sources, change.probed);
      read_kept();
      publish();
      warn_about_configured(*live_.current());
    };
    wanted_.set();
  });
}

void Refresher::read_kept() {
  for (const KnownPointer& pointer : known_) {
    Known& known = *pointer;
    if (known.probed) continue;
    auto kept = store_.read_list(known.source->description()->key);
    if (!kept) continue;
    auto listing = read_listing(*known.source->description(), kept->body, kept->fetched_at);
    if (!listing) continue;
    known.listing = std::move(*listing);
    known.etag = std::move(kept->etag);
    known.fetched_at = kept->fetched_at;
  }
}

// What nobody has told yet is taken from the built-in sheet, which also knows more of models than
// vendors' lists do.
void Refresher::publish() {
  std::vector<Listing> listings;
  bool settled = true;
  const bool whole =
      std::ranges::any_of(known_, [](const auto& known) { return is_openrouter(*known->source); });
  if (!whole) listings.emplace_back(built_in_listing()).reference = true;
  for (const KnownPointer& pointer : known_) {
    const Known& known = *pointer;
    const auto& description = *known.source->description();
    settled = settled && (known.listing || known.failing);
    if (known.listing) {
      listings.push_back(*known.listing);
    } else if (is_openrouter(*known.source)) {
      listings.push_back(read_built_in_listing());
    } else if (!whole && !known.probed && !description.local) {
      listings.push_back(assumed_listing(description));
    }
  }
  note_when_stale();
  const auto look_up = look_up_in_sheets(options_.overrides, seconds_now());
  live_.publish(std::make_shared<const Catalogue>(listings, look_up), settled);
}

void Refresher::note_when_stale() {
  std::int64_t stale_at = std::numeric_limits<std::int64_t>::max();
  for (const KnownPointer& known : known_) stale_at = std::min(stale_at, due_at(*known));
  stale_at_ = stale_at;
}

// The built-in sheet knows models that have gone since; that it lacks a new one says nothing.
void Refresher::warn_about_configured(const Catalogue& before) {
  if (options_.configured_model.empty()) return;
  const auto now = live_.current();
  const std::string provider =
      known_.empty() ? std::string() : known_.front()->source->description()->key;
  auto configured = check_configured(options_.configured_model, before, *now, provider);
  if (configured.state == ConfiguredModel::State::unknown) {
    const Listing sheet = read_built_in_listing();
    const Catalogue built_in(std::span(&sheet, 1));
    configured = check_configured(options_.configured_model, built_in, *now);
    if (configured.state == ConfiguredModel::State::unknown) return;
    configured.model = nullptr;
  }
  const auto warning = warning_about(configured);
  if (!warning.empty() && warning != warned_) {
    log::warning("{}", warning);
    tell(configured.state == ConfiguredModel::State::gone ? "catalogue.model_gone"
                                                          : "catalogue.model_expiring",
         configured_json(configured));
  }
  warned_ = warning;
}

void Refresher::warn_about_price(const std::vector<catalog::Change>& changes) const {
  const auto now = live_.current();
  const auto configured = now->find(options_.configured_model);
  if (!configured) return;
  for (const auto& change : changes) {
    const bool is_its_own = change.provider == known_.front()->source->description()->key;
    if (change.prices.empty() || change.model != configured->target->id || !is_its_own) continue;
    log::warning("the price of the model {} has changed ({})", change.model, name_of(change.kind));
    tell("catalogue.price_changed", change_json(change));
  }
}

std::int64_t Refresher::due_at(const Known& known) const {
  if (known.asking) return std::numeric_limits<std::int64_t>::max();
  return known.failing ? known.failed_at + options_.retry.count()
                       : known.fetched_at + options_.ttl.count();
}

// True where somebody has to be waited for.
bool Refresher::want() {
  if (seconds_now() >= stale_at_ && !asked_.exchange(true)) {
    loop_.post([this] { wanted_.set(); });
  }
  return !live_.settled();
}

// All who wait share one patience: a source that says nothing delays the first of them, not each.
net::TimePoint Refresher::patience_end() {
  net::Clock::rep none = 0;
  const auto end = net::Clock::now() + first_answer_patience;
  if (patience_end_.compare_exchange_strong(none, end.time_since_epoch().count())) return end;
  return net::TimePoint(net::Clock::duration(none));
}

net::Task<CataloguePointer> Refresher::catalogue() {
  if (want()) {
    auto waiting = live_.wait(patience_end());
    co_await std::move(waiting);
  }
  co_return live_.current();
}

AnswerBody Refresher::known_endpoints(std::string_view model) {
  return answers_.known(endpoints_path(model));
}

net::Task<> Refresher::run() {
  while (!abort_.fired()) {
    if (const auto change = std::exchange(changed_, nullptr)) change();
    if (options_.background || asked_) refresh();
    asked_ = false;
    const std::chrono::seconds left(std::max<std::int64_t>(stale_at_ - seconds_now(), 1));
    const auto pause = options_.background ? std::min<std::chrono::seconds>(left, long_time)
                                           : std::chrono::seconds(long_time);
    auto waiting = wanted_.wait(net::Clock::now() + pause, abort_);
    co_await std::move(waiting);
  }
  pool_.clear();
  loop_.stop_after_tasks();
}

void Refresher::refresh() {
  for (const KnownPointer& known : known_) {
    if (due_at(*known) > seconds_now()) continue;
    known->asking = true;
    loop_.tasks().spawn(refresh(known));
  }
  note_when_stale();
}

net::Task<> Refresher::refresh(KnownPointer known) {
  auto fetching = fetch_list(pool_, *known->source, known->etag, abort_,
                             known->probed ? probe_timeouts : list_timeouts);
  const auto list = co_await std::move(fetching);
  known->asking = false;
  if (abort_.fired() || known->dropped) co_return;
  if (!list) {
    note_failure(*known, list.error());
  } else if (*list) {
    known->failing = false;
    adopt(*known, **list);
  } else {
    known->failing = false;
    known->fetched_at = seconds_now();
    if (known->listing) known->listing->as_of = known->fetched_at;
    publish();
  }
  wanted_.set();  // for the pause until the next question
}

void Refresher::note_failure(Known& known, const Error& error) {
  if (known.probed) {
    // Nobody counts on it: what it had is gone with it.
    known.listing.reset();
    known.etag.clear();
    known.fetched_at = 0;
  } else if (!known.failing) {
    log::warning("the models of {} could not be asked for: {}; going on with what is known",
                 known.source->description()->name, error.message);
  }
  known.failing = true;
  known.failed_at = seconds_now();
  publish();
}

void Refresher::adopt(Known& known, const KeptList& list) {
  auto listing = read_listing(*known.source->description(), list.body, list.fetched_at);
  if (!listing) return;  // fetch_list() has read it once
  const auto before = live_.current();
  const bool first = !known.listing && !is_openrouter(*known.source);
  known.listing = std::move(*listing);
  known.etag = list.etag;
  known.fetched_at = list.fetched_at;
  publish();
  if (known.probed) return;
  // Disks may be slow, and nobody has to wait for them.
  if (const auto written = store_.write_list(known.source->description()->key, list); !written) {
    log::warning("{}", written.error().message);
  }
  const ChangesFound found{.at = list.fetched_at,
                           .changes = changes_between(*before, *live_.current())};
  warn_about_configured(*before);
  if (found.changes.empty() || first) return;
  log::info("{}: {} changes of models", known.source->description()->name, found.changes.size());
  if (const auto kept = store_.append(found); !kept) log::warning("{}", kept.error().message);
  warn_about_price(found.changes);
}

}  // namespace tollway::catalog
