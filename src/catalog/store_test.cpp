#include "catalog/store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "catalog/seconds.hpp"

namespace tollway::catalog {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:
  StoreTest() : folder_((fs::temp_directory_path() / "tollway_store_XXXXXX").string()) {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
  }
  ~StoreTest() override { fs::remove_all(folder_); }

  [[nodiscard]] Store store() const { return Store(folder_ + "/catalogue"); }
  [[nodiscard]] std::string file(std::string_view name) const {
    return folder_ + "/catalogue/" + std::string(name);
  }

  std::string folder_;
};

ChangesFound found_at(std::int64_t at, std::size_t count = 1) {
  ChangesFound found{.at = at, .changes = {}};
  for (std::size_t i = 0; i < count; ++i) {
    Change change;
    change.kind = Change::Kind::price_up;
    change.model = "a/b";
    change.prices.push_back({PriceKey::prompt, 1'000'000'000, 2'500'000'000});
    found.changes.push_back(std::move(change));
  }
  return found;
}

TEST_F(StoreTest, keeps_the_newest_lists) {
  const auto written = std::chrono::file_clock::now();
  for (int i = 0; i < 5; ++i) {
    const auto name = fmt::format("list{}", i);
    ASSERT_TRUE(store().write_list(name, {.fetched_at = 1, .etag = {}, .body = "[]"}));
    fs::last_write_time(file(name + ".list"), written - std::chrono::minutes(i));
  }
  std::ofstream(file("changes.jsonl")) << "{}";
  EXPECT_TRUE(store().keep_newest(2));
  EXPECT_TRUE(store().read_list("list0"));
  EXPECT_TRUE(store().read_list("list1"));
  EXPECT_FALSE(store().read_list("list2"));
  EXPECT_FALSE(store().read_list("list4"));
  EXPECT_TRUE(fs::exists(file("changes.jsonl")));
  EXPECT_TRUE(store().keep_newest(2));
}

TEST_F(StoreTest, lists_come_back_as_they_went) {
  EXPECT_FALSE(store().read_list("openrouter"));
  ASSERT_TRUE(store().write_list("openrouter", {7, "W/\"x\"", "{\"data\":[]}\n\n"}));
  const auto list = store().read_list("openrouter");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->fetched_at, 7);
  EXPECT_EQ(list->etag, "W/\"x\"");
  EXPECT_EQ(list->body, "{\"data\":[]}\n\n");
  EXPECT_FALSE(store().read_list("openai"));
  // Nothing else stays behind.
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ + "/catalogue"), {}), 1);
}

TEST_F(StoreTest, a_list_from_the_future_is_as_old_as_now) {
  const auto now = seconds_now();
  ASSERT_TRUE(store().write_list("openrouter", {now + 86'400, {}, "[]"}));
  const auto list = store().read_list("openrouter");
  ASSERT_TRUE(list);
  EXPECT_GE(list->fetched_at, now);
  EXPECT_LE(list->fetched_at, seconds_now());
}

TEST_F(StoreTest, broken_lists_are_ignored) {
  ASSERT_TRUE(store().write_list("openrouter", {7, "", R"({"data":[1,2,3]})"}));
  const auto path = file("openrouter.list");
  const auto size = fs::file_size(path);
  for (std::uintmax_t kept = 0; kept < size; ++kept) {
    const auto whole = *store().read_list("openrouter");
    fs::resize_file(path, kept);
    EXPECT_FALSE(store().read_list("openrouter")) << kept;
    ASSERT_TRUE(store().write_list("openrouter", whole));
  }
  {
    std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(-3, std::ios::end);
    bytes.put('4');
  }
  EXPECT_FALSE(store().read_list("openrouter"));
  std::ofstream(path, std::ios::trunc) << "\xff\xfe no JSON\n";
  EXPECT_FALSE(store().read_list("openrouter"));
}

TEST_F(StoreTest, lists_are_bounded) {
  EXPECT_FALSE(
      store().write_list("openrouter", {7, "", std::string(Store::list_bytes_max + 1, 'x')}));
}

TEST_F(StoreTest, the_history_keeps_the_newest) {
  EXPECT_TRUE(store().history().empty());
  std::int64_t at = 0;
  for (; at < 40; ++at) ASSERT_TRUE(store().append(found_at(at, 400)));
  EXPECT_LE(fs::file_size(file("changes.jsonl")), Store::history_bytes_max);
  const auto history = store().history();
  ASSERT_GE(history.size(), 5U);
  EXPECT_LT(history.size(), 40U);
  EXPECT_EQ(history.back().at, 39);
  EXPECT_EQ(history.front().at, 40 - static_cast<std::int64_t>(history.size()));
  ASSERT_EQ(history.back().changes.size(), 400U);
  const Change& change = history.back().changes.front();
  EXPECT_EQ(change.kind, Change::Kind::price_up);
  EXPECT_EQ(change.prices.front().after, 2'500'000'000);
}

TEST_F(StoreTest, broken_lines_of_the_history_are_left_out) {
  ASSERT_TRUE(store().append(found_at(1)));
  std::ofstream(file("changes.jsonl"), std::ios::app) << "{\"at\":\n";
  ASSERT_TRUE(store().append(found_at(2)));
  const auto history = store().history();
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history.back().at, 2);
}

}  // namespace
}  // namespace tollway::catalog
