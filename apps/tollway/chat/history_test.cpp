#include "chat/history.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tollway::chat {
namespace {

class HistoryFile : public testing::Test {
 public:
  ~HistoryFile() override { std::filesystem::remove_all(directory_); }

 protected:
  HistoryFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "historyXXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  [[nodiscard]] std::string file() const { return (directory_ / "chat_history").string(); }
  [[nodiscard]] unsigned mode() const {
    struct stat status{};
    EXPECT_EQ(::stat(file().c_str(), &status), 0);
    return status.st_mode & 0777U;
  }

  std::filesystem::path directory_;
};

TEST_F(HistoryFile, brings_back_what_it_was_given) {
  const std::vector<std::string> entries{"one", "two\nlines", "a \\n that is none", "\\", ""};
  History history(file());
  ASSERT_TRUE(history.load());
  EXPECT_TRUE(history.load()->empty());
  for (const auto& entry : entries) EXPECT_TRUE(history.append(entry));
  EXPECT_EQ(*history.load(), entries);
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(HistoryFile, mends_the_mode_of_an_older_file) {
  std::ofstream(file()) << "old\n";
  std::filesystem::permissions(file(), std::filesystem::perms(0644));
  EXPECT_TRUE(History(file()).append("new"));
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(HistoryFile, is_shortened_once_it_is_long) {
  std::ofstream stream(file());
  for (std::size_t i = 0; i <= 2 * History::entries_max; ++i) stream << i << '\n';
  stream.close();
  History history(file());
  const auto entries = history.load();
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->size(), History::entries_max);
  EXPECT_EQ(entries->back(), std::to_string(2 * History::entries_max));
  EXPECT_EQ(history.load()->size(), History::entries_max);
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(HistoryFile, follows_no_link_and_says_what_failed) {
  std::filesystem::create_symlink(directory_ / "elsewhere", file());
  const auto refused = History(file()).append("new");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("cannot write the history"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "elsewhere"));
}

}  // namespace
}  // namespace tollway::chat
