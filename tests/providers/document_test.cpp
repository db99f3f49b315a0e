// docs/adding_a_provider.md has every field that a descriptor may have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/descriptor.hpp"
#include "support/document.hpp"

namespace tollway::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// "key, name, ..." of the message about a field that nobody knows.
std::vector<std::string> fields_of(const std::string& table) {
  const auto read = providers::read_descriptor(
      "key='a'\nname='A'\n" + (table.empty() ? "" : "[" + table + "]\n") + "unheard_of=1\n", "a");
  EXPECT_FALSE(read);
  if (read) return {};
  const std::string words = "expected one of ";
  const std::string& message = read.error().message;
  std::vector<std::string> fields;
  const auto sentence_end = message.find('.', message.find(words));
  for (auto at = message.find(words) + words.size(); at < sentence_end;) {
    const auto end = std::min(message.find(", ", at), sentence_end);
    fields.push_back(message.substr(at, end - at));
    at = end + 2;
  }
  return fields;
}

TEST(AddingAProvider, HasEveryField) {
  const auto page =
      read_document(std::filesystem::path(TOLLWAY_SOURCE) / "docs/adding_a_provider.md");
  for (const std::string table : {"", "api_key", "chat", "models"}) {
    const auto fields = fields_of(table);
    EXPECT_GE(fields.size(), 4U) << table;
    for (const auto& field : fields) {
      EXPECT_THAT(page.text, AnyOf(HasSubstr("`" + field + "`"), HasSubstr("`[" + field + "]`")));
    }
  }
}

TEST(AddingAProvider, ItsDescriptorIsAWholeOne) {
  const auto page =
      read_document(std::filesystem::path(TOLLWAY_SOURCE) / "docs/adding_a_provider.md");
  const auto read = providers::read_descriptor(page.block("toml"), "acme.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->key, "acme");
}

}  // namespace
}  // namespace tollway::test
