// Keeps the catalogue fresh: a thread that asks the providers, and remembers what it was told.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catalog/changes.hpp"
#include "catalog/fetch.hpp"
#include "catalog/live.hpp"
#include "catalog/openrouter_answers.hpp"
#include "catalog/store.hpp"
#include "net/client.hpp"
#include "net/event.hpp"

namespace tollway::catalog {

// start(), then catalogue() from any loop as often as wanted, then stop(). Reading a list takes
// milliseconds and writing it to disk may take longer, so none of it happens on a loop that serves.
// Each source is asked by a task of its own, so that one that is slow keeps no other back.
class Refresher {
 public:
  struct Options {
    std::string folder;              // of the Store
    std::chrono::seconds ttl{3600};  // after which a list is asked for anew
    std::chrono::seconds retry{60};  // after a failure
    bool background = true;          // false: only when somebody asks for the catalogue
    std::string configured_model;    // of the first source, to be warned about; empty: none
    // For offers whose provider states no prices; null: the built-in sheet's alone.
    std::shared_ptr<const pricing::PriceSheet> overrides;
    // Servers of this machine that nobody configured: asked briefly, listed while they answer, and
    // not missed where they don't.
    std::vector<const Source*> probed;
    std::shared_ptr<net::ssl::context> tls;
    net::ProxySettings proxy;
  };
  // `resolver` and what the sources point to outlive this.
  Refresher(Options options, const std::vector<const Source*>& sources, net::Resolver& resolver);

  ~Refresher();
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

  // Reads what is kept on disk, warns about the configured model, and starts the thread.
  void start();
  struct Change {
    std::vector<const Source*> sources;
    std::vector<const Source*> probed;
    std::string configured_model;
    std::shared_ptr<const pricing::PriceSheet> overrides;
    std::chrono::seconds ttl{3600};
    bool background = true;
  };
  // From now on; the answer to a question under way is not waited for. Any thread.
  void use(Change change);
  // Ends the questions under way and joins the thread. Twice is once.
  void stop();

  // What is known now. Where a source has never answered, waits for its first answer, but no longer
  // than until first_answer_patience after the first who waited; where lists are older than their
  // time, they are asked for anew meanwhile. On any loop.
  [[nodiscard]] net::Task<CataloguePointer> catalogue();
  static constexpr auto first_answer_patience = std::chrono::seconds(5);
  // OpenRouter's own answer to `path` (openrouter_questions.hpp), waited for as above; null where
  // OpenRouter is no source or never answered. On any loop.
  [[nodiscard]] net::Task<AnswerBody> answer(std::string path) {
    return answers_.find(std::move(path), net::Clock::now() + first_answer_patience);
  }
  // About the endpoints of the model that it calls `model`; without waiting: null, too, where it is
  // only being asked for. Any thread.
  [[nodiscard]] AnswerBody known_endpoints(std::string_view model);
  // Without waiting or asking.
  [[nodiscard]] CataloguePointer current() const { return live_.current(); }

 private:
  struct Known {
    const Source* source = nullptr;
    bool probed = false;
    std::optional<Listing> listing;
    std::string etag;
    std::int64_t fetched_at = 0;  // 0: never
    std::int64_t failed_at = 0;   // where it fails
    bool failing = false;
    bool asking = false;
    bool dropped = false;  // nobody wants its answer any more
  };
  // Shared with the task that asks, which may end after use() has taken others.
  using KnownPointer = std::shared_ptr<Known>;
  void take(const std::vector<const Source*>& sources, const std::vector<const Source*>& probed);
  void read_kept();
  void publish();
  void note_when_stale();
  void warn_about_configured(const Catalogue& before);
  void warn_about_price(const std::vector<catalog::Change>& changes) const;
  [[nodiscard]] std::int64_t due_at(const Known& known) const;
  [[nodiscard]] bool want();
  [[nodiscard]] net::TimePoint patience_end();
  net::Task<> run();
  void refresh();
  net::Task<> refresh(KnownPointer known);
  void note_failure(Known& known, const Error& error);
  void adopt(Known& known, const KeptList& list);

  Options options_;
  Store store_;
  std::vector<KnownPointer> known_;  // of the thread, once it runs
  Live live_;
  net::Loop loop_;
  net::ClientPool pool_;
  net::Event wanted_{loop_};
  net::Abort abort_;
  OpenRouterAnswers answers_;
  // For catalogue(), which runs elsewhere.
  std::atomic<std::int64_t> stale_at_{0};  // Unix seconds
  std::atomic<bool> asked_{false};         // the thread has been told and is at it
  // Until when anybody waits for a first answer, as of net::Clock; 0: nobody has waited yet.
  std::atomic<net::Clock::rep> patience_end_{0};
  std::string warned_;
  std::function<void()> changed_;  // by use(), until it takes effect
  std::thread thread_;
};

}  // namespace tollway::catalog
