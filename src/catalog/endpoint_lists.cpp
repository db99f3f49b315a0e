#include "catalog/endpoint_lists.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"
#include "catalog/endpoints.hpp"
#include "catalog/seconds.hpp"

namespace tollway::catalog {
namespace {

// A model's name as it stands in a path, or as the name of a file.
std::string escaped(std::string_view model, std::string_view also_plain) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string out;
  for (const char c : model) {
    if (plain.contains(c) || also_plain.contains(c)) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

constexpr std::size_t file_name_bytes_max = 200;

Result<> check(std::string_view body) {
  if (body.size() > EndpointLists::body_bytes_max) {
    return upstream_error(Errc::upstream_too_large, fmt::format("the answer is over {} bytes",
                                                                EndpointLists::body_bytes_max));
  }
  return check_endpoints(body);
}

}  // namespace

EndpointLists::EndpointLists(net::Loop& loop, net::ClientPool& pool, net::Abort& abort,
                             Options options)
    : loop_(loop),
      pool_(pool),
      abort_(abort),
      store_(std::move(options.folder)),
      retry_(options.retry),
      ttl_(options.ttl) {}

void EndpointLists::use(const Source* source, std::chrono::seconds ttl) {
  const std::scoped_lock lock(mutex_);
  source_ = source;
  ttl_ = ttl;
}

void EndpointLists::stop() {
  std::vector<Waiters> woken;
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    for (auto& [model, entry] : entries_) woken.push_back(take_waiters(entry));
  }
  for (const auto& waiters : woken) {
    for (const auto& wake : waiters) wake();
  }
}

net::Task<EndpointsBody> EndpointLists::find(std::string model, net::TimePoint until) {
  const net::Executor executor = co_await net::asio::this_coro::executor;
  const auto timer = std::make_shared<net::Timer>(executor, until);
  {
    const std::scoped_lock lock(mutex_);
    if (source_ == nullptr) co_return nullptr;
    Entry& known = look_up(model);
    if (known.body || !known.asking || stopped_) co_return known.body;
    // The cancelling runs on the loop itself, behind the wait below.
    known.waiting.emplace_back(
        [executor, timer] { net::asio::post(executor, [timer] { timer->cancel(); }); });
  }
  boost::system::error_code cancelled;  // being cancelled is how it ends early
  co_await timer->async_wait(net::asio::redirect_error(net::use_task, cancelled));
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(model);
  co_return found == entries_.end() ? nullptr : found->second.body;
}

EndpointsBody EndpointLists::known(const std::string& model) {
  const std::scoped_lock lock(mutex_);
  return source_ == nullptr ? nullptr : look_up(model).body;
}

// Has it asked for where that is due.
EndpointLists::Entry& EndpointLists::look_up(const std::string& model) {
  Entry& known = entry(model);
  if (!stopped_ && !known.asking && is_due(known)) {
    known.asking = true;
    loop_.post([this, model] {
      queue_.push_back(model);
      ask_next();
    });
  }
  return known;
}

EndpointLists::Entry& EndpointLists::entry(const std::string& model) {
  const auto [at, added] = entries_.try_emplace(model);
  Entry& entry = at->second;
  if (!added) used_.erase(entry.used);
  entry.used = used_.insert(used_.end(), model);
  if (added) forget_longest_unused();
  return entry;
}

bool EndpointLists::is_due(const Entry& entry) const {
  const auto now = seconds_now();
  return entry.fetched_at + ttl_.count() <= now && entry.failed_at + retry_.count() <= now;
}

void EndpointLists::keep(Entry& entry, KeptList list) {
  if (entry.body) bytes_ -= entry.body->size();
  entry.body = std::make_shared<const std::string>(std::move(list.body));
  entry.etag = std::move(list.etag);
  entry.fetched_at = list.fetched_at;
  bytes_ += entry.body->size();
  forget_longest_unused();
}

// Those that are being asked for stay: somebody waits for them.
void EndpointLists::forget_longest_unused() {
  for (auto at = used_.begin(); at != used_.end();) {
    if (entries_.size() <= models_max && bytes_ <= bytes_max) return;
    const auto found = entries_.find(*at);
    const bool newest = std::next(at) == used_.end();
    if (found->second.asking || newest) {
      ++at;
      continue;
    }
    if (found->second.body) bytes_ -= found->second.body->size();
    entries_.erase(found);
    at = used_.erase(at);
  }
}

EndpointLists::Waiters EndpointLists::take_waiters(Entry& entry) {
  return std::exchange(entry.waiting, {});
}

void EndpointLists::ask_next() {
  while (questions_ < questions_max && !queue_.empty()) {
    ++questions_;
    std::string model = std::move(queue_.front());
    queue_.pop_front();
    loop_.tasks().spawn(ask(std::move(model)));
  }
}

net::Task<> EndpointLists::ask(std::string model) {
  const Question question = prepare(model);
  if (question.source != nullptr && !abort_.fired()) {
    const std::string path = fmt::format("models/{}/endpoints", escaped(model, "/.:~@"));
    auto asking = fetch_answer(pool_, *question.source, path, question.etag, abort_);
    auto answer = co_await std::move(asking);
    if (answer && *answer) {
      if (auto checked = check((*answer)->body); !checked) {
        answer = std::unexpected(std::move(checked.error()));
      }
    }
    adopt(model, answer);
    wake(model);
    // Disks may be slow, and nobody has to wait for them.
    if (answer && *answer) write_kept(model, **answer);
  }
  {
    const std::scoped_lock lock(mutex_);
    entry(model).asking = false;
  }
  wake(model);
  --questions_;
  loop_.post([this] { ask_next(); });
}

EndpointLists::Question EndpointLists::prepare(const std::string& model) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(entry(model).disk_read, true)) {
    lock.unlock();
    auto kept = read_kept(model);
    lock.lock();
    if (kept) keep(entry(model), std::move(*kept));
  }
  const Entry& known = entry(model);
  Question question{.source = is_due(known) && !stopped_ ? source_ : nullptr, .etag = known.etag};
  const bool served = known.body != nullptr;
  lock.unlock();
  if (served) wake(model);
  return question;
}

void EndpointLists::wake(const std::string& model) {
  Waiters waiters;
  {
    const std::scoped_lock lock(mutex_);
    waiters = take_waiters(entry(model));
  }
  for (const auto& waiter : waiters) waiter();
}

void EndpointLists::adopt(const std::string& model, const Result<std::optional<KeptList>>& answer) {
  if (!answer && abort_.fired()) return;
  if (!answer && !failing_) {
    log::warning("the endpoints of {} could not be asked for: {}; going on with what is known",
                 model, answer.error().message);
  }
  failing_ = !answer;
  const std::scoped_lock lock(mutex_);
  Entry& known = entry(model);
  if (!answer) {
    known.failed_at = seconds_now();
  } else if (*answer) {
    keep(known, **answer);
  } else {
    known.fetched_at = seconds_now();
  }
}

std::optional<KeptList> EndpointLists::read_kept(const std::string& model) const {
  const std::string name = escaped(model, ".");
  if (name.size() > file_name_bytes_max) return std::nullopt;
  auto kept = store_.read_list(name);
  if (kept && !check(kept->body)) return std::nullopt;
  return kept;
}

void EndpointLists::write_kept(const std::string& model, const KeptList& list) const {
  const std::string name = escaped(model, ".");
  if (name.size() > file_name_bytes_max) return;
  auto written = store_.write_list(name, list);
  if (written) written = store_.keep_newest(models_max);
  if (!written) log::warning("{}", written.error().message);
}

}  // namespace tollway::catalog
