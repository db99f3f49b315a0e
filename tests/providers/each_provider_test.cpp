// What holds of every provider in data/providers, one test a provider and matter.
#include "providers/each_provider.hpp"

#include <algorithm>
#include <cctype>

#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](unsigned char c) { return std::tolower(c); });
  return made;
}

// A vendor's list as it answers it, and the ids that stand in it (tests/golden/models).
struct Listed {
  std::string answer;
  std::vector<std::string> ids;
};
Listed golden_list(const std::string& provider) {
  const auto text = read_file(std::filesystem::path(TOLLWAY_SOURCE) / "tests/golden/models" /
                              (provider + ".txt"));
  const std::string divider = "\n----\n";
  const auto end = text.find(divider);
  EXPECT_NE(end, std::string::npos) << "no list of " << provider;
  if (end == std::string::npos) return {};
  Listed listed{.answer = text.substr(0, end), .ids = {}};
  for (std::size_t at = end + divider.size(); at < text.size(); at = text.find('\n', at) + 1) {
    listed.ids.push_back(text.substr(at, text.find(' ', at) - at));
  }
  return listed;
}

constexpr std::string_view whole_answer =
    R"({"id":"1","model":"author/model","choices":[{"index":0,"finish_reason":"stop",)"
    R"("message":{"role":"assistant","content":"Good day."}}],)"
    R"("usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}})";
constexpr std::string_view streamed_answer =
    R"(data: {"id":"1","model":"author/model","choices":[{"index":0,"delta":{"role":"assistant",)"
    R"("content":"Good "},"finish_reason":null}]})"
    "\n\n"
    R"(data: {"id":"1","model":"author/model","choices":[{"index":0,"delta":{"content":"day."},)"
    R"("finish_reason":"stop"}]})"
    "\n\n"
    R"(data: {"id":"1","model":"author/model","choices":[],"usage":{"prompt_tokens":3,)"
    R"("completion_tokens":4,"total_tokens":7}})"
    "\n\ndata: [DONE]\n\n";

// Answers chat as OpenAI does, everything else with `other`.
FaultUpstream::Script vendor_that_lists(std::string other) {
  return FaultUpstream::answering([other = std::move(other)](const Request& request) {
    if (request.method != "POST") return json_answer(other);
    const bool stream = at(parse_json(request.body), "/stream") == json::value(true);
    return stream ? sse_answer(streamed_answer) : json_answer(whole_answer);
  });
}

class EachProvider : public testing::TestWithParam<Vendor> {
 protected:
  [[nodiscard]] const Vendor& vendor() const { return GetParam(); }
  [[nodiscard]] const std::string& key() const { return GetParam().key; }
  [[nodiscard]] std::shared_ptr<const Provider> provider() const { return provider_called(key()); }
  [[nodiscard]] SettingsSnapshot settings(const FaultUpstream& upstream,
                                          std::string_view api_key = provider_key_canary,
                                          Values more = {}) const {
    return settings_for(key(), url_at(upstream, vendor().base_path), api_key, std::move(more));
  }
  void expect_key(const Request& request, std::string_view header) const {
    const std::string scheme = header == "authorization" ? "Bearer " : "";
    EXPECT_EQ(request.headers.find(header), scheme + std::string(provider_key_canary));
    for (const auto* other : {"authorization", "api-key", "x-api-key"}) {
      if (header != other) EXPECT_FALSE(request.headers.has(other)) << other;
    }
  }
  void expect_version(const Request& request) const {
    if (vendor().version_header.empty()) return;
    const auto colon = vendor().version_header.find(": ");
    EXPECT_EQ(request.headers.find(vendor().version_header.substr(0, colon)),
              vendor().version_header.substr(colon + 2));
  }
  // What a question of "Hello" is written as.
  [[nodiscard]] json::object expected_body(bool stream) const {
    json::object body{{"model", "author/model"}, {"temperature", 0.7}};
    body["messages"] = json::array{json::object{{"role", "user"}, {"content", "Hello"}}};
    body[vendor().max_tokens] = 77;
    if (stream) body["stream"] = true;
    if (stream && vendor().stream_usage) {
      body["stream_options"] = json::object{{"include_usage", true}};
    }
    return body;
  }
  void expect_question(const Request& request, bool stream) const {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, vendor().chat);
    EXPECT_EQ(request.headers.find("content-type"), "application/json");
    EXPECT_EQ(request.body_json(), json::value(expected_body(stream))) << request.body;
    expect_key(request, vendor().key_header);
    expect_version(request);
  }
  [[nodiscard]] Result<ChatModel> model(const FaultUpstream& upstream) const {
    LlmOptions options;
    options.settings = settings(upstream, provider_key_canary, {{"llm.max_tokens", "77"}});
    return provider()->create_llm("author/model", std::nullopt, options);
  }
};

TEST_P(EachProvider, is_discovered_with_all_its_facts) {
  const auto found = provider();
  ASSERT_NE(found, nullptr);
  const ProviderInfo& info = found->info();
  EXPECT_EQ(lower(info.provider_key), key());
  EXPECT_TRUE(std::ranges::none_of(info.provider_key, [](char c) { return std::islower(c); }));
  EXPECT_FALSE(info.provider_name.empty());
  EXPECT_EQ(info.api_key_setting, "llm." + key() + ".api_key");
  EXPECT_EQ(info.base_url_setting, "llm." + key() + ".url");
  for (const auto& fact : {info.company_name, info.region, info.country, info.data_location}) {
    EXPECT_FALSE(fact.empty());
  }
  const bool users_own = key() == "azure" || key() == "openai_endpoint";
  EXPECT_EQ(info.default_base_url.empty(), users_own);
  EXPECT_EQ(info.default_model.empty(), users_own || !info.is_cloud);
  if (info.is_cloud && !users_own) EXPECT_THAT(info.default_base_url, HasSubstr("https://"));
  if (!users_own) EXPECT_TRUE(info.default_base_url.ends_with(vendor().base_path));
  EXPECT_EQ(found->requires_auth_for_models(), vendor().models_need_key);
  EXPECT_EQ(info.is_cloud, !vendor().local);
  EXPECT_EQ(provider_called(info.provider_key)->info().provider_name, info.provider_name)
      << "in capitals";
}

TEST_P(EachProvider, is_an_option_that_says_cloud_or_local) {
  const auto providers = discover_providers();
  const auto found = *get_provider_class(key(), providers);
  const auto options = get_provider_options(providers);
  const auto option =
      std::ranges::find(options, found->info().provider_key, &ProviderOption::value);
  ASSERT_NE(option, options.end());
  EXPECT_EQ(option->label,
            found->info().provider_name + (found->info().is_cloud ? " (Cloud)" : " (Local)"));
}

TEST_P(EachProvider, without_a_key_says_how_to_set_one_and_sends_nothing) {
  const FaultUpstream upstream(vendor_that_lists("{}"));
  const auto available = provider()->is_available(settings(upstream, ""));
  EXPECT_EQ(available.available, !vendor().key_needed) << available.reason;
  if (!vendor().key_needed) return;
  EXPECT_THAT(available.reason, HasSubstr("llm." + key() + ".api_key"));
  EXPECT_THAT(available.reason, HasSubstr("the environment variable "));
  LlmOptions options;
  options.settings = settings(upstream, "");
  const auto made = provider()->create_llm("author/model", std::nullopt, options);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::not_configured);
  EXPECT_EQ(upstream.connection_count(), 0);
}

TEST_P(EachProvider, with_a_key_or_its_server_up_is_available) {
  const FaultUpstream upstream(vendor_that_lists("{}"));
  const auto found = provider();
  const auto available = found->is_available(settings(upstream));
  EXPECT_TRUE(available.available) << available.reason;
  if (found->info().is_cloud) EXPECT_EQ(upstream.connection_count(), 0) << "nothing is sent";
  if (!found->info().is_cloud) EXPECT_GE(upstream.request_count(), 1);
}

class LocalServer : public EachProvider {};

TEST_P(LocalServer, that_is_down_is_not_available) {
  const auto found = provider();
  const auto url = url_of_nobody(vendor().base_path);
  const auto available = found->is_available(settings_for(key(), url));
  EXPECT_FALSE(available.available);
  EXPECT_THAT(available.reason, HasSubstr("does not answer at " + url));
  EXPECT_THAT(available.reason, HasSubstr("start it, or set llm." + key() + ".url"));
}

class ListingVendor : public EachProvider {};

TEST_P(ListingVendor, lists_its_models_by_its_own_answer) {
  const auto golden = golden_list(key());
  const FaultUpstream upstream(vendor_that_lists(golden.answer));
  const auto found = provider();
  const auto models = found->list_models(settings(upstream));
  ASSERT_TRUE(models) << models.error().message;
  std::vector<std::string> ids;
  for (const auto& model : *models) {
    ids.push_back(model.id);
    EXPECT_EQ(model.provider, found->info().provider_key);
  }
  EXPECT_EQ(ids, golden.ids);
  const auto asked = upstream.request();
  EXPECT_EQ(asked.method, "GET");
  EXPECT_EQ(asked.target, vendor().models);
  expect_key(asked, vendor().models_key_header);
  expect_version(asked);
}

TEST_P(ListingVendor, lists_its_models_without_a_key_where_it_says_so) {
  const auto golden = golden_list(key());
  const FaultUpstream upstream(vendor_that_lists(golden.answer));
  const auto models = provider()->list_models(settings(upstream, ""));
  if (vendor().models_need_key) {
    ASSERT_FALSE(models);
    EXPECT_EQ(models.error().code, Errc::not_configured);
    EXPECT_THAT(models.error().message, HasSubstr("llm." + key() + ".api_key"));
    EXPECT_EQ(upstream.connection_count(), 0);
    return;
  }
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models->size(), golden.ids.size());
  for (const auto* header : {"authorization", "api-key", "x-api-key"}) {
    EXPECT_FALSE(upstream.request().headers.has(header)) << header;
  }
}

TEST_P(ListingVendor, that_refuses_a_key_is_reported_with_what_to_do) {
  const FaultUpstream upstream(
      FaultUpstream::answering(answer(401, "application/json", R"({"error":{"message":"no"}})")));
  const auto models = provider()->list_models(settings(upstream));
  ASSERT_FALSE(models);
  EXPECT_EQ(models.error().code, Errc::unauthenticated);
  EXPECT_THAT(models.error().message, HasSubstr("llm." + key() + ".api_key"));
  EXPECT_THAT(models.error().message, Not(HasSubstr(provider_key_canary)));
}

TEST_P(EachProvider, asks_the_vendor_about_a_key) {
  const bool own_route = key() == "openrouter";
  for (const int status : {200, 401, 500}) {
    const FaultUpstream upstream(
        FaultUpstream::answering(answer(status, "application/json", "{}")));
    const auto found = provider();
    const auto checked =
        found->check_key(Secret(std::string(provider_key_canary)), settings(upstream, ""));
    if (!own_route && !vendor().models_need_key) {
      ASSERT_FALSE(checked);
      EXPECT_EQ(checked.error().code, Errc::not_found) << "there is no way to tell";
      EXPECT_EQ(upstream.connection_count(), 0);
      continue;
    }
    EXPECT_EQ(checked.has_value(), status == 200);
    if (status == 401) EXPECT_EQ(checked.error().code, Errc::unauthenticated);
    if (status == 500) EXPECT_THAT(checked.error().message, HasSubstr("cannot tell whether"));
    EXPECT_EQ(upstream.request().target, own_route ? vendor().base_path + "/key" : vendor().models);
    expect_key(upstream.request(), own_route ? vendor().key_header : vendor().models_key_header);
  }
}

TEST_P(EachProvider, answers_a_question_as_a_whole) {
  const FaultUpstream upstream(vendor_that_lists("{}"));
  const auto made = model(upstream);
  ASSERT_TRUE(made) << made.error().message;
  const auto reply = made->invoke("Hello");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->content, "Good day.");
  EXPECT_EQ(reply->usage.total_tokens, 7);
  expect_question(upstream.request(), false);
}

TEST_P(EachProvider, answers_a_question_as_a_stream) {
  const FaultUpstream upstream(vendor_that_lists("{}"));
  const auto made = model(upstream);
  ASSERT_TRUE(made) << made.error().message;
  ChatRequest request;
  request.messages.push_back(tollway::Message::user("Hello"));
  auto stream = made->stream(request);
  ASSERT_TRUE(stream) << stream.error().message;
  std::vector<std::string> pieces;
  for (auto next = stream->next();; next = stream->next()) {
    ASSERT_TRUE(next) << next.error().message;
    if (!*next) break;
    if (!(*next)->content.empty()) pieces.push_back((*next)->content);
  }
  EXPECT_THAT(pieces, testing::ElementsAre("Good ", "day."));
  EXPECT_EQ(stream->reply().usage.completion_tokens, 4);
  EXPECT_EQ(stream->reply().finish_reason, "stop");
  expect_question(upstream.request(), true);
}

std::string key_of(const testing::TestParamInfo<Vendor>& given) {
  return given.param.key;
}

std::vector<Vendor> vendors_that(bool (*are)(const Vendor&)) {
  std::vector<Vendor> some;
  std::ranges::copy_if(vendors(), std::back_inserter(some), are);
  return some;
}

INSTANTIATE_TEST_SUITE_P(, EachProvider, testing::ValuesIn(vendors()), key_of);
INSTANTIATE_TEST_SUITE_P(, LocalServer, testing::ValuesIn(vendors_that([](const Vendor& vendor) {
                           return vendor.local;
                         })),
                         key_of);
INSTANTIATE_TEST_SUITE_P(, ListingVendor, testing::ValuesIn(vendors_that([](const Vendor& vendor) {
                           return !vendor.models.empty();
                         })),
                         key_of);

TEST(Perplexity, ListsTheModelsThatItsDescriptorNames) {
  const FaultUpstream upstream(vendor_that_lists("{}"));
  const auto named =
      provider_called("perplexity")->list_models(settings_for("perplexity", upstream.url()));
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_FALSE(named->empty());
  EXPECT_EQ(upstream.connection_count(), 0);
}

TEST(Vendors, AreTheProvidersThatThereAre) {
  std::vector<std::string> discovered;
  for (const auto& provider : discover_providers().all) {
    discovered.push_back(lower(provider->info().provider_key));
  }
  std::vector<std::string> tested;
  for (const auto& vendor : vendors()) tested.push_back(vendor.key);
  EXPECT_EQ(discovered, tested);
}

}  // namespace
}  // namespace tollway::test
