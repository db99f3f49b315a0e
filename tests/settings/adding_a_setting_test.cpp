// docs/adding_a_setting.md, followed to the letter but for the build between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "settings/definition_json.hpp"
#include "support/document.hpp"
#include "support/http_message.hpp"
#include "support/temporary_directory.hpp"
#include "tollway/settings.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr auto key = "llm.answer_language";

class AddingASetting : public testing::Test {
 protected:
  AddingASetting() {
    auto rows = settings::parse_definitions(page_.block("json"), "the page");
    EXPECT_TRUE(rows) << rows.error().message;
    if (rows) rows_ = std::move(*rows);
  }

  [[nodiscard]] std::shared_ptr<Settings> open(std::string_view toml = {}) const {
    Settings::Options options;
    options.data_directory = (files_.path() / "data").string();
    options.definitions = rows_;
    options.environment = [this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    if (!toml.empty()) options.config_file = files_.write("tollway.toml", toml).string();
    auto opened = Settings::open(std::move(options));
    EXPECT_TRUE(opened) << opened.error().message;
    return *opened;
  }

  Document page_ = read_document("docs/adding_a_setting.md");
  TemporaryDirectory files_;
  std::vector<SettingDefinition> rows_;
  std::map<std::string, std::string, std::less<>> variables_;
};

TEST_F(AddingASetting, DefinesWhatThePageSays) {
  ASSERT_EQ(rows_.size(), 1U);
  EXPECT_EQ(rows_[0].key, key);
  EXPECT_EQ(open()->snapshot().text(key), "en");
}

TEST_F(AddingASetting, VariablesFileAndStoreSetIt) {
  EXPECT_EQ(open("[llm]\n" + page_.quoted_after("- so does") + "\n")->snapshot().text(key), "de");
  variables_["ANSWER_LANGUAGE"] = "de";
  EXPECT_EQ(open()->snapshot().source(key), page_.quoted_after("and after that one"));
  variables_[page_.quoted_after("After the next build")] = "en";
  EXPECT_EQ(open()->snapshot().source(key), "TOLLWAY_LLM_ANSWER_LANGUAGE");
  variables_.clear();
  const auto settings = open();
  EXPECT_THAT(page_.text, HasSubstr("`tollway settings set llm.answer_language de`"));
  ASSERT_TRUE(settings->set(key, "de"));
  EXPECT_EQ(settings->snapshot().text(key), "de");
  EXPECT_THAT(settings->set(key, "xx").error().message,
              HasSubstr(page_.quoted_after("refuses `xx` with")));
}

// A definition with all fields is read, and each of them stands in the page.
TEST_F(AddingASetting, EveryFieldIsOnThePage) {
  const std::string all =
      R"([{"key":"llm.a","name":"A","description":"An a.","category":"c","type":"text",)"
      R"("ui_element":"text","min":0,"max":1,"step":1,"options":[],"default":"d","visible":true,)"
      R"("editable":true,"url":false,"environment":["A"]}])";
  ASSERT_TRUE(settings::parse_definitions(all, "all"));
  const auto fields = parse_json(all);
  for (const auto& field : fields.as_array().at(0).as_object()) {
    EXPECT_THAT(page_.text, HasSubstr("`" + std::string(field.key()) + "`"));
  }
}

}  // namespace
}  // namespace tollway::test
