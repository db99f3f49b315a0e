#include "providers/descriptor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "http/origin.hpp"

namespace tollway::providers {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view smallest =
    "key = \"mine\"\nname = \"Mine\"\nbase_url = \"https://x.example/v1\"\n";

std::string problem_of(std::string_view text) {
  const auto description = read_descriptor(text, "mine.toml");
  return description ? "" : description.error().message;
}

std::string with(std::string_view more) {
  return std::string(smallest) + std::string(more);
}

TEST(Descriptor, TheSmallestOne) {
  const auto description = read_descriptor(smallest, "mine.toml");
  ASSERT_TRUE(description) << description.error().message;
  EXPECT_EQ(description->key, "mine");
  EXPECT_EQ(description->chat_path, "chat/completions");
  EXPECT_EQ(description->routes, std::vector<std::string>{"chat/completions"});
  EXPECT_FALSE(description->chooses_providers);
  EXPECT_EQ(description->max_tokens_field, "max_tokens");
  EXPECT_FALSE(description->reasoning_object);
  EXPECT_TRUE(description->stream_usage);
  EXPECT_EQ(description->models.path, "models");
  EXPECT_TRUE(description->models.needs_key);
  EXPECT_FALSE(description->local);
  EXPECT_EQ(description->api_key.use, Description::KeyUse::required);
  EXPECT_EQ(description->api_key_setting(), "llm.mine.api_key");
  EXPECT_EQ(description->base_url_setting(), "llm.mine.url");
  EXPECT_EQ(variable_of(description->api_key_setting()), "TOLLWAY_LLM_MINE_API_KEY");
}

TEST(Descriptor, ALocalServerNeedsNoKeyUnlessItSays) {
  auto description = read_descriptor("key='a'\nname='A'\nkind='local'", "a.toml");
  ASSERT_TRUE(description);
  EXPECT_EQ(description->api_key_setting(), "");
  EXPECT_FALSE(description->models.needs_key);
  description =
      read_descriptor("key='a'\nname='A'\nkind='local'\n[api_key]\nuse='optional'", "a.toml");
  ASSERT_TRUE(description);
  EXPECT_EQ(description->api_key_setting(), "llm.a.api_key");
}

TEST(Descriptor, AKeyMayBeginWithADigit) {
  const auto description = read_descriptor("key='01ai'\nname='A'", "a.toml");
  ASSERT_TRUE(description) << description.error().message;
  EXPECT_EQ(description->api_key_setting(), "llm.01ai.api_key");
  EXPECT_THAT(problem_of("key='_a'\nname='A'"), HasSubstr("does not begin with"));
}

TEST(Descriptor, EveryField) {
  const auto description = read_descriptor(R"(
key = "all_of_it"
name = "All"
company = "Company"
region = "EU"
country = "Österreich"
data_location = "Wien"
kind = "cloud"
base_url = "https://api.example/v1"
base_url_variables = ["ALL_URL"]
default_model = "a/b:free"
forwarded_headers = ["accept", "x-title"]
status = "vllm"
[api_key]
use = "required"
header = "api-key"
variables = ["ALL_KEY", "ALL_TOKEN"]
prefixes = ["all-"]
check = "key"
[chat]
path = "openai/deployments/{model}/chat/completions"
max_tokens_field = "max_completion_tokens"
reasoning = "object"
cache_control = true
stream_usage = false
[models]
path = "/v1/models?limit=1000"
format = "mistral"
needs_key = false
key_header = "x-api-key"
names = ["a", "b"]
[headers]
x-version = "1 of 2"
[query]
api-version = "2024-10-21"
)",
                                           "all.toml");
  ASSERT_TRUE(description) << description.error().message;
  EXPECT_EQ(description->country, "Österreich");
  EXPECT_EQ(description->status, StatusKind::vllm);
  EXPECT_EQ(description->api_key.header, "api-key");
  EXPECT_THAT(description->api_key.variables, testing::ElementsAre("ALL_KEY", "ALL_TOKEN"));
  EXPECT_EQ(description->api_key.check_path, "key");
  EXPECT_EQ(description->max_tokens_field, "max_completion_tokens");
  EXPECT_TRUE(description->reasoning_object);
  EXPECT_TRUE(description->cache_control);
  EXPECT_FALSE(description->stream_usage);
  EXPECT_EQ(description->models.format, ModelListFormat::mistral);
  EXPECT_EQ(description->models.key_header, "x-api-key");
  EXPECT_THAT(description->headers, testing::ElementsAre(NameValue{"x-version", "1 of 2"}));
  EXPECT_THAT(description->query, testing::ElementsAre(NameValue{"api-version", "2024-10-21"}));
}

struct Broken {
  const char* name;
  std::string text;
  const char* message;  // the beginning
};

class BrokenDescriptor : public testing::TestWithParam<Broken> {};

TEST_P(BrokenDescriptor, SaysWhereAndWhatWasExpected) {
  EXPECT_THAT(problem_of(GetParam().text), StartsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    , BrokenDescriptor,
    testing::Values(
        Broken{"NoToml", "key = ", "mine.toml:1:7: expected TOML: "},
        Broken{"KeyTwice", "key = 'a'\nkey = 'b'", "mine.toml:2:"},
        Broken{"NoKey", "name = 'A'", "mine.toml:1:1: key is missing: expected a key of a-z"},
        Broken{"NoName", "key = 'a'", "mine.toml:1:1: name is missing"},
        Broken{"KeyInCapitals", "key = 'OpenAI'\nname = 'A'", "mine.toml:1:7: key: expected a key"},
        Broken{"KeyIsAPath", "key = '../a'\nname = 'A'", "mine.toml:1:7: key: expected a key"},
        Broken{"WrongType", "key = 7\nname = 'A'",
               "mine.toml:1:7: key: expected a text, a key of a-z"},
        Broken{"UnknownField", with("defualt_model = 'm'"),
               "mine.toml:4:1: unknown field \"defualt_model\" in a descriptor: expected one of"},
        Broken{"UnknownFieldBelow", with("[models]\nfromat = 'openai'"),
               "mine.toml:5:1: unknown field \"fromat\" in models: expected one of path, format"},
        Broken{"UnknownFormat", with("[models]\nformat = 'opnai'"),
               "mine.toml:5:10: models.format: expected one of \"openai\""},
        Broken{"UnknownRoute", with("routes = ['chat/completions', 'chats']"),
               "mine.toml:4:31: routes: expected one of \"chat/completions\", \"completions\""},
        Broken{"UnknownKind", with("kind = 'clod'"), "mine.toml:4:8: kind: expected one of"},
        Broken{"TableForText", with("[company]\na = 'b'"),
               "mine.toml:4:1: company: expected a text"},
        Broken{"TextForTable", with("models = 'a'"), "mine.toml:4:10: models: expected a table"},
        Broken{"TextForList", with("forwarded_headers = 'a'"),
               "mine.toml:4:21: forwarded_headers: expected a list"},
        Broken{"NumberInList", with("forwarded_headers = ['a', 1]"),
               "mine.toml:4:27: forwarded_headers: expected a text"},
        Broken{"NumberForFlag", with("[models]\nneeds_key = 1"),
               "mine.toml:5:13: models.needs_key: expected true or false, came an integer"},
        Broken{"ClearText", "key='a'\nname='A'\nbase_url='http://api.example/v1'",
               "mine.toml:3:10: base_url: expected https:// for a provider"},
        Broken{"UserInUrl", "key='a'\nname='A'\nbase_url='https://u:p@api.example'",
               "mine.toml:3:10: base_url: expected a URL"},
        Broken{"FileUrl", "key='a'\nname='A'\nbase_url='file:///etc/passwd'",
               "mine.toml:3:10: base_url: expected a URL"},
        Broken{
            "LineInName", with("company = \"a\\r\\nb\""),
            "mine.toml:4:11: company: expected a text without control characters, came \"a??b\""},
        Broken{"LineInHeaderValue", with("[headers]\nx-a = \"1\\r\\nAuthorization: x\""),
               "mine.toml:5:7: headers.\"x-a\": expected a header's value"},
        Broken{"LineInHeaderName", with("[headers]\n\"x-a: 1\\r\\nx-b\" = \"1\""),
               "mine.toml:5:1: headers: expected a header's name"},
        Broken{"OwnHost", with("[headers]\nHost = 'evil.example'"),
               "mine.toml:5:1: headers: expected a header's name, none that frames"},
        Broken{"OwnLength", with("[headers]\ncontent-length = '0'"), "mine.toml:5:1: headers: "},
        Broken{"OwnCredential", with("[headers]\nAuthorization = 'Bearer x'"),
               "mine.toml:5:1: headers: "},
        Broken{"ForwardsCredentials", with("forwarded_headers = ['authorization']"),
               "mine.toml:4:22: forwarded_headers: expected a header's name in small letters"},
        Broken{"ForwardsCookies", with("forwarded_headers = ['cookie']"), "mine.toml:4:22: "},
        Broken{"KeyInHost", with("[api_key]\nheader = 'host'"),
               "mine.toml:5:10: api_key.header: expected a header's name"},
        Broken{"PathClimbs", with("[chat]\npath = '../admin'"),
               "mine.toml:5:8: chat.path: expected a path"},
        Broken{"PathWithSpace", with("[chat]\npath = 'a b HTTP/1.1'"),
               "mine.toml:5:8: chat.path: "},
        Broken{"PathIsUrl", with("[models]\npath = '//evil.example/x'"),
               "mine.toml:5:8: models.path: expected a path"},
        Broken{"ModelInModelsPath", with("[models]\npath = 'a/{model}'"), "mine.toml:5:8: "},
        Broken{"QueryInjects", with("[query]\na = 'b&c=d'"), "mine.toml:5:5: query.\"a\": "},
        Broken{"VariableName", with("[api_key]\nvariables = ['PATH=x']"),
               "mine.toml:5:14: api_key.variables: expected an environment variable's name"},
        Broken{"LongName", with("company = '" + std::string(300, 'x') + "'"),
               "mine.toml:4:11: company: expected at most 256 bytes, came 300"},
        Broken{"ManyEntries",
               with("forwarded_headers = [" +
                    [] {
                      std::string list;
                      for (int i = 0; i < 65; ++i) list += "'a',";
                      return list;
                    }() +
                    "]"),
               "mine.toml:4:21: forwarded_headers: expected at most 64 entries, came 65"},
        Broken{"Huge", "# " + std::string(descriptor_bytes_max, 'x'),
               "mine.toml:1:1: expected a descriptor of at most 65536 bytes"},
        Broken{"Deep", "a = " + std::string(20'000, '['), "mine.toml:1:"},
        Broken{"DeepTable",
               "[" +
                   [] {
                     std::string name = "a";
                     for (int i = 0; i < 20'000; ++i) name += ".a";
                     return name;
                   }() +
                   "]\n",
               "mine.toml:1:"},
        Broken{"NoUtf8", "key = '\xff\xfe'", "mine.toml:1:"},
        Broken{"NulByte", std::string("key = 'a\0b'", 11), "mine.toml:1:"}),
    [](const auto& given) { return given.param.name; });

TEST(Descriptor, AnUnknownFieldNamesTheNearest) {
  EXPECT_THAT(problem_of(with("defualt_model = 'm'")), HasSubstr("Did you mean default_model?"));
  EXPECT_THAT(problem_of(with("[models]\nfromat = 'openai'")), HasSubstr("Did you mean format?"));
  EXPECT_THAT(problem_of(with("[models]\nformat = 'opnai'")), HasSubstr("Did you mean openai?"));
}

class BuiltIn : public testing::TestWithParam<DescriptionPointer> {};

TEST_P(BuiltIn, HasAllFacts) {
  const Description& one = *GetParam();
  EXPECT_FALSE(one.company.empty());
  EXPECT_FALSE(one.region.empty());
  EXPECT_FALSE(one.country.empty());
  EXPECT_FALSE(one.data_location.empty());
  EXPECT_FALSE(one.forwarded_headers.empty());
  const bool users_own = one.key == "azure" || one.key == "openai_endpoint";
  EXPECT_EQ(one.default_base_url.empty(), users_own);
  if (!users_own) {
    const auto url = http::parse_url(one.default_base_url);
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->origin.tls, !one.local);
    EXPECT_EQ(url->origin.host == "localhost", one.local);
  }
  EXPECT_EQ(one.default_model.empty(), one.local || users_own);
  if (!one.local && !users_own) EXPECT_FALSE(one.api_key.variables.empty());
}

INSTANTIATE_TEST_SUITE_P(, BuiltIn, testing::ValuesIn(built_in()),
                         [](const auto& given) { return given.param->key; });

TEST(BuiltInDescriptions, AreAllRead) {
  EXPECT_EQ(built_in().size(), embedded_descriptors().size());
  std::set<std::string> keys;
  for (const auto& one : built_in()) keys.insert(one->key);
  const std::set<std::string> expected{"anthropic",       "azure",      "cerebras",    "cohere",
                                       "deepinfra",       "deepseek",   "fireworks",   "github",
                                       "google",          "groq",       "huggingface", "ionos",
                                       "llamacpp",        "lmstudio",   "mistral",     "moonshot",
                                       "nebius",          "novita",     "ollama",      "openai",
                                       "openai_endpoint", "openrouter", "perplexity",  "requesty",
                                       "together",        "vllm",       "xai",         "zai"};
  EXPECT_EQ(keys, expected);
  EXPECT_TRUE(std::ranges::is_sorted(built_in(), {}, [](const auto& one) { return one->key; }));
  EXPECT_EQ(find(built_in(), "OpenRouter")->name, "OpenRouter");
  EXPECT_EQ(find(built_in(), "nobody"), nullptr);
}

// A file is named for its provider, so that people find it.
TEST(BuiltInDescriptions, AreInFilesOfTheirNames) {
  for (const EmbeddedFile& file : embedded_descriptors()) {
    const auto description = read_descriptor(file.text, file.name);
    ASSERT_TRUE(description) << description.error().message;
    EXPECT_EQ(file.name, description->key + ".toml");
  }
}

}  // namespace
}  // namespace tollway::providers
