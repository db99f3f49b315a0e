// The ledger with millions of rows: how fast they go in, how large they are, how fast a report is.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <ctime>
#include <deque>
#include <filesystem>
#include <random>

#include "base/ids.hpp"
#include "ledger/ledger.hpp"
#include "ledger/store.hpp"

namespace tollway::ledger {
namespace {

using Clock = std::chrono::steady_clock;

// On the clock, and of the processor: other programs make the first longer, not the second.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  [[nodiscard]] double processor_seconds() const { return processor() - processor_begin_; }

 private:
  static double processor() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }
  Clock::time_point begin_ = Clock::now();
  double processor_begin_ = processor();
};

// Traffic of a month: 50 models, of which a few take most, 20 keys, 6 who serve.
class Traffic {
 public:
  explicit Traffic(std::uint64_t rows) : rows_(rows) {
    for (int i = 0; i < 50; ++i) models_.push_back(fmt::format("author-{}/model-{}", i % 9, i));
    for (int i = 0; i < 20; ++i) keys_.push_back(fmt::format("team-{}", i));
    for (int i = 0; i < 6; ++i) hosts_.push_back(fmt::format("Host {}", i));
  }

  AttemptRecord next(std::uint64_t number) {
    constexpr std::int64_t month_ms = 30LL * 86'400'000;
    constexpr std::int64_t begin_ms = 1'790'000'000'000;
    AttemptRecord record;
    record.at_ms = begin_ms + static_cast<std::int64_t>(static_cast<double>(month_ms) *
                                                        static_cast<double>(number) /
                                                        static_cast<double>(rows_));
    for (int i = 0; i < 6; ++i) {
      record.request[static_cast<std::size_t>(i)] =
          static_cast<unsigned char>(record.at_ms >> (8 * (5 - i)));
    }
    for (std::size_t i = 6; i < 16; ++i) record.request[i] = static_cast<unsigned char>(random_());
    record.flags = last | counted | (number % 3 == 0 ? streamed : 0U);
    const double skewed = std::pow(static_cast<double>(random_()) / 4294967296.0, 3.0);
    record.key = keys_[number % keys_.size()];
    record.route = "chat/completions";
    record.provider = "openrouter";
    record.model = models_[static_cast<std::size_t>(skewed * 50)];
    record.served_model = record.model;
    record.served_by = hosts_[number % hosts_.size()];
    id_ = fmt::format("gen-{}-{:08x}{:08x}{:04x}", record.at_ms / 1000, random_(), random_(),
                      random_() & 0xffff);
    record.upstream_id = id_;
    record.outcome = "ok";
    record.finish_reason = "stop";
    record.status = 200;
    record.counts = {.input = 1000 + static_cast<std::int64_t>(random_() % 8000),
                     .output = static_cast<std::int64_t>(random_() % 1000)};
    record.computed = record.billed =
        Money{record.counts.input * 250 + record.counts.output * 1000};
    record.computed_prompt = Money{record.counts.input * 250};
    record.computed_completion = Money{record.counts.output * 1000};
    record.connect_us = 0;
    record.first_byte_us = 300'000;
    record.total_us = 2'000'000;
    return record;
  }

 private:
  std::uint64_t rows_;
  std::mt19937 random_{1};
  std::vector<std::string> models_, keys_, hosts_;
  std::string id_;
};

void measure_journal(const std::string& directory) {
  constexpr int records = 200'000;
  auto ledger = Ledger::open({.directory = directory + "/journal-alone",
                              .backlog_bytes_max = std::size_t{1} << 40,
                              .move_every = std::chrono::hours(1)});
  if (!ledger) throw std::runtime_error(ledger.error().message);
  const auto journal = (*ledger)->make_journal();
  Traffic traffic(records);
  const auto record = traffic.next(0);
  const Stopwatch watch;
  for (int i = 0; i < records; ++i) {
    if (!journal->begin(record)) throw std::runtime_error("the journal takes nothing");
    journal->settle(record);
  }
  fmt::print("journal: {:.2f} us an attempt, begun and settled ({:.2f} of the processor)\n",
             watch.seconds() / records * 1e6, watch.processor_seconds() / records * 1e6);
}

void append(Store& store, std::uint64_t rows, std::uint64_t batch_rows) {
  Traffic traffic(rows);
  std::vector<AttemptRecord> batch;
  std::deque<std::string> ids;
  double took = 0;
  double processor = 0;
  for (std::uint64_t number = 0; number < rows;) {
    batch.clear();
    ids.clear();
    for (; batch.size() < batch_rows && number < rows; ++number) {
      batch.push_back(traffic.next(number));
      batch.back().upstream_id = ids.emplace_back(batch.back().upstream_id);
    }
    const Stopwatch watch;
    const auto appended = store.append({.settled = batch, .open = {}});
    took += watch.seconds();
    processor += watch.processor_seconds();
    if (!appended) throw std::runtime_error(appended.error().message);
    if (number % 1'000'000 < batch_rows) {
      fmt::print("  {:>9} attempts: {:.0f} a second, {:.0f} a second of the processor\n", number,
                 static_cast<double>(number) / took, static_cast<double>(number) / processor);
      std::fflush(stdout);
    }
  }
  fmt::print("database: {} attempts and as many requests in {:.1f} s, {:.1f} s of the processor\n",
             rows, took, processor);
}

void measure_reports(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READONLY);
  for (const auto& [name, sql] :
       {std::pair{"month by model",
                  "SELECT n.text, sum(requests), sum(charged) FROM usage_days JOIN names n ON n.id "
                  "= model WHERE day BETWEEN 20717 AND 20747 GROUP BY model ORDER BY 3 DESC"},
        std::pair{"month by day and model",
                  "SELECT day, model, sum(requests), sum(charged) FROM usage_days WHERE day "
                  "BETWEEN 20717 AND 20747 GROUP BY day, model"},
        std::pair{"a day by hour",
                  "SELECT hour, sum(requests), sum(charged) FROM usage_hours WHERE hour BETWEEN "
                  "20720 * 24 AND 20721 * 24 GROUP BY hour"}}) {
    const Stopwatch watch;
    SQLite::Statement statement(database, sql);
    int rows = 0;
    while (statement.executeStep()) ++rows;
    fmt::print("report, {}: {} rows in {:.1f} ms, {:.1f} ms of the processor\n", name, rows,
               watch.seconds() * 1000, watch.processor_seconds() * 1000);
  }
}

int run(const std::string& directory, std::uint64_t rows, std::uint64_t batch, bool verify) {
  std::filesystem::create_directories(directory);
  measure_journal(directory);
  const std::string path = directory + "/ledger.db";
  auto store = Store::open({.path = path});
  if (!store) throw std::runtime_error(store.error().message);
  append(**store, rows, batch);
  const auto bytes = std::filesystem::file_size(path);
  fmt::print("size: {:.0f} MiB, {:.0f} bytes an attempt with its request\n",
             static_cast<double>(bytes) / 1048576,
             static_cast<double>(bytes) / static_cast<double>(rows));
  measure_reports(path);
  if (!verify) return 0;
  const Stopwatch watch;
  const auto verified = (*store)->verify();
  if (!verified) throw std::runtime_error(verified.error().message);
  fmt::print("verify: {:.1f} s, {:.1f} s of the processor, {} problems\n", watch.seconds(),
             watch.processor_seconds(), verified->problems.size());
  return 0;
}

}  // namespace
}  // namespace tollway::ledger

int main(int argc, char** argv) try {
  CLI::App app("Millions of rows in the ledger");
  std::string directory;
  std::uint64_t rows = 10'000'000;
  std::uint64_t batch = 20'000;
  bool verify = false;
  app.add_option("directory", directory, "Where to; it is left there")->required();
  app.add_option("--rows", rows, "Attempts");
  app.add_option("--batch", batch, "Attempts a transaction");
  app.add_flag("--verify", verify, "Read all of it at the end");
  CLI11_PARSE(app, argc, argv);
  return tollway::ledger::run(directory, rows, batch, verify);
} catch (const std::exception& failure) {
  fmt::print(stderr, "ledger: {}\n", failure.what());
  return 1;
}
