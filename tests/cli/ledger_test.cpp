#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <sstream>

#include "cli/cli.hpp"
#include "cli/written_ledger.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

class LedgerOf : public Cli {
 protected:
  void write(std::uint64_t count) {
    std::vector<ledger::AttemptRecord> rows;
    for (std::uint64_t i = 1; i <= count; ++i) {
      auto& row = rows.emplace_back(attempt(i));
      row.at_ms += static_cast<std::int64_t>(i - 1) * day_ms;
      if (i % 2 != 0) continue;
      row.counts.input_image_pieces = 3;
      row.pricing = {.tier = llm::ServiceTier::flex,
                     .source = ledger::PriceSource::built_in,
                     .day = static_cast<std::int32_t>(a_day_ms / day_ms)};
    }
    write_ledger(data(), rows);
  }
  std::vector<json::value> exported(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"ledger", "export"});
    const Finished finished = run(more);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    std::istringstream lines(finished.out);
    std::vector<json::value> rows;
    for (std::string line; std::getline(lines, line);) rows.push_back(parse_json(line));
    return rows;
  }
  void change(const std::string& sql) {
    SQLite::Database database((data() / "ledger.db").string(), SQLite::OPEN_READWRITE);
    database.exec("DROP TRIGGER attempts_stay");
    database.exec(sql);
  }
};

TEST_F(LedgerOf, verify_says_what_there_is) {
  write(3);
  const Finished finished = run({"ledger", "verify"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, testing::StartsWith("attempts  3\n"
                                                "requests  3\n"
                                                "seals     3\n"
                                                "retired   none\n"
                                                "newest    "));
  EXPECT_THAT(finished.err, HasSubstr("every row is what was written"));
  const auto document = only_document(run({"ledger", "verify", "--json"}).out);
  EXPECT_EQ(at(document, "/ok"), json::value(true));
  EXPECT_EQ(at(document, "/attempts"), json::value(3));
  EXPECT_THAT(finished.out, HasSubstr("newest    " + text_at(document, "/head") + "\n"));
  EXPECT_EQ(text_at(document, "/head").size(), 64U);
  EXPECT_EQ(at(document, "/problems").as_array().size(), 0U);
}

TEST_F(LedgerOf, verify_finds_a_row_that_was_changed) {
  write(3);
  change("UPDATE attempts SET billed = 1 WHERE seq = 2");
  const Finished finished = run({"ledger", "verify"});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.err, HasSubstr("problem: rows 2 to 2 are not what seal 2 was made of"));
  EXPECT_THAT(finished.err, HasSubstr("compare it with a backup"));
  const Finished as_json = run({"ledger", "verify", "--json"});
  EXPECT_EQ(as_json.exit_code, 3);
  const auto document = only_document(as_json.out);
  EXPECT_EQ(at(document, "/ok"), json::value(false));
  EXPECT_THAT(text_at(document, "/problems/0"), HasSubstr("seal 2"));
}

TEST_F(LedgerOf, without_one_says_how_to_begin_one) {
  for (const char* const command : {"verify", "export"}) {
    const Finished finished = run({"ledger", command});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_EQ(finished.out, "");
    EXPECT_THAT(finished.err, HasSubstr("there is no ledger yet: "));
  }
}

TEST_F(LedgerOf, one_of_another_version_is_named) {
  write(1);
  change("PRAGMA user_version = 99");
  for (const char* const command : {"verify", "export"}) {
    const Finished finished = run({"ledger", command});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("another version of Tollway (format 99"));
  }
}

TEST_F(LedgerOf, export_has_a_row_for_each_attempt) {
  write(3);
  const auto rows = exported();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(at(rows[1], "/seq"), json::value(2));
  EXPECT_THAT(text_at(rows[1], "/request"), testing::StartsWith("req-"));
  EXPECT_EQ(text_at(rows[1], "/at"), "2026-09-22T12:00:00.000Z");
  EXPECT_EQ(text_at(rows[1], "/model"), "openai/gpt-4o");
  EXPECT_EQ(text_at(rows[1], "/cost"), "0.0000015");
  EXPECT_EQ(text_at(rows[1], "/computed"), "0.000001499");
  EXPECT_TRUE(at(rows[1], "/served_model").is_null());
  EXPECT_TRUE(at(rows[1], "/computed_prompt").is_null());
  EXPECT_TRUE(at(rows[1], "/total_us").is_null());
  EXPECT_EQ(at(rows[1], "/input_tokens"), json::value(100));
  EXPECT_EQ(at(rows[1], "/input_images"), json::value(3));
  EXPECT_EQ(at(rows[0], "/input_images"), json::value(0));
  EXPECT_EQ(text_at(rows[1], "/service_tier"), "flex");
  EXPECT_EQ(text_at(rows[1], "/price_source"), "built_in");
  EXPECT_EQ(text_at(rows[1], "/price_date"), "2026-09-21");
  for (const char* name : {"/service_tier", "/price_source", "/price_date"}) {
    EXPECT_TRUE(at(rows[0], name).is_null()) << name;
  }
  EXPECT_EQ(at(rows[1], "/last"), json::value(true));
  EXPECT_EQ(at(rows[1], "/failed"), json::value(false));
}

TEST_F(LedgerOf, export_of_some_days) {
  write(5);
  EXPECT_EQ(exported({"--from", "2026-09-23"}).size(), 3U);
  EXPECT_EQ(exported({"--to", "2026-09-23"}).size(), 3U);
  EXPECT_EQ(exported({"--from", "2026-09-22", "--to", "2026-09-22"}).size(), 1U);
  EXPECT_EQ(exported({"--to", "2026-01-01"}).size(), 0U);
  const Finished finished = run({"ledger", "export", "--from", "now"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.err, HasSubstr("--from: expected a day"));
  EXPECT_EQ(run({"ledger", "export", "--format", "xml"}).exit_code, 2);
}

TEST_F(LedgerOf, export_as_csv_has_the_same_columns) {
  write(2);
  const Finished finished = run({"ledger", "export", "--format", "csv"});
  EXPECT_EQ(finished.exit_code, 0);
  std::istringstream lines(finished.out);
  std::string names;
  std::string row;
  std::getline(lines, names);
  std::getline(lines, row);
  std::string expected;
  const auto rows = exported();
  for (const auto& member : rows.at(0).as_object()) {
    expected += (expected.empty() ? "" : ",") + std::string(member.key());
  }
  EXPECT_EQ(names, expected);
  EXPECT_THAT(row, testing::StartsWith("1,req-"));
  EXPECT_THAT(row, HasSubstr(",1,2026-09-21T12:00:00.000Z,team,chat/completions,openrouter,"
                             "openai/gpt-4o,,OpenAI,,ok,stop,200,true,false,"));
  EXPECT_EQ(std::ranges::count(row, ','), std::ranges::count(names, ','));
}

TEST_F(LedgerOf, a_reader_that_leaves_or_a_disk_that_is_full) {
  write(50);
  const Finished left = run_script(
      "\"$tollway\" ledger export | head -1 > /dev/null; echo ${PIPESTATUS[0]}; \"$tollway\" "
      "ledger export >&-; echo $?");
  EXPECT_EQ(left.out, "0\n0\n");
  EXPECT_EQ(left.err, "");
  const Finished full = run_script("\"$tollway\" ledger export > /dev/full");
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_THAT(full.err, HasSubstr("the export is not whole"));
}

// The reader begins late and takes little at once, of a pipe that does not block its writer.
TEST_F(LedgerOf, a_full_pipe_is_waited_for) {
  if (find_program("python3").empty()) GTEST_SKIP() << "lacks python3";
  write(400);
  const Finished finished = run_script(R"script(python3 -c '
import os, subprocess, sys
out, into = os.pipe()
os.set_blocking(into, False)
export = subprocess.Popen([os.environ["tollway"], "ledger", "export"], stdout=into)
os.close(into)
rows = 0
while piece := os.read(out, 1000):
    rows += piece.count(b"\n")
print(rows, export.wait())')script");
  EXPECT_EQ(finished.out, "400 0\n") << finished.err;
}

TEST_F(LedgerOf, is_read_while_a_gateway_writes_it) {
  const FaultUpstream upstream(openrouter_with("[]", "Yes."));
  Gateway gateway(upstream);
  const std::string body = R"({"model":"author/model","messages":[{"role":"user","content":"?"}]})";
  EXPECT_EQ(gateway.post("/api/v1/chat/completions", body).status, 200);
  static_cast<void>(wait_for_ledger_rows(gateway.data(), 1));
  const auto rows = exported({"--data", gateway.data()});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_at(rows[0], "/upstream_id"), "gen-1");
  EXPECT_EQ(text_at(rows[0], "/billed"), "0.0000222");
  EXPECT_EQ(run({"ledger", "verify", "--data", gateway.data()}).exit_code, 0);
}

TEST_F(LedgerOf, in_a_terminal) {
  write(2);
  const Shown verified = show({"ledger", "verify", "--color", "never"});
  EXPECT_EQ(verified.exit_code, 0);
  EXPECT_EQ(verified.lines.at(0), "attempts  2");
  EXPECT_EQ(verified.lines.at(5), "every row is what was written");
  const Shown rows = show({"ledger", "export", "--format", "csv", "--from", "2026-09-22"});
  EXPECT_EQ(rows.exit_code, 0);
  EXPECT_THAT(rows.output, testing::StartsWith("seq,request,attempt,at,"));
  EXPECT_THAT(rows.output, HasSubstr("\n2,req-"));
}

TEST_F(LedgerOf, needs_a_command) {
  EXPECT_EQ(run({"ledger"}).exit_code, 2);
  EXPECT_THAT(run({"ledger", "verfiy"}).err, HasSubstr("Did you mean verify?"));
}

}  // namespace
}  // namespace tollway::test
