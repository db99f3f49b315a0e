// OpenRouter's answers about the endpoints of single models, kept: it alone knows the hosts behind
// it and how they do, and tells it of one model at a time.
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

// The body of an answer as it came. Null: nothing is known.
using EndpointsBody = std::shared_ptr<const std::string>;

// Asked on demand. An answer is kept in memory, where the longest unused ones go first, and on
// disk; when it is older than its time it is served all the same and asked for anew meanwhile.
class EndpointLists {
 public:
  static constexpr std::size_t models_max = 512;  // in memory and on disk
  static constexpr std::size_t bytes_max = 32 * 1024 * 1024;
  static constexpr std::size_t body_bytes_max = 1024 * 1024;
  static constexpr std::size_t questions_max = 4;  // at once; further ones wait for their turn

  struct Options {
    std::string folder;  // files of its own
    std::chrono::seconds ttl{3600};
    std::chrono::seconds retry{60};  // after a failure
  };
  // Questions are asked on `loop`, by `pool`, until `abort` fires; all three outlive this.
  EndpointLists(net::Loop& loop, net::ClientPool& pool, net::Abort& abort, Options options);

  // Who is asked from now on; null: nobody, and nothing is known. Any thread.
  void use(const Source* source, std::chrono::seconds ttl);
  // Nobody waits any longer, and nothing is asked any more. Any thread.
  void stop();

  // What is known of the model that the source calls `model`. Waits, until `until` at most, where
  // nothing ever was. On any loop.
  [[nodiscard]] net::Task<EndpointsBody> find(std::string model, net::TimePoint until);
  // The same without waiting: null where nothing is known yet. Any thread.
  [[nodiscard]] EndpointsBody known(const std::string& model);

 private:
  using Waiters = std::vector<std::function<void()>>;
  struct Entry {
    EndpointsBody body;
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
  Entry& entry(const std::string& model);
  [[nodiscard]] bool is_due(const Entry& entry) const;
  Entry& look_up(const std::string& model);
  void keep(Entry& entry, KeptList list);
  void forget_longest_unused();
  [[nodiscard]] static Waiters take_waiters(Entry& entry);

  // On the loop.
  void ask_next();
  net::Task<> ask(std::string model);
  [[nodiscard]] Question prepare(const std::string& model);
  void adopt(const std::string& model, const Result<std::optional<KeptList>>& answer);
  void wake(const std::string& model);
  [[nodiscard]] std::optional<KeptList> read_kept(const std::string& model) const;
  void write_kept(const std::string& model, const KeptList& list) const;

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
