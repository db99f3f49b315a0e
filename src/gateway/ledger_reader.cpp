#include "gateway/ledger_reader.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/limits.hpp"
#include "net/event.hpp"

namespace tollway::gateway {

struct LedgerReader::Waiter {
  Waiter(net::Loop& loop, Question the_question)
      : question(std::move(the_question)), event(loop), executor(loop.executor()) {}
  Question question;
  net::Event event;  // touched on the loop's thread only
  net::Executor executor;
  std::optional<Result<std::string>> answer;  // written before the event is posted
  bool waiting = true;                        // guarded by the state's mutex
};

struct LedgerReader::State {
  explicit State(std::string path) : database_path(std::move(path)) {}

  void work();
  [[nodiscard]] Result<std::string> answer(const Question& question);

  const std::string database_path;
  std::unique_ptr<ledger::Reports> reports;  // the thread's own
  std::mutex mutex;                          // guards all below
  std::condition_variable wake;
  std::deque<std::shared_ptr<Waiter>> queue;
  bool stopping = false;
  std::thread thread;
};

// Once it is gone, the thread posts nothing to the waiter's loop any more.
class LedgerReader::Registration {
 public:
  Registration(std::shared_ptr<State> state, std::shared_ptr<Waiter> waiter)
      : state_(std::move(state)), waiter_(std::move(waiter)) {}
  ~Registration() {
    const std::lock_guard lock(state_->mutex);
    waiter_->waiting = false;
    std::erase(state_->queue, waiter_);
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Waiter> waiter_;
};

Result<std::string> LedgerReader::State::answer(const Question& question) {
  if (!reports) {
    auto opened = ledger::Reports::open(database_path);
    if (!opened) return std::unexpected(std::move(opened.error()));
    reports = std::move(*opened);
  }
  return question(*reports);
}

void LedgerReader::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait(lock, [this] { return stopping || !queue.empty(); });
    if (stopping) return;
    const auto waiter = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    auto answered = answer(waiter->question);
    lock.lock();
    if (!waiter->waiting) continue;
    waiter->answer.emplace(std::move(answered));
    net::asio::post(waiter->executor, [waiter] { waiter->event.set(); });
  }
}

LedgerReader::LedgerReader(std::string database_path)
    : state_(std::make_shared<State>(std::move(database_path))) {
  state_->thread = std::thread([state = state_.get()] { state->work(); });
}

LedgerReader::~LedgerReader() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  state_->thread.join();
}

net::Task<Result<std::string>> LedgerReader::read(net::Loop& loop, Question question,
                                                  net::Abort& abort) {
  const auto state = state_;
  const auto waiter = std::make_shared<Waiter>(loop, std::move(question));
  {
    const std::lock_guard lock(state->mutex);
    if (state->queue.size() >= limits::ledger_reads_waiting_max) {
      co_return std::unexpected(Error{Errc::overloaded,
                                      Source::internal,
                                      Retry::same,
                                      "too many wait for the ledger; try again",
                                      {}});
    }
    state->queue.push_back(waiter);
    state->wake.notify_one();
  }
  const Registration registration(state, waiter);
  auto waiting = waiter->event.wait(net::Clock::now() + limits::ledger_read_timeout, abort);
  const auto woken = co_await std::move(waiting);
  if (woken == net::Event::Woken::aborted) co_return std::unexpected(abort.reason());
  if (woken == net::Event::Woken::set) co_return std::move(*waiter->answer);
  co_return std::unexpected(Error{Errc::overloaded,
                                  Source::internal,
                                  Retry::same,
                                  "the ledger did not answer in time; try again",
                                  {}});
}

}  // namespace tollway::gateway
