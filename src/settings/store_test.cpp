#include "settings/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "settings/migrate.hpp"
#include "settings/settings_test.hpp"

namespace tollway::settings {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class StoreTest : public SettingsTest {
 protected:
  StoreTest() { std::filesystem::create_directory(data_); }

  std::unique_ptr<Store> open_store(std::chrono::milliseconds lock_patience = 10s) {
    auto opened = Store::open({.path = path(), .lock_patience = lock_patience});
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  std::string refusal_of_store() {
    const auto opened = Store::open({.path = path()});
    return opened ? "opened" : opened.error().message;
  }
  [[nodiscard]] std::string path() const { return (data_ / "tollway.db").string(); }
};

Result<> put(Store& store, const std::string& key, const std::string& text) {
  return store.write([&](StoreTransaction& transaction) -> Result<> {
    transaction.put({.key = key, .text = text, .sealed = {}, .allow_private_address = true});
    return {};
  });
}

TEST_F(StoreTest, AllItsFilesAreTheOwnersAlone) {
  const auto before = ::umask(0);
  const auto store = open_store();
  ASSERT_TRUE(put(*store, "llm.model", "a"));
  ::umask(before);
  for (const auto* name : {"tollway.db", "tollway.db-wal", "tollway.db-shm"}) {
    EXPECT_EQ(mode_of(data_ / name), 0600U) << name;
  }
}

TEST_F(StoreTest, AWiderModeIsNarrowed) {
  open_store().reset();
  ::chmod(path().c_str(), 0644);
  open_store().reset();
  EXPECT_EQ(mode_of(path()), 0600U);
}

TEST_F(StoreTest, KeepsWhatIsWrittenAndNothingOfWhatFails) {
  ASSERT_TRUE(put(*open_store(), "llm.model", "a"));
  const auto store = open_store();
  const auto failed = store->write([](StoreTransaction& transaction) -> Result<> {
    transaction.erase("llm.model");
    return std::unexpected(Error{.message = "no", .context = {}});
  });
  EXPECT_FALSE(failed);
  const auto content = store->read();
  ASSERT_TRUE(content);
  ASSERT_EQ(content->settings.size(), 1U);
  EXPECT_EQ(content->settings[0].text, "a");
  EXPECT_TRUE(content->settings[0].allow_private_address);
}

TEST_F(StoreTest, ProcessesThatOpenItFirstAtOnceAllSucceed) {
  constexpr int count = 4;
  std::vector<pid_t> children;
  for (int number = 0; number < count; ++number) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const auto store = open_store(30s);
      ::_exit(store && put(*store, "llm.model" + std::to_string(number), "a") ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(open_store()->read()->settings.size(), static_cast<std::size_t>(count));
}

TEST_F(StoreTest, P05_a_locked_database_is_overloaded_in_time) {
  const auto store = open_store(50ms);
  SQLite::Database other(path(), SQLite::OPEN_READWRITE);
  const SQLite::Transaction lock(other, SQLite::TransactionBehavior::IMMEDIATE);
  const auto written = put(*store, "llm.model", "a");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::overloaded);
  EXPECT_EQ(written.error().retry, Retry::same);
  EXPECT_THAT(written.error().message, HasSubstr("locked by another program"));
  EXPECT_TRUE(store->read()) << "who reads does not wait for who writes";
}

// Each page in turn is overwritten, also with that of another place.
TEST_F(StoreTest, P06_flipped_pages_are_refused_and_left_as_they_are) {
  {
    const auto store = open_store();
    for (int number = 0; number < 200; ++number) {
      ASSERT_TRUE(put(*store, "llm.a" + std::to_string(number), std::string(100, 'v')));
    }
  }
  const std::string good = content_of(path());
  constexpr std::size_t page = 4096;
  ASSERT_GT(good.size(), 5 * page);
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); at += page) {
    auto bad = good;
    bad.replace(at, page, std::string(page, '\x5a'));
    write("data/tollway.db", bad);
    const auto message = refusal_of_store();
    EXPECT_THAT(message, AllOf(HasSubstr("tollway.db is damaged"), HasSubstr("backup"))) << at;
    EXPECT_EQ(content_of(path()), bad) << at;
    refused += message == "opened" ? 0 : 1;
  }
  EXPECT_EQ(static_cast<std::size_t>(refused), good.size() / page);
  write("data/tollway.db", good.substr(0, good.size() / 2));
  EXPECT_THAT(refusal_of_store(), HasSubstr("is damaged"));
  write("data/tollway.db", "no database at all, but longer than nothing");
  EXPECT_THAT(refusal_of_store(), HasSubstr("is damaged"));
}

TEST_F(StoreTest, ANewerFormatIsRefused) {
  open_store().reset();
  SQLite::Database(path(), SQLite::OPEN_READWRITE)
      .exec("INSERT INTO settings_migrations VALUES (999, '0999_later.sql', 0)");
  EXPECT_THAT(refusal_of_store(), HasSubstr("of a newer Tollway (format 999"));
}

TEST_F(StoreTest, MigrationsAreNumberedWithoutGaps) {
  int number = 0;
  for (const auto& file : migrations()) {
    EXPECT_EQ(file.name.substr(0, 5), fmt::format("{:04}_", ++number)) << file.name;
  }
}

}  // namespace
}  // namespace tollway::settings
