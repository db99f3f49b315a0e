#include "ledger/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <new>
#include <thread>

#include "base/log.hpp"
#include "ledger/directory_lock.hpp"
#include "ledger/mover.hpp"
#include "ledger/recovery.hpp"
#include "ledger/retention.hpp"

namespace tollway::ledger {
namespace {

using Clock = std::chrono::steady_clock;

Result<> make_directory(const std::string& path) {
  std::error_code code;
  if (std::filesystem::create_directories(path, code)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, code);
  }
  if (!code) return {};
  return internal_error(fmt::format("cannot create {}: {}", path, code.message()));
}

}  // namespace

struct Ledger::Parts {
  explicit Parts(Options the_options)
      : options(std::move(the_options)),
        journal_directory(options.directory + "/journal"),
        database_path(options.directory + "/ledger.db"),
        health(options.backlog_bytes_max) {}
  [[nodiscard]] Result<> open();
  [[nodiscard]] std::vector<SegmentQueue*> all_queues();
  void run();

  const Options options;
  const std::string journal_directory;
  const std::string database_path;
  Health health;
  DirectoryLock lock;
  std::uint64_t this_run = 0;
  std::unique_ptr<Store> store;

  std::mutex mutex;
  std::condition_variable woken;
  std::vector<std::unique_ptr<SegmentQueue>> queues;
  std::uint64_t flushes_asked = 0;
  std::uint64_t flushes_done = 0;
  bool all_moved = true;  // by the last round
  bool stopping = false;
  std::thread thread;
};

Result<> Ledger::Parts::open() {
  if (auto made = make_directory(journal_directory); !made) return made;
  auto locked = DirectoryLock::take(journal_directory, options.predecessor_patience);
  if (!locked) return std::unexpected(locked.error());
  lock = std::move(*locked);
  auto opened = Store::open({.path = database_path, .lock_patience = options.lock_patience});
  if (!opened) return std::unexpected(opened.error());
  store = std::move(*opened);
  const auto recovered = recover(journal_directory, *store);
  if (!recovered) return std::unexpected(recovered.error());
  if (recovered->rows > 0) {
    log::info("the ledger took over {} attempts from the journal, {} of them interrupted",
              recovered->rows, recovered->interrupted);
  }
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  this_run =
      std::max(static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(now).count()),
               recovered->newest_run + 1);
  return {};
}

std::vector<SegmentQueue*> Ledger::Parts::all_queues() {
  std::vector<SegmentQueue*> all;
  all.reserve(queues.size());
  for (const auto& queue : queues) all.push_back(queue.get());
  return all;
}

void Ledger::Parts::run() {
  Mover mover(*store, health, *options.files);
  Retention retention(options.kept, options.now);
  auto next_sync = Clock::now() + options.sync_every;
  std::unique_lock lock_held(mutex);
  for (bool last_round = false; !last_round;) {
    woken.wait_for(lock_held, options.move_every,
                   [this] { return stopping || flushes_asked != flushes_done; });
    last_round = stopping;
    const std::uint64_t asked = flushes_asked;
    bool moved = false;
    try {
      const auto these = all_queues();
      lock_held.unlock();
      moved = mover.move(these);
      if (options.sync == Sync::second && Clock::now() >= next_sync) {
        mover.sync(these);
        next_sync = Clock::now() + options.sync_every;
      }
      if (moved && !last_round) retention.run(*store, health);
    } catch (const std::bad_alloc&) {
      log::error("the ledger finds no memory; records wait in the journal");
    }
    if (!lock_held.owns_lock()) lock_held.lock();
    all_moved = moved;
    if (flushes_done != asked) {
      flushes_done = asked;
      woken.notify_all();
    }
  }
}

Ledger::Ledger(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  parts_->thread = std::thread([parts = parts_.get()] { parts->run(); });
}

Ledger::~Ledger() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->stopping = true;
  }
  parts_->woken.notify_all();
  parts_->thread.join();
}

Result<std::unique_ptr<Ledger>> Ledger::open(Options options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  if (auto opened = parts->open(); !opened) return std::unexpected(opened.error());
  return std::unique_ptr<Ledger>(new Ledger(std::move(parts)));
}

std::unique_ptr<Journal> Ledger::make_journal() {
  const std::lock_guard lock(parts_->mutex);
  parts_->queues.push_back(std::make_unique<SegmentQueue>());
  return std::make_unique<Journal>(
      Journal::Options{.directory = parts_->journal_directory,
                       .run = parts_->this_run,
                       .thread = static_cast<std::uint32_t>(parts_->queues.size()),
                       .segment_bytes = parts_->options.segment_bytes,
                       .files = parts_->options.files},
      parts_->health, *parts_->queues.back());
}

Result<> Ledger::flush() {
  std::unique_lock lock(parts_->mutex);
  const std::uint64_t mine = ++parts_->flushes_asked;
  parts_->woken.notify_all();
  parts_->woken.wait(lock, [&] { return parts_->flushes_done >= mine; });
  if (parts_->all_moved) return {};
  auto error = internal_error("the ledger's database takes nothing at the moment");
  error.error().code = Errc::overloaded;
  return error;
}

const std::string& Ledger::database_path() const noexcept {
  return parts_->database_path;
}

const Health& Ledger::health() const noexcept {
  return parts_->health;
}

}  // namespace tollway::ledger
