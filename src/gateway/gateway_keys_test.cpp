#include "gateway/gateway_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tollway::gateway {
namespace {

class GatewayKeysTest : public testing::Test {
 public:
  ~GatewayKeysTest() override { std::filesystem::remove_all(directory_); }

 protected:
  GatewayKeysTest() {
    std::string pattern = testing::TempDir() + "gateway-keys-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  [[nodiscard]] std::string file() const { return directory_ + "/gateway_keys.json"; }
  std::string directory_;
};

TEST_F(GatewayKeysTest, FirstStartMakesAKeyAndKeepsItsHashOnly) {
  const auto first = GatewayKeys::open(directory_);
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->created);
  const std::string key(first->created->reveal());
  EXPECT_EQ(key.size(), 6 + 64);
  EXPECT_TRUE(key.starts_with("sk-tw-"));

  std::ifstream stored(file());
  std::stringstream content;
  content << stored.rdbuf();
  EXPECT_THAT(content.str(), testing::Not(testing::HasSubstr(key.substr(6, 16))));
  struct stat status{};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);

  const auto second = GatewayKeys::open(directory_);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->created);
  const GatewayKey* found = second->keys.find(key);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->label, "default");
}

TEST_F(GatewayKeysTest, AKeyMayHaveAStrategyOfItsOwn) {
  const std::string key = GatewayKeys::open(directory_)->created->reveal().data();
  std::stringstream stored;
  stored << std::ifstream(file()).rdbuf();
  const auto open_with = [&](std::string_view strategy) {
    std::string content = stored.str();
    content.insert(content.find("\"label\""), std::string(strategy));
    std::ofstream(file()) << content;
    return GatewayKeys::open(directory_);
  };
  const auto opened = open_with(R"("strategy":"lowest_price",)");
  ASSERT_TRUE(opened);
  ASSERT_NE(opened->keys.find(key)->strategy, nullptr);
  EXPECT_EQ(opened->keys.find(key)->strategy->name, "lowest_price");
  EXPECT_EQ(open_with("")->keys.find(key)->strategy, nullptr);
  for (const auto* bad : {R"("strategy":"cheapest",)", R"("strategy":7,)"}) {
    const auto refused = open_with(bad);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("routing.strategy"));
  }
}

TEST_F(GatewayKeysTest, OtherKeysAreNotFound) {
  const auto opened = GatewayKeys::open(directory_);
  ASSERT_TRUE(opened);
  std::string key(opened->created->reveal());
  key.back() = key.back() == '0' ? '1' : '0';
  EXPECT_EQ(opened->keys.find(key), nullptr);
  EXPECT_EQ(opened->keys.find(""), nullptr);
  EXPECT_EQ(opened->keys.find("sk-tw-"), nullptr);
}

TEST_F(GatewayKeysTest, ADamagedFileIsNamedAndKept) {
  std::ofstream(file()) << "{\"keys\":";
  const auto opened = GatewayKeys::open(directory_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("gateway_keys.json cannot be read"));
  EXPECT_TRUE(std::filesystem::exists(file()));
}

}  // namespace
}  // namespace tollway::gateway
