#include <algorithm>

#include "cli/cli.hpp"
#include "cli/written_ledger.hpp"

namespace tollway::test {
namespace {

using testing::UnorderedElementsAreArray;

std::vector<std::string> members_of(const json::value& value) {
  std::vector<std::string> names;
  if (!value.is_object()) {
    ADD_FAILURE() << "no object: " << value;
    return names;
  }
  for (const auto& member : value.as_object()) names.emplace_back(member.key());
  return names;
}

// The shapes of --json are a promise: what is printed and what the manual page names are the same.
class JsonShapes : public Cli {
 protected:
  JsonShapes() { use_openrouter(upstream_); }

  // `names` are exactly the members, and each stands in the page's chapter.
  void expect_members(const json::value& value, const std::vector<std::string>& names) {
    EXPECT_THAT(members_of(value), UnorderedElementsAreArray(names));
    if (chapter_.empty()) {
      const std::string page = run({"man"}).out;
      const auto begin = page.find(".SH JSON");
      chapter_ = page.substr(begin, page.find(".SH ENVIRONMENT") - begin);
    }
    for (const auto& name : names) {
      EXPECT_THAT(chapter_, testing::HasSubstr("\"" + name + "\""));
    }
  }
  json::value document(const std::vector<std::string>& words) {
    return only_document(run(words).out);
  }

  FaultUpstream upstream_{openrouter_with(R"([{"id":"author/model"}])", "Yes.")};

 private:
  std::string chapter_;
};

TEST_F(JsonShapes, of_chat_and_errors) {
  const auto reply = document({"chat", "--json", "-m", "author/model", "Hello"});
  expect_members(reply,
                 {"model", "provider", "content", "reasoning", "refusal", "finish_reason", "usage",
                  "cost", "cost_kind", "attempts", "first_token_ms", "duration_ms"});
  expect_members(at(reply, "/usage"), {"prompt_tokens", "completion_tokens", "total_tokens",
                                       "cached_tokens", "reasoning_tokens", "estimated"});
  expect_members(at(reply, "/attempts/0"), {"provider", "model", "status", "error", "duration_ms"});
  expect_members(at(document({"nothing", "--json"}), "/error"), {"code", "message", "suggestions"});
}

TEST_F(JsonShapes, of_models_and_providers) {
  const auto models = document({"models", "--json"});
  expect_members(models, {"models", "problems"});
  expect_members(at(models, "/models/0"),
                 {"id", "name", "provider", "context_length", "max_output_tokens", "prompt_price",
                  "completion_price", "input_modalities", "output_modalities",
                  "supported_parameters", "created", "loaded"});
  const auto providers = document({"providers", "openrouter", "--check", "--json"});
  expect_members(providers, {"providers", "problems"});
  expect_members(at(providers, "/providers/0"),
                 {"key", "name", "location", "key_setting", "key_set", "key_source", "available",
                  "reason", "queued", "loading", "check"});
  expect_members(at(providers, "/providers/0/check"), {"ok", "code", "message", "duration_ms"});
}

TEST_F(JsonShapes, of_explain) {
  const auto explained = document({"explain", "author/model", "--json"});
  expect_members(explained,
                 {"model", "route", "strategy", "prompt_tokens", "output_tokens", "candidates"});
  EXPECT_EQ(text_at(explained, "/candidates/0/provider"), "openrouter");
}

TEST_F(JsonShapes, of_usage) {
  const auto row = attempt(1);
  write_ledger(data(), std::span(&row, 1));
  const auto usage = document({"usage", "--by", "key", "--from", "2026-09-21", "--json"});
  expect_members(usage, {"from", "to", "by", "rows", "total"});
  std::vector<std::string> sums{
      "requests",          "attempts",           "failed",       "cancelled",     "estimated",
      "unknown",           "differing",          "input_tokens", "output_tokens", "cost",
      "cache_read_tokens", "cache_write_tokens", "billed",       "computed",      "byok",
      "reasoning_tokens"};
  expect_members(at(usage, "/total"), sums);
  sums.emplace_back("key");
  expect_members(at(usage, "/rows/0"), sums);
}

TEST_F(JsonShapes, of_the_ledger) {
  const auto row = attempt(1);
  write_ledger(data(), std::span(&row, 1));
  expect_members(document({"ledger", "verify", "--json"}),
                 {"ok", "attempts", "requests", "seals", "retired_until", "head", "problems"});
  const auto exported = document({"ledger", "export"});
  EXPECT_EQ(members_of(exported).size(), 50U);
  expect_members(exported, members_of(exported));
}

TEST_F(JsonShapes, of_reconcile) {
  auto row = attempt(1);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  row.at_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count() - day_ms;
  row.upstream_id = "gen-1";
  write_ledger(data(), std::span(&row, 1));
  const FaultUpstream account(FaultUpstream::answering([](const Request& request) {
    return json_answer(request.target.ends_with("/activity")
                           ? R"({"data":[]})"
                           : R"({"data":{"model":"m","total_cost":0}})");
  }));
  use_openrouter(account);
  environment_["OPENROUTER_MANAGEMENT_KEY"] = canary;
  const auto days = document({"reconcile", "--json"});
  expect_members(days, {"agrees", "tolerance", "from", "to", "rows", "total"});
  std::vector<std::string> comparison{"state", "ledger", "openrouter", "difference",
                                      "byok_difference"};
  expect_members(at(days, "/total"), comparison);
  comparison.insert(comparison.end(), {"day", "model"});
  expect_members(at(days, "/rows/0"), comparison);
  expect_members(at(days, "/rows/0/ledger"), {"requests", "input_tokens", "output_tokens", "cost",
                                              "byok_cost", "unknown", "estimated"});
  const auto single = document({"reconcile", "--generation", "gen-1", "--json"});
  expect_members(single, {"agrees", "tolerance", "generations"});
  expect_members(at(single, "/generations/0"),
                 {"id", "state", "ledger", "openrouter", "difference"});
  expect_members(at(single, "/generations/0/ledger"),
                 {"model", "cost", "is_byok", "byok_cost", "input_tokens", "output_tokens"});
}

TEST_F(JsonShapes, of_settings_keys_and_doctor) {
  const std::vector<std::string> setting{"key",   "name",   "type",   "secret", "set",
                                         "value", "origin", "source", "locked"};
  for (const char* const command : {"get", "origin", "unset"}) {
    expect_members(document({"settings", command, "llm.model", "--json"}), setting);
  }
  expect_members(document({"settings", "set", "llm.model", "a/b", "--json"}), setting);
  expect_members(at(document({"settings", "list", "--json"}), "/settings/0"), setting);
  secrets_.emplace_back("gsk_canary_of_the_shapes_5a5a");
  const auto added = only_document(
      run_with_input({"keys", "add", "groq", "--json"}, "gsk_canary_of_the_shapes_5a5a").out);
  const std::vector<std::string> key{"id",     "provider",  "label",      "environment",
                                     "weight", "last_four", "created_at", "retires_at"};
  expect_members(at(added, "/key"), key);
  expect_members(at(document({"keys", "list", "--json"}), "/keys/0"), key);
  expect_members(at(document({"keys", "remove", "groq", "--json"}), "/removed"),
                 {"provider", "label"});
  const auto examined = document({"doctor", "--json"});
  expect_members(examined, {"ok", "findings"});
  expect_members(at(examined, "/findings/0"), {"check", "subject", "state", "message", "remedy"});
}

}  // namespace
}  // namespace tollway::test
