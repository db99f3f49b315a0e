// P07: the wall clock jumps by an hour or a day, either way; deadlines, windows and breakers go by
// clocks that don't.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 24 * hour;
constexpr std::array jumps{hour, day, -hour, -day};

// The wall clock of the program into which shifted_clock.cpp is preloaded.
class WallClock {
 public:
  WallClock() {
    const auto path = files_.write("shift", std::string(sizeof(std::int64_t), '\0'));
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    void* const bytes =
        ::mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (bytes != MAP_FAILED) shift_ = static_cast<std::atomic<std::int64_t>*>(bytes);
  }
  ~WallClock() { ::munmap(shift_, sizeof(std::int64_t)); }
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;

  void jump(std::int64_t seconds) { shift_->fetch_add(seconds); }
  [[nodiscard]] std::map<std::string, std::string> environment(
      std::map<std::string, std::string> more = {}) const {
    more.emplace("LD_PRELOAD", TOLLWAY_SHIFTED_CLOCK);
    more.emplace("TOLLWAY_TEST_CLOCK_SHIFT", (files_.path() / "shift").string());
    return more;
  }

 private:
  TemporaryDirectory files_;
  std::atomic<std::int64_t>* shift_ = nullptr;
};

class ClockJumps : public TwoProviders {};
INSTANTIATE_TEST_SUITE_P(P, ClockJumps, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(ClockJumps, P07_the_program_sees_the_jump) {
  WallClock clock;
  Gateway gateway({.environment = clock.environment()});
  const auto year_of = [&] {
    return gateway.get("/api/v1/health").headers.find("date").value_or("").substr(12, 4);
  };
  const auto before = year_of();
  clock.jump(800 * day);
  EXPECT_TRUE(wait_until([&] { return year_of() != before; })) << "the clock is not the program's";
}

// Lists of models are asked for anew when their time is over, wherever the clock stands by then.
TEST(ClockJumpsBack, P07_lists_of_models_grow_old_all_the_same) {
  WallClock clock;
  const FaultUpstream upstream(
      FaultUpstream::answering(json_answer(R"({"data":[{"id":"author/model","name":"M"}]})")));
  Gateway gateway(upstream,
                  {.environment = clock.environment(
                       {{"TOLLWAY_CATALOGUE_REFRESH", "true"}, {"TOLLWAY_CATALOGUE_TTL", "1"}})});
  EXPECT_TRUE(wait_until([&] { return upstream.request_count() >= 1; }));
  clock.jump(-day);
  const int before = upstream.request_count();
  EXPECT_TRUE(wait_until([&] { return upstream.request_count() >= before + 2; }));
}

// A stream that is under way, and its deadlines.
TEST_P(ClockJumps, P07_stream_goes_on) {
  WallClock clock;
  Signal jumped;
  const auto begun = dialect().begun_stream();
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(begun));
    connection.wait_for(jumped);
    connection.send(chunk(dialect().whole_stream().substr(begun.size())) + last_chunk());
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient(clock.environment())));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), body(true)));
  auto got = client.begin_answer();
  EXPECT_TRUE(client.read_until(got, "Grüße "));
  for (const auto seconds : jumps) clock.jump(seconds);
  clock.jump(day);
  jumped.set();
  client.finish(got);
  EXPECT_EQ(without_usage(got.body), without_usage(dialect().whole_stream()));
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "ok");
  EXPECT_EQ(record.attempts(), 1);
  EXPECT_GE(record.number("total_ms").value_or(-1), 0);
  EXPECT_LT(record.number("total_ms").value_or(1e9), 60'000);
}

// A provider that asked for a minute's rest gets it, however late it seems to be.
TEST_P(ClockJumps, P07_rest_lasts_as_long_as_it_does) {
  WallClock clock;
  FaultUpstream first(FaultUpstream::answering(
      answer(429, "application/json", R"({"error":{"code":429,"message":"slow down"}})",
             {{"Retry-After", "300"}})));
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient(clock.environment())));
  expect_second(gateway.post(dialect().path(), body(false)), false);
  for (const auto seconds : jumps) {
    clock.jump(seconds);
    expect_second(gateway.post(dialect().path(), body(true)), true);
  }
  EXPECT_EQ(first.request_count(), 1);
  EXPECT_EQ(second.request_count(), 1 + static_cast<int>(jumps.size()));
}

TEST_P(ClockJumps, P07_window_of_a_minute_is_no_longer_and_no_shorter) {
  WallClock clock;
  FaultUpstream first(serving(dialect()));
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(
      both.options(patient(clock.environment({{"TOLLWAY_LLM_FIRST_REQUESTS_PER_MINUTE", "3"}}))));
  const Stopwatch watch;
  int asked = 0;
  const auto ask = [&] {
    EXPECT_EQ(gateway.post(dialect().path(), body(false)).status, 200);
    ++asked;
  };
  for (int i = 0; i < 4; ++i) ask();
  EXPECT_EQ(first.request_count(), 3);
  for (const auto seconds : jumps) {
    clock.jump(seconds);
    ask();
  }
  if (watch.elapsed() < 60s) EXPECT_EQ(first.request_count(), 3);
  EXPECT_EQ(second.request_count(), asked - first.request_count());
  gateway.stop();
  EXPECT_EQ(ledger_rows(gateway.data()).size(), static_cast<std::size_t>(asked));
  EXPECT_EQ(run_tollway({"ledger", "verify", "--data", gateway.data().string()}).exit_code, 0);
}

}  // namespace
}  // namespace tollway::test
