#include "dialects/usage/cost_splice.hpp"

#include <gtest/gtest.h>

namespace tollway::dialects {
namespace {

constexpr OwnCost cost{.total = {3}, .prompt = {1}, .completion = {2}};
constexpr CostForm form{.owner = {}, .prompt = "p", .completion = "c"};

std::string spliced(std::string text, const CostForm& how = form) {
  if (const auto splice = splice_cost(text, how, cost)) text.insert(splice->at, splice->text);
  return text;
}

TEST(CostSplice, StandsAtTheEndOfUsage) {
  EXPECT_EQ(spliced(R"( {"a":{"usage":{}}, "usage" : {"x":"}"  } ,"z":[1]} )"),
            R"( {"a":{"usage":{}}, "usage" : {"x":"}"  ,"cost":0.000000003,"is_byok":false,)"
            R"("cost_details":{"upstream_inference_cost":null,"p":0.000000001,"c":0.000000002}} ,)"
            R"("z":[1]} )");
  EXPECT_EQ(spliced(R"({"usage":{}})"),
            R"({"usage":{"cost":0.000000003,"is_byok":false,"cost_details":)"
            R"({"upstream_inference_cost":null,"p":0.000000001,"c":0.000000002}}})");
}

TEST(CostSplice, IsLookedForWhereTheDialectHasIt) {
  const CostForm inner{.owner = "response", .prompt = "p", .completion = "c"};
  EXPECT_EQ(
      spliced(R"({"usage":{},"response":{"usage":{"is_byok":true,"cost_details":null}}})", inner),
      R"({"usage":{},"response":{"usage":{"is_byok":true,"cost_details":null,)"
      R"("cost":0.000000003}}})");
}

TEST(CostSplice, NothingIsPutWhereThereIsNoPlaceOrACost) {
  for (const auto* text :
       {R"({})", R"({"usage":null})", R"({"usage":[{}]})", R"({"usage":{"cost":1}})",
        R"({"usage":{"cost":null}})", R"([{"usage":{}}])", "", "nonsense"}) {
    EXPECT_EQ(spliced(text), text);
  }
}

}  // namespace
}  // namespace tollway::dialects
