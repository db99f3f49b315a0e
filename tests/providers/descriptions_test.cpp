// A user's folder of descriptors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "providers/descriptor.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::providers {
namespace {

using testing::HasSubstr;

TEST(Descriptions, WithoutAFolderAreTheBuiltInOnes) {
  EXPECT_EQ(load_descriptions({}).all, built_in());
  EXPECT_EQ(load_descriptions("/nowhere/at/all").all, built_in());
  EXPECT_TRUE(load_descriptions("/nowhere/at/all").problems.empty());
}

TEST(Descriptions, OfAFolderComeToTheBuiltInOnes) {
  const test::TemporaryDirectory folder;
  folder.write("mine.toml", "key = 'mine'\nname = 'Mine'\nbase_url = 'https://x.example/v1'\n");
  folder.write("readme.txt", "not a descriptor");
  folder.write(".hidden.toml", "not a descriptor");
  const auto loaded = load_descriptions(folder.path());
  EXPECT_TRUE(loaded.problems.empty());
  ASSERT_EQ(loaded.all.size(), built_in().size() + 1);
  EXPECT_EQ(find(loaded.all, "MINE")->name, "Mine");
}

TEST(Descriptions, ReplaceABuiltInOneOfTheSameKey) {
  const test::TemporaryDirectory folder;
  folder.write("groq.toml", "key = 'groq'\nname = 'Our Groq'\nbase_url = 'https://x.example/v1'\n");
  const auto loaded = load_descriptions(folder.path());
  EXPECT_EQ(loaded.all.size(), built_in().size());
  EXPECT_EQ(find(loaded.all, "groq")->name, "Our Groq");
  EXPECT_EQ(find(built_in(), "groq")->name, "Groq");
}

TEST(Descriptions, ABrokenOneDisablesItselfAlone) {
  const test::TemporaryDirectory folder;
  const auto broken =
      folder.write("a.toml", "key = 'a'\nname = 'A'\nbaseurl = 'https://x.example'");
  folder.write("b.toml", "key = 'b'\nname = 'B'\n");
  const auto loaded = load_descriptions(folder.path());
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].path, broken.string());
  EXPECT_THAT(loaded.problems[0].message, HasSubstr(broken.string() + ":3:1: unknown field"));
  EXPECT_EQ(find(loaded.all, "a"), nullptr);
  EXPECT_NE(find(loaded.all, "b"), nullptr);
}

TEST(Descriptions, OfTwoWithOneKeyTheFirstCounts) {
  const test::TemporaryDirectory folder;
  folder.write("b.toml", "key = 'mine'\nname = 'Second'\n");
  folder.write("a.toml", "key = 'mine'\nname = 'First'\n");
  const auto loaded = load_descriptions(folder.path());
  EXPECT_EQ(find(loaded.all, "mine")->name, "First");
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_THAT(loaded.problems[0].message, HasSubstr("b.toml:1:1: expected a key of its own"));
}

TEST(Descriptions, WhatIsNoFileIsAProblem) {
  const test::TemporaryDirectory folder;
  std::filesystem::create_directory(folder.path() / "folder.toml");
  std::filesystem::create_symlink("/dev/zero", folder.path() / "zero.toml");
  std::filesystem::create_symlink("nothing", folder.path() / "gone.toml");
  const auto loaded = load_descriptions(folder.path());
  EXPECT_EQ(loaded.all, built_in());
  ASSERT_EQ(loaded.problems.size(), 3U);
  for (const auto& problem : loaded.problems) {
    EXPECT_THAT(problem.message, HasSubstr("expected a readable file"));
  }
}

TEST(Descriptions, AHugeFileIsNotRead) {
  const test::TemporaryDirectory folder;
  const auto path = folder.write("huge.toml", "key = 'a'");
  std::filesystem::resize_file(path, 1ULL << 40);  // holds no blocks
  const auto loaded = load_descriptions(folder.path());
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_THAT(loaded.problems[0].message, HasSubstr("at most 65536 bytes"));
}

}  // namespace
}  // namespace tollway::providers
