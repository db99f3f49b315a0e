#include <algorithm>
#include <array>
#include <fstream>

#include "cli/cli.hpp"
#include "cli/written_ledger.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class UsageOf : public Cli {
 protected:
  // Two days; two models of openrouter, one of openai; an estimate, and a cost nobody knows.
  void SetUp() override {
    std::array rows{attempt(1), attempt(2), attempt(3), attempt(4), attempt(5)};
    rows[1].key = "other";
    rows[1].served_model = "openai/gpt-4o-mini";
    rows[1].billed = Money{250'000'000};
    rows[2].at_ms += 2 * day_ms;
    rows[2].provider = "openai";
    rows[2].model = "gpt-4o, \"new\"\x1b[2J";
    rows[2].billed = {};
    rows[2].computed = {};
    rows[3].at_ms += 2 * day_ms;
    rows[3].flags |= ledger::estimated;
    rows[3].billed = {};
    rows[3].computed = Money{900'719'925'474'099'3};  // no double holds it
    rows[4].flags = ledger::failed | ledger::last;
    rows[4].counts = {};
    rows[4].billed = {};
    rows[4].computed = Money{0};
    rows[4].flags |= ledger::differs;
    write_ledger(data(), rows);
  }
  std::vector<std::string> words(std::vector<std::string> more) {
    std::vector<std::string> all{"usage", "--from", "2026-09-01", "--to", "2026-09-30"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(UsageOf, days_as_a_table) {
  const Finished finished = run(words({}));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.out,
            "DAY         REQUESTS  TOKENS IN  OUT                 COST  UNKNOWN\n"
            "2026-09-21         3        200   40           $0.2500015\n"
            "2026-09-23         2        200   40  ~$9007199.254740993        1\n"
            "together           5        400   80  ~$9007199.504742493        1\n");
  EXPECT_THAT(finished.err, HasSubstr("the cost of 1 call is unknown and in no sum"));
  EXPECT_THAT(finished.err, HasSubstr("~: of 1 call the provider stated no usage"));
  EXPECT_THAT(finished.err, HasSubstr("1 call the provider's figure, which counts, and ours"));
}

TEST_F(UsageOf, hours_of_the_days_that_are_asked_for) {
  const Finished finished = run(words({"--by", "hour"}));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.out, testing::StartsWith("HOUR "));
  EXPECT_THAT(finished.out, HasSubstr("\n2026-09-21 12:00         3        200   40"));
  EXPECT_THAT(finished.out, HasSubstr("\n2026-09-23 12:00         2        200   40"));
  const auto requests = [this](const char* from, const char* to) {
    const auto document =
        only_document(run({"usage", "--by", "hour", "--from", from, "--to", to, "--json"}).out);
    return at(document, "/total/requests");
  };
  EXPECT_EQ(requests("2026-09-21", "2026-09-21"), json::value(3));
  EXPECT_EQ(requests("2026-09-22", "2026-09-23"), json::value(2));
  const Finished chart = run(words({"--by", "hour", "--chart"}));
  EXPECT_EQ(std::ranges::count(chart.out, '\n'), 49) << "every hour between the two";
}

TEST_F(UsageOf, models_providers_and_keys_the_dearest_first) {
  const auto names = [this](const std::string& by) {
    std::vector<std::string> found;
    const auto document = only_document(run(words({"--by", by, "--json"})).out);
    for (const auto& row : at(document, "/rows").as_array()) {
      found.push_back(text_at(row, "/" + by));
    }
    return found;
  };
  EXPECT_THAT(names("model"),
              ElementsAre("openai/gpt-4o", "openai/gpt-4o-mini", "gpt-4o, \"new\"\x1b[2J"));
  EXPECT_THAT(names("provider"), ElementsAre("openrouter", "openai"));
  EXPECT_THAT(names("key"), ElementsAre("team", "other"));
}

TEST_F(UsageOf, json_is_exact_and_an_unknown_cost_is_null) {
  const auto document = only_document(run(words({"--by", "provider", "--format", "json"})).out);
  EXPECT_EQ(text_at(document, "/from"), "2026-09-01");
  EXPECT_EQ(text_at(document, "/to"), "2026-09-30");
  EXPECT_EQ(text_at(document, "/rows/0/cost"), "9007199.504742493");
  EXPECT_EQ(text_at(document, "/rows/0/billed"), "0.2500015");
  EXPECT_EQ(at(document, "/rows/0/estimated"), json::value(1));
  EXPECT_EQ(at(document, "/rows/0/failed"), json::value(1));
  EXPECT_TRUE(at(document, "/rows/1/cost").is_null());
  EXPECT_EQ(at(document, "/rows/1/unknown"), json::value(1));
  EXPECT_EQ(at(document, "/total/requests"), json::value(5));
}

TEST_F(UsageOf, csv_quotes_and_leaves_unknown_costs_empty) {
  const Finished finished = run(words({"--by", "model", "--format", "csv"}));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.err, "");
  EXPECT_THAT(finished.out,
              testing::StartsWith("model,requests,attempts,failed,cancelled,estimated,unknown,"
                                  "differing,input_tokens,output_tokens,cache_read_tokens,"
                                  "cache_write_tokens,reasoning_tokens,cost,billed,computed,byok\n"
                                  "openai/gpt-4o,3,3,1,0,1,0,1,200,40,0,0,0,9007199.254742493,"
                                  "0.0000015,9007199.254742492,0\n"));
  EXPECT_THAT(finished.out,
              HasSubstr("\"gpt-4o, \"\"new\"\"\\x1b[2J\",1,1,0,0,0,1,0,100,20,0,0,0,,0,0,0\n"));
}

TEST_F(UsageOf, filters_and_suggests_what_may_have_been_meant) {
  const auto requests = [this](const std::vector<std::string>& filter) {
    auto all = words({"--json"});
    all.insert(all.end(), filter.begin(), filter.end());
    return at(only_document(run(all).out), "/total/requests");
  };
  EXPECT_EQ(requests({"--provider", "OpenAI"}), json::value(1));
  EXPECT_EQ(requests({"--key", "other"}), json::value(1));
  EXPECT_EQ(requests({"--model", "openai/gpt-4o", "--key", "team"}), json::value(3));
  EXPECT_EQ(requests({"--model", "openai/gpt-4o-mini", "--key", "team"}), json::value(0));
  const Finished finished = run(words({"--model", "openai/gpt-4o-mni"}));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, HasSubstr("nothing was used from 2026-09-01 to 2026-09-30. Did you "
                                      "mean openai/gpt-4o-mini"));
}

TEST_F(UsageOf, a_chart_fits_its_terminal_and_has_every_day) {
  for (const unsigned short columns : {30, 40, 80, 132}) {
    const Shown shown = show(words({"--chart", "--color", "never"}), columns);
    EXPECT_EQ(shown.exit_code, 0);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_LE(columns_of(shown.lines[i]), columns);
    EXPECT_THAT(shown.lines[0], testing::StartsWith(columns > 30 ? "2026-09-21" : "2026-09-"));
    EXPECT_THAT(shown.lines[1], testing::EndsWith(" $0"));
    EXPECT_THAT(shown.lines[2], testing::EndsWith("~$9007199.254740993"));
  }
  EXPECT_EQ(show(words({"--chart", "--color", "never"}), 60).lines[2],
            "2026-09-23  ███████████████████████████  ~$9007199.254740993");
  // Little is not nothing.
  EXPECT_EQ(show(words({"--chart", "--color", "never"}), 60).lines[0],
            "2026-09-21  ▏                                     $0.2500015");
}

TEST_F(UsageOf, a_chart_in_a_pipe_is_plain) {
  const Finished finished = run(words({"--chart", "--by", "key", "--of", "tokens"}));
  EXPECT_EQ(finished.out, "team   " + std::string(68, '#') + "  360\n" + "other  " +
                              std::string(23, '#') + std::string(45, ' ') + "  120\n");
}

TEST_F(UsageOf, a_table_fits_its_terminal) {
  for (const unsigned short columns : {36, 50, 80}) {
    const Shown shown = show(words({"--by", "model", "--color", "never"}), columns);
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_THAT(shown.output, Not(HasSubstr("\x1b")));
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_LE(columns_of(shown.lines[i]), columns) << shown.lines[i];
    }
  }
}

TEST_F(UsageOf, says_what_it_expected) {
  const auto refused = [this](const std::vector<std::string>& more) {
    auto all = more;
    all.insert(all.begin(), "usage");
    const Finished finished = run(all);
    EXPECT_EQ(finished.exit_code, 2) << finished.out;
    EXPECT_EQ(finished.out, "");
    return finished.err;
  };
  EXPECT_THAT(refused({"--from", "2026-02-30"}),
              HasSubstr("--from: expected a day such as 2026-11-23, came \"2026-02-30\""));
  EXPECT_THAT(refused({"--to", "yesterday"}), HasSubstr("--to: expected a day"));
  EXPECT_THAT(refused({"--last", "36h"}), HasSubstr("--last: expected whole days such as 30d"));
  EXPECT_THAT(refused({"--last", "0d"}), HasSubstr("came \"0d\""));
  EXPECT_THAT(refused({"--from", "2026-09-02", "--to", "2026-09-01"}),
              HasSubstr("expected --to on or after --from, came 2026-09-02 and 2026-09-01"));
  EXPECT_THAT(refused({"--last", "3d", "--to", "2026-09-01"}), HasSubstr("--last"));
  EXPECT_THAT(refused({"--by", "planet"}), HasSubstr("planet"));
  EXPECT_THAT(refused({"--chart", "--format", "csv"}), HasSubstr("--chart draws for people"));
  EXPECT_THAT(
      text_at(only_document(run({"usage", "--json", "--format", "csv"}).out), "/error/message"),
      HasSubstr("expected one of --json and --format csv, came both"));
  EXPECT_THAT(refused({"--of", "tokens"}), HasSubstr("--chart"));
  const Finished finished = run({"usage", "--format", "json", "--nothing"});
  EXPECT_EQ(text_at(only_document(finished.out), "/error/code"), "usage");
}

TEST_F(UsageOf, a_closed_pipe_ends_it_quietly) {
  const Finished finished = run_script(
      "\"$tollway\" usage --from 2026-09-01 --format csv | head -1; echo ${PIPESTATUS[0]}; "
      "\"$tollway\" usage --from 2026-09-01 --format csv >&-");
  EXPECT_THAT(finished.out, testing::EndsWith("byok\n0\n"));
  EXPECT_EQ(finished.err, "");
}

class UsageAtFirst : public Cli {};

TEST_F(UsageAtFirst, without_a_ledger_says_how_to_begin_one) {
  const Finished finished = run({"usage"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("there is no ledger yet: "));
  EXPECT_THAT(finished.err, HasSubstr("\"tollway serve\" begins it"));
  EXPECT_FALSE(std::filesystem::exists(data() / "ledger.db"));
  EXPECT_EQ(text_at(only_document(run({"usage", "--json"}).out), "/error/code"), "not_found");
}

TEST_F(UsageAtFirst, what_is_no_ledger_is_left_alone) {
  std::filesystem::create_directories(data());
  std::ofstream(data() / "ledger.db") << "SQLite format 3, or so it says; some other bytes follow";
  const Finished finished = run({"usage"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("is damaged"));
}

TEST_F(UsageAtFirst, reads_while_a_gateway_writes) {
  const FaultUpstream upstream(openrouter_with("[]", "Yes."));
  Gateway gateway(upstream);
  const std::string body = R"({"model":"author/model","messages":[{"role":"user","content":"?"}]})";
  for (const std::size_t count : {1, 2}) {
    EXPECT_EQ(gateway.post("/api/v1/chat/completions", body).status, 200);
    static_cast<void>(wait_for_ledger_rows(gateway.data(), count));
    const auto document =
        only_document(run({"usage", "--by", "model", "--json", "--data", gateway.data()}).out);
    EXPECT_EQ(text_at(document, "/rows/0/model"), "author/model");
    EXPECT_EQ(at(document, "/rows/0/requests"), json::value(static_cast<std::int64_t>(count)));
    EXPECT_EQ(text_at(document, "/rows/0/cost"), count == 1 ? "0.0000222" : "0.0000444");
  }
}

}  // namespace
}  // namespace tollway::test
