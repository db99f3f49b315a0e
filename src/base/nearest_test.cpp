#include "base/nearest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace tollway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array<std::string_view, 4> settings{"llm.max_retries", "llm.max_tokens", "llm.model",
                                                   "llm.openrouter.api_key"};

TEST(Nearest, FindsTypingErrorsNearestFirst) {
  EXPECT_THAT(nearest("llm.modle", settings), ElementsAre("llm.model"));
  EXPECT_THAT(nearest("LLM.MAX_RETOKENS", settings),
              ElementsAre("llm.max_tokens", "llm.max_retries"));
  EXPECT_THAT(nearest("openrouter.api_key", settings), ElementsAre("llm.openrouter.api_key"));
}

TEST(Nearest, OffersNothingFarAway) {
  EXPECT_THAT(nearest("", settings), IsEmpty());
  EXPECT_THAT(nearest("serve.listen", settings), IsEmpty());
  EXPECT_THAT(nearest(std::string(100000, 'l'), settings), IsEmpty());
}

TEST(Nearest, IsASentenceOrNothing) {
  EXPECT_EQ(did_you_mean("llm.mdoel", settings), " Did you mean llm.model?");
  EXPECT_EQ(did_you_mean("llm.max_retokens", settings),
            " Did you mean llm.max_tokens or llm.max_retries?");
  EXPECT_EQ(did_you_mean("zzz", settings), "");
}

}  // namespace
}  // namespace tollway
