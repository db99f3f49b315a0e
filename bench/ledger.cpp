// The ledger with millions of rows: how fast they go in, how large they are, how fast a report is.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <tuple>

#include "ledger/ledger.hpp"
#include "ledger/reports.hpp"
#include "ledger/store.hpp"

namespace tollway::ledger {

struct Options {
  std::string directory;
  std::uint64_t rows = 10'000'000;
  std::uint64_t batch = 20'000;
  bool verify = false;
  bool journal = true;
  bool year = true;
};

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t day_ms = 86'400'000;

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

// Traffic of a month: 10 keys and 50 models, of which a few take most; ten who serve, each model
// by two of them, both as OpenRouter names them and as a provider of its own.
class Traffic {
 public:
  explicit Traffic(std::uint64_t rows) : rows_(rows) {
    for (int i = 0; i < 50; ++i) models_.push_back(fmt::format("author-{}/model-{}", i % 9, i));
    for (int i = 0; i < 10; ++i) keys_.push_back(fmt::format("team-{}", i));
    for (int i = 0; i < 10; ++i) hosts_.push_back(fmt::format("Host {}", i));
    for (int i = 0; i < 10; ++i) providers_.push_back(fmt::format("provider-{}", i));
  }

  // Texts last as long as this does, but for upstream_id: until the next call.
  AttemptRecord next(std::uint64_t number) {
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
    const std::size_t model = skewed(models_.size());
    const std::size_t host = (model + random_() % 2) % hosts_.size();
    record.key = keys_[skewed(keys_.size())];
    record.route = "chat/completions";
    record.provider = model % 2 == 0 ? std::string_view("openrouter") : providers_[host];
    record.model = models_[model];
    record.served_model = record.model;
    if (model % 2 == 0) record.served_by = hosts_[host];
    id_ = fmt::format("gen-{}-{:08x}{:08x}{:04x}", record.at_ms / 1000, random_(), random_(),
                      random_() & 0xffff);
    record.upstream_id = id_;
    record.outcome = "ok";
    record.finish_reason = number % 20 == 0 ? "length" : "stop";
    record.status = 200;
    record.counts = {.input = 1000 + static_cast<std::int64_t>(random_() % 8000),
                     .output = static_cast<std::int64_t>(random_() % 1000)};
    if (number % 4 == 0) record.counts.cache_read = record.counts.input / 2;
    record.computed = record.billed =
        Money{record.counts.input * 250 + record.counts.output * 1000};
    record.computed_prompt = Money{record.counts.input * 250};
    record.computed_completion = Money{record.counts.output * 1000};
    record.connect_us = 0;
    record.first_byte_us = 300'000 + random_() % 300'000;
    record.total_us = 2'000'000 + random_() % 2'000'000;
    return record;
  }

  static constexpr std::int64_t month_ms = 30 * day_ms;
  static constexpr std::int64_t begin_ms = 1'790'000'000'000;

 private:
  // The first ones far more often.
  std::size_t skewed(std::size_t count) {
    const double random = static_cast<double>(random_()) / 4294967296.0;
    return static_cast<std::size_t>(random * random * random * static_cast<double>(count));
  }

  std::uint64_t rows_;
  std::mt19937 random_{1};
  std::vector<std::string> models_, keys_, hosts_, providers_;
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
    if (number % 1'000'000 < batch_rows && number < rows) {
      fmt::print("  {:>9} rows: {:.0f} a second, {:.0f} a second of the processor\n", number,
                 static_cast<double>(number) / took, static_cast<double>(number) / processor);
      std::fflush(stdout);
    }
  }
  fmt::print(
      "append: {} rows in {:.1f} s, {:.1f} s of the processor; {:.0f} a second, {:.0f} a "
      "second of the processor\n",
      rows, took, processor, static_cast<double>(rows) / took,
      static_cast<double>(rows) / processor);
}

// `ask` returns how many rows there were.
void measure_question(std::string_view name, const std::function<std::size_t()>& ask) {
  constexpr int times = 9;
  std::vector<double> took;
  std::vector<double> processor;
  std::size_t rows = 0;
  for (int i = 0; i < times; ++i) {
    const Stopwatch watch;
    rows = ask();
    took.push_back(watch.seconds() * 1000);
    processor.push_back(watch.processor_seconds() * 1000);
  }
  const double first = took.front();
  std::ranges::sort(took);
  std::ranges::sort(processor);
  fmt::print("report, {}: {} rows in {:.2f} ms ({:.2f} of the processor; the first took {:.2f})\n",
             name, rows, took[times / 2], processor[times / 2], first);
}

void measure_report(Reports& reports, std::string_view name, bool hours, const UsageQuery& query) {
  measure_question(name, [&] {
    const auto answer = hours ? reports.usage_by_hour(query) : reports.usage(query);
    if (!answer) throw std::runtime_error(answer.error().message);
    return answer->size();
  });
}

void measure_spending(Reports& reports, std::string_view name, const SpendingQuery& query) {
  measure_question(name, [&] {
    const auto answer = reports.spending(query);
    if (!answer) throw std::runtime_error(answer.error().message);
    return answer->days.size();
  });
}

std::unique_ptr<Reports> open_reports(const std::string& path) {
  auto reports = Reports::open(path);
  if (!reports) throw std::runtime_error(reports.error().message);
  return std::move(*reports);
}

// Each by a connection of its own, whose cache is empty at first.
void measure_reports(const std::string& path) {
  const std::int64_t from = Traffic::begin_ms / day_ms;
  const UsageQuery month{
      .from = from, .until = from + Traffic::month_ms / day_ms, .by_model = true, .key = {}};
  UsageQuery by_day = month;
  by_day.by_time = true;
  UsageQuery key = month;
  key.key = "team-3";
  const UsageQuery day{.from = (from + 3) * 24,
                       .until = (from + 3) * 24 + 23,
                       .by_time = true,
                       .by_model = true,
                       .key = {}};
  for (const auto& [name, hours, query] : {std::tuple{"the month by model", false, month},
                                           std::tuple{"the month by day and model", false, by_day},
                                           std::tuple{"the month by model of one key", false, key},
                                           std::tuple{"one day by hour and model", true, day}}) {
    measure_report(*open_reports(path), name, hours, query);
  }
}

// What reports read of a year in which every day each of 10 keys asked each of 50 models of each of
// two who serve it: sums do not tell how often.
void measure_year(const std::string& path) {
  constexpr std::int64_t days = 365;
  constexpr std::uint64_t keys = 10;
  constexpr std::uint64_t models = 50;
  const std::int64_t first = Traffic::begin_ms / day_ms;
  {
    auto store = Store::open({.path = path});
    if (!store) throw std::runtime_error(store.error().message);
    for (std::int64_t day = first; day < first + days; ++day) {
      std::deque<std::string> texts;
      std::vector<AttemptRecord> batch;
      for (std::uint64_t i = 0; i < keys * models * 2; ++i) {
        auto& record = batch.emplace_back();
        const std::uint64_t number = static_cast<std::uint64_t>(day) << 32 | i;
        std::memcpy(record.request.data(), &number, sizeof number);
        record.flags = last | counted;
        record.at_ms = day * day_ms + static_cast<std::int64_t>(i);
        record.key = texts.emplace_back(fmt::format("team-{}", i % keys));
        record.model = texts.emplace_back(fmt::format("author/model-{}", i / keys % models));
        record.served_by = i < keys * models ? "Host 1" : "Host 2";
        record.provider = "openrouter";
        record.counts = {.input = 1000, .output = 100};
        record.computed = record.billed = Money{1'000'000};
      }
      const auto appended = (*store)->append({.settled = batch, .open = {}});
      if (!appended) throw std::runtime_error(appended.error().message);
    }
  }
  const std::int64_t today = first + days - 1;
  UsageQuery year{.from = first, .until = today, .by_model = true, .key = {}};
  measure_report(*open_reports(path), "the year by model", false, year);
  year.key = "team-3";
  measure_report(*open_reports(path), "the year by model of one key", false, year);
  year.by_model = false;
  year.by_time = true;
  measure_report(*open_reports(path), "the year by day of one key", false, year);
  const SpendingQuery key{.from = today - 36, .until = today, .key = "team-3"};
  measure_spending(*open_reports(path), "what one key spent", key);
  const SpendingQuery all{.from = today - 36, .until = today, .key = {}};
  measure_spending(*open_reports(path), "what all keys spent", all);
}

int run(const Options& options) {
  std::filesystem::create_directories(options.directory);
  if (options.journal) measure_journal(options.directory);
  const std::string path = options.directory + "/ledger.db";
  auto store = Store::open({.path = path});
  if (!store) throw std::runtime_error(store.error().message);
  append(**store, options.rows, options.batch);
  const auto bytes = std::filesystem::file_size(path);
  fmt::print("size: {:.0f} MiB, {:.0f} bytes a row, its request, indexes and sums included\n",
             static_cast<double>(bytes) / 1048576,
             static_cast<double>(bytes) / static_cast<double>(options.rows));
  measure_reports(path);
  if (options.year) measure_year(options.directory + "/year.db");
  if (!options.verify) return 0;
  const Stopwatch watch;
  const auto verified = (*store)->verify();
  if (!verified) throw std::runtime_error(verified.error().message);
  fmt::print("verify: {:.1f} s, {:.1f} s of the processor, {:.0f} rows a second, {} problems\n",
             watch.seconds(), watch.processor_seconds(),
             static_cast<double>(options.rows) / watch.seconds(), verified->problems.size());
  for (const auto& problem : verified->problems) fmt::print("  {}\n", problem);
  return verified->problems.empty() ? 0 : 1;
}

}  // namespace

int measure(const Options& options) {
  return run(options);
}

}  // namespace tollway::ledger

int main(int argc, char** argv) try {
  CLI::App app("Millions of rows in the ledger");
  tollway::ledger::Options options;
  app.add_option("directory", options.directory, "Where to; it is left there")->required();
  app.add_option("--rows", options.rows, "Attempts");
  app.add_option("--batch", options.batch, "Attempts a transaction");
  app.add_flag("--verify", options.verify, "Read all of it at the end");
  app.add_flag("!--no-journal", options.journal, "Leave the journal out");
  app.add_flag("!--no-year", options.year, "Leave a year's reports out");
  CLI11_PARSE(app, argc, argv);
  return tollway::ledger::measure(options);
} catch (const std::exception& failure) {
  fmt::print(stderr, "ledger: {}\n", failure.what());
  return 1;
}
