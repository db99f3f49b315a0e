// What OpenRouter answers to single questions, kept: it alone knows the hosts behind it, how they
// do for a model, and which of its models are of a category or a region.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/fetch.hpp"
#include "catalog/store.hpp"
#include "net/client.hpp"

namespace tollway::catalog {

// The body of an answer; of a list of models, their ids alone. Null: nothing is known.
using AnswerBody = std::shared_ptr<const std::string>;

// Asked on demand. An answer is kept in memory, where the longest unused ones go first, and on
// disk; when it is older than its time it is served all the same and asked for anew meanwhile.
class OpenRouterAnswers {
 public:
  static constexpr std::size_t answers_max = 512;  // in memory and on disk
  static constexpr std::size_t bytes_max = 32 * 1024 * 1024;
  static constexpr std::size_t body_bytes_max = 1024 * 1024;
  static constexpr std::size_t questions_max = 4;  // at once; further ones wait for their turn

  struct Options {
    std::string folder;  // files of its own
    std::chrono::seconds ttl{3600};
    std::chrono::seconds retry{60};  // after a failure
  };
  // Questions are asked on `loop`, by `pool`, until `abort` fires; all three outlive this.
  OpenRouterAnswers(net::Loop& loop, net::ClientPool& pool, net::Abort& abort, Options options);

  // Who is asked from now on; null: nobody, and nothing is known. Any thread.
  void use(const Source* source, std::chrono::seconds ttl);
  // Nobody waits any longer, and nothing is asked any more. Any thread.
  void stop();

  // What is known of `path` (openrouter_questions.hpp). Waits, until `until` at most, where nothing
  // ever was. On any loop.
  [[nodiscard]] net::Task<AnswerBody> find(std::string path, net::TimePoint until);
  // The same without waiting: null where nothing is known yet. Any thread.
  [[nodiscard]] AnswerBody known(const std::string& path);

 private:
  using Waiters = std::vector<std::function<void()>>;
  struct Entry {
    AnswerBody body;
    std::string etag;
    std::int64_t fetched_at = 0;  // Unix seconds; 0: never
    std::int64_t failed_at = 0;
    bool disk_read = false;
    bool asking = false;
    Waiters waiting;
    std::list<std::string>::iterator used;  // its place in used_
  };
  struct Question {
    const Source* source = nullptr;  // null: there is no need to ask
    std::string etag;
  };
  // All with the mutex held.
  Entry& entry(const std::string& path);
  [[nodiscard]] bool is_due(const Entry& entry) const;
  Entry& look_up(const std::string& path);
  void keep(Entry& entry, KeptList list);
  void forget_longest_unused();
  [[nodiscard]] static Waiters take_waiters(Entry& entry);

  // On the loop.
  void ask_next();
  net::Task<> ask(std::string path);
  [[nodiscard]] Question prepare(const std::string& path);
  void adopt(const std::string& path, const Result<std::optional<KeptList>>& answer);
  void wake(const std::string& path);
  [[nodiscard]] std::optional<KeptList> read_kept(const std::string& path) const;
  void write_kept(const std::string& path, const KeptList& list) const;

  net::Loop& loop_;
  net::ClientPool& pool_;
  net::Abort& abort_;
  const Store store_;
  const std::chrono::seconds retry_;

  std::mutex mutex_;  // guards all up to the next comment
  std::chrono::seconds ttl_;
  const Source* source_ = nullptr;
  bool stopped_ = false;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> used_;  // the longest unused first
  std::size_t bytes_ = 0;

  // Of the loop's thread.
  std::deque<std::string> queue_;
  std::size_t questions_ = 0;
  bool failing_ = false;
};

}  // namespace tollway::catalog
