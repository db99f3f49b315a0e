#include "support/several_providers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

namespace tollway::test {
namespace {

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

// In a list beside the model, so that a list of models tells whose lists are in it.
std::string mark_of(const ListedProvider& provider) {
  return fmt::format("{}-mark", provider.key);
}

std::string row(const ListedProvider& provider, std::string_view model) {
  return fmt::format(
      R"({{"id":"{0}","canonical_slug":"{0}","name":"{0}","created":1700000000,)"
      R"("context_length":{1},"architecture":{{"modality":"text->text","input_modalities":["text"],)"
      R"("output_modalities":["{5}"],"tokenizer":"Other"}},)"
      R"("pricing":{{"prompt":"{2}","completion":"{3}"{4}}},)"
      R"("top_provider":{{"context_length":{1},"max_completion_tokens":10000}},)"
      R"("supported_parameters":["max_tokens","temperature","tools","stop"]}})",
      model, provider.context_length, provider.prompt_price, provider.completion_price,
      provider.cache_read_price.empty()
          ? ""
          : fmt::format(R"(,"input_cache_read":"{}")", provider.cache_read_price),
      provider.output_modality);
}

std::string list_of(const ListedProvider& provider) {
  if (provider.bare_list) {
    return fmt::format(
        R"({{"object":"list","data":[{{"id":"{}","object":"model","created":1700000000}},)"
        R"({{"id":"{}","object":"model","created":1700000000}}]}})",
        provider.model, mark_of(provider));
  }
  return fmt::format(R"({{"data":[{},{}]}})", row(provider, provider.model),
                     row(provider, fmt::format("{}/{}", provider.key, mark_of(provider))));
}

}  // namespace

ListedProvider own_provider(std::string key, std::string url) {
  ListedProvider provider{.key = std::move(key), .url = std::move(url)};
  provider.descriptor = fmt::format(
      "key = \"{0}\"\nname = \"{0}\"\nbase_url = \"https://{0}.test/v1\"\n"
      "routes = [\"chat/completions\", \"responses\", \"messages\"]\n",
      provider.key);
  return provider;
}

SeveralProviders::SeveralProviders(std::vector<ListedProvider> providers)
    : providers_(std::move(providers)) {
  std::filesystem::create_directories(files_.path() / "tollway" / "providers");
  for (const auto& provider : providers_) {
    if (provider.descriptor.empty()) continue;
    files_.write(fmt::format("tollway/providers/{}.toml", provider.key), provider.descriptor);
  }
  learn_lists();
}

void SeveralProviders::learn_lists() {
  std::vector<std::unique_ptr<FaultUpstream>> upstreams;
  std::vector<std::string> urls;
  for (const auto& provider : providers_) {
    upstreams.push_back(
        std::make_unique<FaultUpstream>(FaultUpstream::answering(json_answer(list_of(provider)))));
    urls.push_back(upstreams.back()->url());
  }
  Gateway gateway(options_at(urls));
  key_ = gateway.key();
  std::string listed;
  const bool all = wait_until([&] {
    listed = gateway.get("/api/v1/models?output_modalities=all").body;
    return std::ranges::all_of(providers_, [&](const ListedProvider& provider) {
      return listed.contains(fmt::format("/{}\"", mark_of(provider)));
    });
  });
  EXPECT_TRUE(all) << "not everybody's models are known: " << listed;
  gateway.stop();
  // What is on record from here on is the test's.
  std::filesystem::remove(gateway.data() / "access.jsonl");
}

GatewayOptions SeveralProviders::options_at(const std::vector<std::string>& urls) const {
  GatewayOptions options;
  options.data = files_.path() / "data";
  options.key = key_;
  options.environment = {{"XDG_CONFIG_HOME", files_.path().string()},
                         {"TOLLWAY_LLM_PROVIDER", providers_.front().key}};
  for (std::size_t i = 0; i < providers_.size(); ++i) {
    const auto prefix = "TOLLWAY_LLM_" + upper(providers_[i].key);
    options.environment[prefix + "_URL"] = urls[i];
    options.environment[prefix + "_API_KEY"] = key_of(providers_[i].key);
  }
  return options;
}

GatewayOptions SeveralProviders::options(std::map<std::string, std::string> more) const {
  std::vector<std::string> urls;
  urls.reserve(providers_.size());
  for (const auto& provider : providers_) urls.push_back(provider.url);
  auto options = options_at(urls);
  more.merge(options.environment);
  options.environment = std::move(more);
  return options;
}

std::string SeveralProviders::key_of(std::string_view provider) {
  return fmt::format("{}-canary-7c1e90", provider);
}

std::string with_members(std::string body, std::string_view members) {
  return body.insert(1, fmt::format("{},", members));
}

std::string in_order(std::string body) {
  return with_members(std::move(body), R"("provider":{"order":["first","second"]})");
}

}  // namespace tollway::test
