#include "dialects/members.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tollway::dialects {
namespace {

class MembersTest : public testing::Test {
 protected:
  Members members(const std::string& json) {
    simdjson::dom::object object;
    EXPECT_EQ(parser_.parse(json).get(object), simdjson::SUCCESS);
    return Members(object);
  }
  static std::int64_t number(const Members& members, std::string_view name) {
    std::int64_t number = -1;
    static_cast<void>(members[name].get(number));
    return number;
  }
  simdjson::dom::parser parser_;
};

TEST_F(MembersTest, FindsWhatIsThereAndNothingElse) {
  const auto members = this->members(R"({"a": 1, "prompt_tokens": 2, "": 3})");
  EXPECT_EQ(number(members, "a"), 1);
  EXPECT_EQ(number(members, "prompt_tokens"), 2);
  EXPECT_EQ(number(members, ""), 3);
  EXPECT_EQ(number(members, "b"), -1);
  EXPECT_EQ(members["cost"].error(), simdjson::NO_SUCH_FIELD);
}

TEST_F(MembersTest, FindsNamesOfAnyLength) {
  const std::string name(64 * 3 + 5, 'n');
  const auto members = this->members(R"({")" + name + R"(": 7})");
  EXPECT_EQ(number(members, name), 7);
  EXPECT_EQ(number(members, name.substr(64)), -1);  // the same remainder, another name
}

TEST_F(MembersTest, HasNoneOfAnEmptyObject) {
  EXPECT_EQ(members("{}")[""].error(), simdjson::NO_SUCH_FIELD);
}

TEST_F(MembersTest, ComparesNamesAsTheyAreMeant) {
  EXPECT_EQ(number(members(R"({"c\u006fst": 5})"), "cost"), 5);
}

}  // namespace
}  // namespace tollway::dialects
