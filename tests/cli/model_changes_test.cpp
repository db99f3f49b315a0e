#include <mutex>

#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

std::string list_of(std::string_view rows) {
  return R"({"data":[)" + std::string(rows) + "]}";
}

constexpr std::string_view first = R"json(
  {"id":"a/word-1","canonical_slug":"a/word-1","name":"Word 1","context_length":8192,"created":1,
   "architecture":{"input_modalities":["text"],"output_modalities":["text"]},
   "pricing":{"prompt":"0.000001","completion":"0.000002"}},
  {"id":"a/steady","canonical_slug":"a/steady","name":"Steady","context_length":8192,"created":1,
   "architecture":{"input_modalities":["text"],"output_modalities":["text"]},
   "pricing":{"prompt":"0.000001","completion":"0.000002"}})json";

constexpr std::string_view second = R"json(
  {"id":"a/word-2","canonical_slug":"a/word-2","name":"Word 2","context_length":8192,"created":2,
   "architecture":{"input_modalities":["text"],"output_modalities":["text"]},
   "pricing":{"prompt":"0.000002","completion":"0.000004"}},
  {"id":"a/steady","canonical_slug":"a/steady","name":"Steady","context_length":16384,"created":1,
   "architecture":{"input_modalities":["text"],"output_modalities":["text"]},
   "pricing":{"prompt":"0.000001","completion":"0.0000015"}})json";

class ModelChanges : public Cli {
 protected:
  ModelChanges() {
    use_openrouter(upstream_);
    environment_["TOLLWAY_LLM_MODEL"] = "a/word-1";
  }

  void list(std::string_view rows) {
    const std::scoped_lock lock(mutex_);
    body_ = list_of(rows);
  }
  json::value changes(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"models", "changes", "--json"});
    const Finished finished = run(more);
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    return only_document(finished.out);
  }
  static std::vector<std::string> told(const json::value& document) {
    std::vector<std::string> made;
    for (const auto& change : document.at("changes").as_array()) {
      made.push_back(text_at(change, "/model") + " " + text_at(change, "/kind"));
    }
    return made;
  }

  std::mutex mutex_;
  std::string body_ = list_of(first);
  FaultUpstream upstream_{FaultUpstream::answering([this](const Request&) {
    const std::scoped_lock lock(mutex_);
    return json_answer(body_);
  })};
};

TEST_F(ModelChanges, files_are_compared) {
  const TemporaryDirectory files;
  const auto before = files.write("before.json", list_of(first));
  const auto after = files.write("after.json", list_of(second));
  const auto document = changes({"--before", before.string(), "--after", after.string()});
  EXPECT_THAT(told(document), testing::ElementsAre("a/word-1 removed", "a/word-2 added",
                                                   "a/steady price_down", "a/steady context"));
  EXPECT_EQ(text_at(document, "/configured/state"), "gone");
  EXPECT_EQ(text_at(document, "/configured/replacements/0/model"), "a/word-2");
  EXPECT_EQ(at(document, "/configured/replacements/0/dearer_percent"), json::value(100.0));
  const Finished table =
      run({"models", "changes", "--before", before.string(), "--after", after.string()});
  EXPECT_THAT(table.out, HasSubstr("completion $2 -> $1.5"));
  EXPECT_THAT(table.out, HasSubstr("8K -> 16K"));
  EXPECT_THAT(table.err, HasSubstr("warning: the model a/word-1 is offered no more; in its place: "
                                   "a/word-2 (100 % dearer)"));
}

TEST_F(ModelChanges, what_was_seen_is_kept) {
  const auto against_built_in = told(changes());
  EXPECT_THAT(against_built_in, testing::Contains("a/word-1 added"));
  list(second);
  EXPECT_THAT(told(changes()), testing::Contains("a/word-2 added"));
  // Nothing new, and what was found stays known, offline, too.
  const auto again = changes();
  EXPECT_THAT(told(again), testing::Contains("a/word-2 added"));
  use_openrouter("http://127.0.0.1:1/api/v1");
  const auto offline = changes();
  EXPECT_EQ(told(offline), told(again));
  EXPECT_NE(at(offline, "/offline"), json::value(nullptr));
}

TEST_F(ModelChanges, a_broken_file_is_named) {
  const TemporaryDirectory files;
  const auto broken = files.write("broken.json", "[");
  const Finished finished = run({"models", "changes", "--before", broken.string()});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("broken.json is no list of models"));
  EXPECT_EQ(run({"models", "changes", "--after", broken.string()}).exit_code, 2);
}

}  // namespace
}  // namespace tollway::test
