#include "recording/index.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tollway::recording {
namespace {

namespace fs = std::filesystem;

Exchange exchange(std::string path, std::string body, std::string answer) {
  Exchange made;
  made.method = "POST";
  made.path = std::move(path);
  made.request_body = std::move(body);
  made.chunks = {{{}, std::move(answer)}};
  return made;
}

std::string answer(const Index::Found& found) {
  return found.exchange == nullptr ? found.explanation : found.exchange->chunks[0].data;
}

TEST(Index, finds_by_method_path_and_value_of_the_body) {
  Index index;
  index.add("a.json", exchange("/x", R"({"a":1,"b":2})", "first"));
  index.add("b.json", exchange("/x?q=1", R"({"a":1,"b":2})", "second"));
  index.add("c.json", exchange("/x", "", "third"));
  index.add("d.json", exchange("/x", "{broken", "fourth"));
  EXPECT_EQ(answer(index.find("POST", "/x", R"({ "b": 2.0, "a": 1 })")), "first");
  EXPECT_EQ(answer(index.find("POST", "/x?q=1", R"({"b":2,"a":1})")), "second");
  EXPECT_EQ(answer(index.find("POST", "/x", "")), "third");
  EXPECT_EQ(answer(index.find("POST", "/x", "{broken")), "fourth");
}

TEST(Index, serves_equal_requests_in_turn) {
  Index index;
  index.add("1.json", exchange("/x", R"({"a":1})", "one"));
  index.add("2.json", exchange("/x", R"({"a":1.0})", "two"));
  for (const char* expected : {"one", "two", "one"}) {
    EXPECT_EQ(answer(index.find("POST", "/x", R"({"a":1})")), expected);
  }
}

TEST(Index, explains_a_miss_by_the_nearest) {
  Index index;
  index.add("far.json", exchange("/x", R"({"a":1,"b":2,"c":3})", ""));
  index.add("near.json", exchange("/x", R"({"a":1,"b":{"c":"Hi"}})", ""));
  EXPECT_EQ(index.find("POST", "/x", R"({"a":1,"b":{"c":"Ho"}})").explanation,
            "no recording matches POST /x; nearest is near.json, first difference at /b/c: "
            "expected \"Hi\", came \"Ho\"");
  EXPECT_EQ(index.find("POST", "/x", "").explanation,
            "no recording matches POST /x; nearest is near.json, first difference at the root: "
            "expected {\"a\":1,\"b\":{\"c\":\"Hi\"}}, came null");
  EXPECT_EQ(index.find("GET", "/x", "").explanation,
            "no recording matches GET /x; recorded are POST /x (2)");
  EXPECT_EQ(Index().find("GET", "/", "").explanation,
            "no recording matches GET /; recorded are none");
}

TEST(Index, finds_what_was_masked_by_the_key_itself) {
  Index index;
  index.add("a.json", exchange("/x?key=xxxx", R"({"api_key":"xxxx"})", "found"));
  EXPECT_EQ(answer(index.find("POST", "/x?key=hush", R"({"api_key":"hush"})")), "found");
  const auto miss = index.find("POST", "/x?key=hush", R"({"api_key":"longer"})");
  EXPECT_EQ(miss.explanation.find("longer"), std::string::npos) << miss.explanation;
}

TEST(Index, load_names_the_file_that_is_no_recording) {
  const fs::path directory = fs::path(testing::TempDir()) / "index_test";
  fs::create_directories(directory / "sub");
  std::ofstream(directory / "README.md") << "not JSON";
  std::ofstream(directory / "sub" / "bad.json") << "{}";
  const auto index = Index::load(directory);
  ASSERT_FALSE(index);
  EXPECT_TRUE(index.error().message.starts_with("sub/bad.json: not a recording"))
      << index.error().message;
  fs::remove_all(directory);
  EXPECT_FALSE(Index::load(directory));
}

}  // namespace
}  // namespace tollway::recording
