// The store on a disk that is full, a small tmpfs in a mount namespace of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <fstream>

#include "support/own_network.hpp"
#include "support/temporary_directory.hpp"
#include "tollway/settings.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

std::shared_ptr<Settings> open(const std::filesystem::path& data) {
  Settings::Options options;
  options.data_directory = data.string();
  options.environment = [](const char*) { return std::nullopt; };
  auto opened = Settings::open(std::move(options));
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? *opened : nullptr;
}

// Takes all that is left, to the last byte.
void fill(const std::filesystem::path& file) {
  std::ofstream stream(file, std::ios::binary);
  for (std::string piece(4096, 'x'); !piece.empty(); piece.resize(piece.size() / 2)) {
    while (stream.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush()) {
    }
    stream.clear();
  }
}

void expect_full(const Result<>& written) {
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::internal);
  EXPECT_THAT(written.error().message, HasSubstr("disk is full; make room and try again"));
}

void expect_old_values(const SettingsSnapshot& settings) {
  EXPECT_EQ(settings.text("llm.model"), "the/old-one");
  ASSERT_NE(settings.secret("llm.openai.api_key"), nullptr);
  EXPECT_EQ(settings.secret("llm.openai.api_key")->reveal(), "sk-the-old-one");
}

void fill_up_and_make_room(const std::filesystem::path& data) {
  const auto settings = open(data);
  ASSERT_NE(settings, nullptr);
  ASSERT_TRUE(settings->set("llm.model", "the/old-one"));
  ASSERT_TRUE(settings->set("llm.openai.api_key", "sk-the-old-one"));
  fill(data / "filler");
  expect_full(settings->set("llm.model", std::string(2000, 'n')));
  expect_full(settings->set("llm.openai.api_key", "sk-" + std::string(4000, 'n')));
  EXPECT_FALSE(settings->rotate_master_key());
  expect_old_values(settings->snapshot());
  ASSERT_TRUE(settings->reload());
  expect_old_values(settings->snapshot());
  expect_old_values(open(data)->snapshot());

  std::filesystem::remove(data / "filler");
  EXPECT_TRUE(settings->set("llm.model", "the/new-one"));
  EXPECT_TRUE(settings->rotate_master_key());
  EXPECT_EQ(open(data)->snapshot().text("llm.model"), "the/new-one");
  EXPECT_EQ(open(data)->snapshot().secret("llm.openai.api_key")->reveal(), "sk-the-old-one");
}

TEST(FullDisk, P03_is_an_error_that_keeps_the_old_values) {
  const TemporaryDirectory files;
  bool mounted = false;
  const bool ran = in_own_network("", [&] {
    mounted = ::mount("tmpfs", files.path().c_str(), "tmpfs", 0, "size=1m,mode=700") == 0;
    if (mounted) fill_up_and_make_room(files.path());
  });
  if (!ran || !mounted) GTEST_SKIP() << "a mount namespace of its own, which needs root";
}

}  // namespace
}  // namespace tollway::test
