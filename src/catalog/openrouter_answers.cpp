#include "catalog/openrouter_answers.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"
#include "catalog/openrouter_questions.hpp"
#include "catalog/seconds.hpp"

namespace tollway::catalog {
namespace {

constexpr std::size_t file_name_bytes_max = 200;

}  // namespace

OpenRouterAnswers::OpenRouterAnswers(net::Loop& loop, net::ClientPool& pool, net::Abort& abort,
                                     Options options)
    : loop_(loop),
      pool_(pool),
      abort_(abort),
      store_(std::move(options.folder)),
      retry_(options.retry),
      ttl_(options.ttl) {}

void OpenRouterAnswers::use(const Source* source, std::chrono::seconds ttl) {
  const std::scoped_lock lock(mutex_);
  source_ = source;
  ttl_ = ttl;
}

void OpenRouterAnswers::stop() {
  std::vector<Waiters> woken;
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    for (auto& [path, entry] : entries_) woken.push_back(take_waiters(entry));
  }
  for (const auto& waiters : woken) {
    for (const auto& wake : waiters) wake();
  }
}

net::Task<AnswerBody> OpenRouterAnswers::find(std::string path, net::TimePoint until) {
  const net::Executor executor = co_await net::asio::this_coro::executor;
  const auto timer = std::make_shared<net::Timer>(executor, until);
  {
    const std::scoped_lock lock(mutex_);
    if (source_ == nullptr) co_return nullptr;
    Entry& known = look_up(path);
    if (known.body || !known.asking || stopped_) co_return known.body;
    // The cancelling runs on the loop itself, behind the wait below.
    known.waiting.emplace_back(
        [executor, timer] { net::asio::post(executor, [timer] { timer->cancel(); }); });
  }
  boost::system::error_code cancelled;  // being cancelled is how it ends early
  co_await timer->async_wait(net::asio::redirect_error(net::use_task, cancelled));
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(path);
  co_return found == entries_.end() ? nullptr : found->second.body;
}

AnswerBody OpenRouterAnswers::known(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  return source_ == nullptr ? nullptr : look_up(path).body;
}

// Has it asked for where that is due.
OpenRouterAnswers::Entry& OpenRouterAnswers::look_up(const std::string& path) {
  Entry& known = entry(path);
  if (!stopped_ && !known.asking && is_due(known)) {
    known.asking = true;
    loop_.post([this, path] {
      queue_.push_back(path);
      ask_next();
    });
  }
  return known;
}

OpenRouterAnswers::Entry& OpenRouterAnswers::entry(const std::string& path) {
  const auto [at, added] = entries_.try_emplace(path);
  Entry& entry = at->second;
  if (!added) used_.erase(entry.used);
  entry.used = used_.insert(used_.end(), path);
  if (added) forget_longest_unused();
  return entry;
}

bool OpenRouterAnswers::is_due(const Entry& entry) const {
  const auto now = seconds_now();
  return entry.fetched_at + ttl_.count() <= now && entry.failed_at + retry_.count() <= now;
}

void OpenRouterAnswers::keep(Entry& entry, KeptList list) {
  if (entry.body) bytes_ -= entry.body->size();
  entry.body = std::make_shared<const std::string>(std::move(list.body));
  entry.etag = std::move(list.etag);
  entry.fetched_at = list.fetched_at;
  bytes_ += entry.body->size();
  forget_longest_unused();
}

// Those that are being asked for stay: somebody waits for them.
void OpenRouterAnswers::forget_longest_unused() {
  for (auto at = used_.begin(); at != used_.end();) {
    if (entries_.size() <= answers_max && bytes_ <= bytes_max) return;
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

OpenRouterAnswers::Waiters OpenRouterAnswers::take_waiters(Entry& entry) {
  return std::exchange(entry.waiting, {});
}

void OpenRouterAnswers::ask_next() {
  while (questions_ < questions_max && !queue_.empty()) {
    ++questions_;
    std::string path = std::move(queue_.front());
    queue_.pop_front();
    loop_.tasks().spawn(ask(std::move(path)));
  }
}

net::Task<> OpenRouterAnswers::ask(std::string path) {
  const Question question = prepare(path);
  if (question.source != nullptr && !abort_.fired()) {
    auto asking = fetch_answer(pool_, *question.source, path, question.etag, abort_);
    auto answer = co_await std::move(asking);
    if (answer && *answer) {
      if (auto read = read_answer(path, (*answer)->body)) {
        (*answer)->body = std::move(*read);
      } else {
        answer = std::unexpected(std::move(read.error()));
      }
    }
    adopt(path, answer);
    wake(path);
    // Disks may be slow, and nobody has to wait for them.
    if (answer && *answer) write_kept(path, **answer);
  }
  {
    const std::scoped_lock lock(mutex_);
    entry(path).asking = false;
  }
  wake(path);
  --questions_;
  loop_.post([this] { ask_next(); });
}

OpenRouterAnswers::Question OpenRouterAnswers::prepare(const std::string& path) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(entry(path).disk_read, true)) {
    lock.unlock();
    auto kept = read_kept(path);
    lock.lock();
    if (kept) keep(entry(path), std::move(*kept));
  }
  const Entry& known = entry(path);
  Question question{.source = is_due(known) && !stopped_ ? source_ : nullptr, .etag = known.etag};
  const bool served = known.body != nullptr;
  lock.unlock();
  if (served) wake(path);
  return question;
}

void OpenRouterAnswers::wake(const std::string& path) {
  Waiters waiters;
  {
    const std::scoped_lock lock(mutex_);
    waiters = take_waiters(entry(path));
  }
  for (const auto& waiter : waiters) waiter();
}

void OpenRouterAnswers::adopt(const std::string& path,
                              const Result<std::optional<KeptList>>& answer) {
  if (!answer && abort_.fired()) return;
  if (!answer && !failing_) {
    log::warning("{} could not be asked for: {}; going on with what is known", path,
                 answer.error().message);
  }
  failing_ = !answer;
  const std::scoped_lock lock(mutex_);
  Entry& known = entry(path);
  if (!answer) {
    known.failed_at = seconds_now();
  } else if (*answer) {
    keep(known, **answer);
  } else {
    known.fetched_at = seconds_now();
  }
}

std::optional<KeptList> OpenRouterAnswers::read_kept(const std::string& path) const {
  const std::string name = escaped(path, ".");
  if (name.size() > file_name_bytes_max) return std::nullopt;
  auto kept = store_.read_list(name);
  if (kept && !read_answer(path, kept->body)) return std::nullopt;
  return kept;
}

void OpenRouterAnswers::write_kept(const std::string& path, const KeptList& list) const {
  const std::string name = escaped(path, ".");
  if (name.size() > file_name_bytes_max) return;
  auto written = store_.write_list(name, list);
  if (written) written = store_.keep_newest(answers_max);
  if (!written) log::warning("{}", written.error().message);
}

}  // namespace tollway::catalog
