#include <chrono>
#include <mutex>

#include "cli/cli.hpp"
#include "cli/written_ledger.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view management_key = "sk-or-v1-management-canary-6a1c";

std::chrono::sys_days days_ago(int days) {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
         std::chrono::days(days);
}

std::string date(int days) {
  const std::chrono::year_month_day day{days_ago(days)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

// At noon of that day, billed this many nanodollars.
ledger::AttemptRecord call(std::uint64_t number, int days, std::int64_t billed) {
  auto record = attempt(number);
  record.at_ms = days_ago(days).time_since_epoch().count() * day_ms + day_ms / 2;
  record.billed = Money{billed};
  return record;
}

std::string activity_row(int days, std::string_view model, std::string_view usage) {
  return fmt::format(
      R"({{"date":"{}","model":"{}","model_permaslug":"{}-2024-08-06","endpoint_id":"e","provider_name":"OpenAI",)"
      R"("usage":{},"byok_usage_inference":0,"requests":2,"prompt_tokens":200,"completion_tokens":40,)"
      R"("reasoning_tokens":0}})",
      date(days), model, model, usage);
}

class Reconcile : public Cli {
 protected:
  Reconcile() {
    use_openrouter(upstream_);
    environment_["OPENROUTER_MANAGEMENT_KEY"] = management_key;
    secrets_.emplace_back(management_key);
  }
  // Two days of two calls, the second day by the model's dated name.
  void write_two_days() {
    std::array rows{call(1, 2, 1000), call(2, 2, 2000), call(3, 1, 500'000), call(4, 1, 500'000)};
    for (const std::size_t i : {2, 3}) rows[i].served_model = "openai/gpt-4o-2024-08-06";
    write_ledger(data(), rows);
  }
  // What OpenRouter answers from here on.
  void say_activity(std::string rows) {
    const std::lock_guard lock(mutex_);
    activity_ = std::move(rows);
  }
  void say_generation(std::string record) {
    const std::lock_guard lock(mutex_);
    generation_ = std::move(record);
  }

 private:
  std::mutex mutex_;  // guards what the upstream's threads read
  std::string activity_ = "[]";
  std::string generation_;  // empty: 404

 protected:
  FaultUpstream upstream_{FaultUpstream::answering([this](const Request& request) {
    const std::lock_guard lock(mutex_);
    if (request.target.starts_with("/api/v1/activity")) {
      return json_answer(fmt::format(R"({{"data":{}}})", activity_));
    }
    if (generation_.empty()) return answer(404, "application/json", R"({"error":{"code":404}})");
    return json_answer(generation_);
  })};
};

TEST_F(Reconcile, what_agrees) {
  write_two_days();
  say_activity(fmt::format("[{},{}]", activity_row(2, "openai/gpt-4o", "0.000003"),
                           activity_row(1, "openai/gpt-4o", "1e-3")));
  const Finished finished = run({"reconcile", "--tolerance", "0"});
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  EXPECT_EQ(finished.out,
            "DAY       MODEL  CALLS     LEDGER  CALLS  OPENROUTER  DIFFERENCE\n"
            "together             4  $0.001003      4   $0.001003           0\n");
  EXPECT_THAT(finished.err, HasSubstr("2 of 2 models' days agree within 0, from " + date(30) +
                                      " to " + date(1) + " in UTC"));
  EXPECT_EQ(upstream_.request().target, "/api/v1/activity");
  EXPECT_EQ(upstream_.request().headers.find("authorization"),
            "Bearer " + std::string(management_key));
}

TEST_F(Reconcile, what_differs_by_model_and_day) {
  write_two_days();
  say_activity(fmt::format("[{},{}]", activity_row(2, "openai/gpt-4o", "0.0000035"),
                           activity_row(2, "x-ai/grok-4", "0.25")));
  const Finished finished = run({"reconcile", "--json"});
  EXPECT_EQ(finished.exit_code, 3);
  const auto document = only_document(finished.out);
  EXPECT_EQ(at(document, "/agrees"), json::value(false));
  EXPECT_EQ(text_at(document, "/rows/0/day"), date(2));
  EXPECT_EQ(text_at(document, "/rows/0/state"), "differs");
  EXPECT_EQ(text_at(document, "/rows/0/ledger/cost"), "0.000003");
  EXPECT_EQ(text_at(document, "/rows/0/openrouter/cost"), "0.0000035");
  EXPECT_EQ(text_at(document, "/rows/0/difference"), "-0.0000005");
  EXPECT_EQ(text_at(document, "/rows/1/state"), "not_in_ledger");
  EXPECT_EQ(text_at(document, "/rows/2/state"), "not_at_openrouter");
  EXPECT_EQ(text_at(document, "/rows/2/difference"), "0.001");
  EXPECT_EQ(text_at(document, "/total/difference"), "-0.2490005");
  EXPECT_EQ(run({"reconcile", "--tolerance", "0.25"}).exit_code, 0);
  for (const unsigned short columns : {80, 100}) {
    const Shown shown = show({"reconcile", "--color", "never"}, columns);
    EXPECT_EQ(shown.exit_code, 3);
    EXPECT_THAT(shown.output, HasSubstr("-$0.25"));
    EXPECT_THAT(shown.output, HasSubstr("+$0.001"));
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_LE(columns_of(shown.lines[i]), columns) << shown.lines[i];
    }
  }
}

TEST_F(Reconcile, one_day_of_one_key_is_asked_for_alone) {
  write_two_days();
  EXPECT_EQ(run({"reconcile", "--from", date(3), "--to", date(3), "--key-hash", "ab12"}).exit_code,
            0);
  EXPECT_EQ(upstream_.request().target, "/api/v1/activity?date=" + date(3) + "&api_key_hash=ab12");
}

TEST_F(Reconcile, an_unknown_cost_is_counted_beside_the_others) {
  std::array rows{call(1, 1, 1000), call(2, 1, 0)};
  rows[1].billed = {};
  rows[1].computed = {};
  write_ledger(data(), rows);
  say_activity("[" + activity_row(1, "openai/gpt-4o", "0.000002") + "]");
  const Finished finished = run({"reconcile"});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.out, HasSubstr("$0.000001 + 1 unknown"));
}

// Another gateway of ours in OpenRouter's place, with a past that was written for it.
TEST_F(Reconcile, against_a_real_gateway) {
  const FaultUpstream nobody(openrouter_with("[]", "Yes."));
  const TemporaryDirectory theirs;
  GatewayOptions options{.data = theirs.path()};
  {
    Gateway first(nobody, options);
    options.key = first.key();
    first.stop();
  }
  std::array rows{call(1, 3, 1000), call(2, 2, 777)};
  for (auto& row : rows) row.upstream_id = row.at_ms == rows[0].at_ms ? "gen-a" : "gen-b";
  write_ledger(data(), rows);
  for (auto& row : rows) row.key = "default";
  rows[1].billed = Money{778};
  write_ledger(theirs.path(), rows);
  const Gateway gateway(nobody, options);
  use_openrouter(fmt::format("http://127.0.0.1:{}/api/v1", gateway.port()), gateway.key());
  environment_["OPENROUTER_MANAGEMENT_KEY"] = gateway.key();
  const auto exact = only_document(run({"reconcile", "--tolerance", "0", "--json"}).out);
  EXPECT_EQ(text_at(exact, "/rows/0/state"), "agrees");
  EXPECT_EQ(text_at(exact, "/rows/1/state"), "differs");
  EXPECT_EQ(text_at(exact, "/rows/1/difference"), "-0.000000001");
  EXPECT_EQ(at(exact, "/rows/1/openrouter/requests"), json::value(1));
  EXPECT_EQ(run({"reconcile"}).exit_code, 0);
  const Finished single =
      run({"reconcile", "--generation", "gen-a", "--generation", "gen-b", "--tolerance", "0"});
  EXPECT_EQ(single.exit_code, 3);
  EXPECT_EQ(
      single.out,
      "ID     MODEL            TOKENS        LEDGER    TOKENS    OPENROUTER     DIFFERENCE\n"
      "gen-a  openai/gpt-4o  100 + 20     $0.000001  100 + 20     $0.000001              0\n"
      "gen-b  openai/gpt-4o  100 + 20  $0.000000777  100 + 20  $0.000000778  -$0.000000001\n");
}

TEST_F(Reconcile, single_calls_need_no_management_key) {
  environment_.erase("OPENROUTER_MANAGEMENT_KEY");
  auto row = call(1, 0, 22'200);
  row.upstream_id = "gen-1";
  write_ledger(data(), std::span(&row, 1));
  say_generation(
      R"({"data":{"id":"gen-1","model":"openai/gpt-4o","total_cost":0.0000222,"native_tokens_prompt":100,"native_tokens_completion":20}})");
  const auto document = only_document(run({"reconcile", "--generation", "gen-1", "--json"}).out);
  EXPECT_EQ(at(document, "/agrees"), json::value(true));
  EXPECT_EQ(text_at(document, "/generations/0/ledger/cost"), "0.0000222");
  EXPECT_EQ(at(document, "/generations/0/openrouter/input_tokens"), json::value(100));
  EXPECT_EQ(text_at(document, "/generations/0/difference"), "0");
  EXPECT_EQ(upstream_.request().target, "/api/v1/generation?id=gen-1");
  EXPECT_EQ(upstream_.request().headers.find("authorization"), "Bearer " + std::string(canary));
  say_generation({});
  const Finished unknown =
      run({"reconcile", "--generation", "gen-1", "--generation", "gen-9", "--json"});
  EXPECT_EQ(unknown.exit_code, 3);
  const auto both = only_document(unknown.out);
  EXPECT_EQ(text_at(both, "/generations/0/state"), "not_at_openrouter");
  EXPECT_EQ(text_at(both, "/generations/1/state"), "not_in_ledger");
}

// Of such calls OpenRouter bills a fee or nothing, and the vendor the rest.
TEST_F(Reconcile, calls_on_a_key_of_ones_own_have_two_amounts) {
  auto row = call(1, 1, 1000);
  row.flags |= ledger::byok;
  row.computed = Money{20'000};
  row.upstream_id = "gen-1";
  write_ledger(data(), std::span(&row, 1));
  const auto activity = [](std::string_view byok) {
    return fmt::format(
        R"([{{"date":"{}","model":"openai/gpt-4o","model_permaslug":"openai/gpt-4o-2024-08-06",)"
        R"("endpoint_id":"550e8400-e29b-41d4-a716-446655440000","provider_name":"OpenAI",)"
        R"("usage":0.000001,"byok_usage_inference":{},"requests":1,"prompt_tokens":100,)"
        R"("completion_tokens":20,"reasoning_tokens":0}}])",
        date(1), byok);
  };
  say_activity(activity("0.00002"));
  EXPECT_EQ(run({"reconcile", "--tolerance", "0"}).exit_code, 0);
  say_activity(activity("0.00003"));
  const Finished shown = run({"reconcile"});
  EXPECT_EQ(shown.exit_code, 3);
  EXPECT_THAT(shown.out, HasSubstr("$0.000001 + $0.00002 own"));
  EXPECT_THAT(shown.out, HasSubstr("0, -$0.00001 own"));
  const auto document = only_document(run({"reconcile", "--json"}).out);
  EXPECT_EQ(text_at(document, "/rows/0/ledger/byok_cost"), "0.00002");
  EXPECT_EQ(text_at(document, "/rows/0/openrouter/byok_cost"), "0.00003");
  EXPECT_EQ(text_at(document, "/rows/0/byok_difference"), "-0.00001");
  EXPECT_EQ(text_at(document, "/rows/0/difference"), "0");
  const auto generation = [](std::string_view byok) {
    return fmt::format(R"({{"data":{{"id":"gen-1","model":"openai/gpt-4o","total_cost":0.000001,)"
                       R"("usage":0.000001,"native_tokens_prompt":100,)"
                       R"("native_tokens_completion":20{}}}}})",
                       byok);
  };
  const std::vector<std::string> single{"reconcile", "--generation", "gen-1", "--json"};
  say_generation(generation(R"(,"is_byok":true,"upstream_inference_cost":0.00002)"));
  const auto agreeing = only_document(run(single).out);
  EXPECT_EQ(at(agreeing, "/agrees"), json::value(true));
  EXPECT_EQ(text_at(agreeing, "/generations/0/openrouter/byok_cost"), "0.00002");
  say_generation(generation(R"(,"is_byok":true,"upstream_inference_cost":0.00004)"));
  EXPECT_EQ(run(single).exit_code, 3);
  say_generation(generation(R"(,"is_byok":false,"upstream_inference_cost":0.00002)"));
  EXPECT_EQ(run(single).exit_code, 3) << "the ledger says that it was on a key of one's own";
}

TEST_F(Reconcile, says_what_it_expected) {
  write_two_days();
  const auto refused = [this](std::vector<std::string> words) {
    words.insert(words.begin(), "reconcile");
    const Finished finished = run(words);
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_EQ(finished.out, "");
    return finished.err;
  };
  EXPECT_THAT(refused({"--tolerance", "much"}),
              HasSubstr("--tolerance: expected a share such as 1%, 100% at most, or dollars such "
                        "as 0.05, came \"much\""));
  EXPECT_THAT(refused({"--last", "31d"}),
              HasSubstr("OpenRouter tells of the last 30 days that are over, in UTC: expected days "
                        "from " +
                        date(30) + " to " + date(1) + ", came " + date(31) + " to " + date(1)));
  EXPECT_THAT(refused({"--to", date(0)}), HasSubstr("expected days from"));
  EXPECT_THAT(refused({"--key-hash", "sk-or-v1-mine"}), HasSubstr("hexadecimal digits"));
  EXPECT_THAT(refused({"--generation", "a b"}), HasSubstr("expected an id such as gen-"));
  EXPECT_EQ(upstream_.request_count(), 0);
}

TEST_F(Reconcile, what_keeps_it_from_comparing_has_another_exit_code) {
  const auto failure = [this]() {
    const Finished finished = run({"reconcile"});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_EQ(finished.out, "");
    return finished.err;
  };
  EXPECT_THAT(failure(), HasSubstr("there is no ledger yet"));
  write_two_days();
  say_activity(R"([{"date":"today"}])");
  EXPECT_THAT(failure(), HasSubstr("OpenRouter's answer is none to GET activity"));
  environment_.erase("OPENROUTER_MANAGEMENT_KEY");
  EXPECT_THAT(failure(), HasSubstr("set llm.openrouter.management_key or the environment variable "
                                   "OPENROUTER_MANAGEMENT_KEY"));
  environment_["OPENROUTER_MANAGEMENT_KEY"] = management_key;
  const FaultUpstream refusing(FaultUpstream::answering(
      answer(403, "application/json", R"({"error":{"code":403,"message":"no"}})")));
  use_openrouter(refusing);
  EXPECT_THAT(failure(), HasSubstr("answered 403 to GET activity: llm.openrouter.management_key is "
                                   "no management key"));
  use_openrouter("http://127.0.0.1:1/api/v1");
  EXPECT_THAT(failure(), Not(HasSubstr("agree")));
}

}  // namespace
}  // namespace tollway::test
