// The catalogue is of all providers who are configured, not of the one behind the gateway alone.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "catalog/catalog.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

class SeveralProviders : public testing::Test {
 protected:
  void configure(std::string_view more = {}) const {
    const auto file = files_.path() / "tollway.toml";
    replace_file(file,
                 fmt::format("[llm.vllm]\nurl = \"{}\"\n{}", local_.url_for("127.0.0.1"), more));
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  [[nodiscard]] GatewayOptions options() const {
    return {.flags = {"--config", (files_.path() / "tollway.toml").string()}};
  }
  [[nodiscard]] static std::vector<std::string> ids(const Gateway& gateway) {
    return ids_in(gateway.get("/api/v1/models").body_json());
  }
  [[nodiscard]] static std::vector<std::string> slugs(const Gateway& gateway) {
    std::vector<std::string> slugs;
    for (const auto& row : gateway.get("/v1/providers").body_json().at("data").as_array()) {
      slugs.push_back(text_at(row, "/slug"));
    }
    return slugs;
  }

  TemporaryDirectory files_;
  ListUpstream list_{list_of({"a/one", "b/two"})};
  FaultUpstream local_{FaultUpstream::answering(json_answer(
      R"({"object":"list","data":[{"id":"qwen3-of-ours","object":"model","owned_by":"vllm"}]})"))};
};

TEST_F(SeveralProviders, all_their_models_are_listed) {
  configure();
  const Gateway gateway(list_.upstream(), options());
  const auto all = ids(gateway);
  EXPECT_EQ(all.size(), 3U);
  EXPECT_THAT(all, IsSupersetOf({"a/one", "b/two"}));
  EXPECT_THAT(all.back(), HasSubstr("qwen3-of-ours"));
  EXPECT_EQ(at(gateway.get("/api/v1/models/count").body_json(), "/data/count"), 3);
  EXPECT_EQ(local_.request().target, "/api/v1/models");
}

// OpenRouter's own hosts are its own to tell; of others, whoever is asked for models is listed.
TEST_F(SeveralProviders, all_who_offer_something_are_listed) {
  const FaultUpstream other(FaultUpstream::answering(
      json_answer(R"({"object":"list","data":[{"id":"other","object":"model"}]})")));
  configure(fmt::format("[llm.llamacpp]\nurl = \"{}\"\n[llm]\nprovider = \"vllm\"\n",
                        other.url_for("127.0.0.1")));
  const Gateway gateway(options());
  EXPECT_THAT(slugs(gateway), ElementsAre("vllm", "llamacpp"));
}

// OpenRouter judges its own models; the others are judged here.
TEST_F(SeveralProviders, filters_on_offers_leave_none_of_them_out) {
  configure();
  const Gateway gateway(list_.upstream(), options());
  const auto of = [&](std::string_view query) {
    return ids_in(gateway.get(fmt::format("/api/v1/models?{}", query)).body_json());
  };
  EXPECT_EQ(of("category=legal"), (std::vector<std::string>{"a/one", "b/two"}));
  EXPECT_EQ(of("zdr=true").size(), 3U);  // what runs on the own machine keeps nothing
  EXPECT_EQ(of("sort=top-weekly").size(), 3U);
  EXPECT_EQ(of("sort=latency-low-to-high").size(), 3U);
}

TEST_F(SeveralProviders, openrouters_hosts_are_listed_and_then_the_others) {
  FaultUpstream openrouter(FaultUpstream::answering([](const Request& request) {
    return request.target == "/api/v1/providers"
               ? json_answer(R"({"data":[{"name":"Host","slug":"host","headquarters":"DE"}]})")
               : json_answer(list_of({"a/one"}));
  }));
  configure();
  const Gateway gateway(openrouter, options());
  EXPECT_THAT(slugs(gateway), ElementsAre("host", "vllm"));
  EXPECT_EQ(text_at(gateway.get("/v1/providers").body_json(), "/data/0/headquarters"), "DE");
  const auto requests = openrouter.requests();
  EXPECT_EQ(std::ranges::count(requests, "/api/v1/providers", &Request::target), 1);
}

TEST_F(SeveralProviders, a_reload_takes_others_and_another_time_to_live) {
  FaultUpstream added(FaultUpstream::answering(
      json_answer(R"({"object":"list","data":[{"id":"added","object":"model"}]})")));
  configure();
  Gateway gateway(list_.upstream(), options());
  EXPECT_EQ(ids(gateway).size(), 3U);
  EXPECT_EQ(list_.lists_asked(), 1);
  configure(fmt::format("[llm.llamacpp]\nurl = \"{}\"\n[catalogue]\nttl = 1\n",
                        added.url_for("127.0.0.1")));
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] { return ids(gateway).size() == 4; }));
  EXPECT_TRUE(wait_until([&] {
    static_cast<void>(ids(gateway));
    return list_.lists_asked() > 1;
  })) << "lists are still an hour old before they are asked for again";
}

TEST_F(SeveralProviders, what_becomes_of_the_configured_model_is_an_event) {
  configure("[llm]\nmodel = \"b/two\"\n[catalogue]\nttl = 1\n");
  const Gateway gateway(list_.upstream(), options());
  EXPECT_EQ(ids(gateway).size(), 3U);
  const auto told = [&](std::string_view what) {
    return wait_until([&] {
      static_cast<void>(ids(gateway));
      return gateway.standard_error().contains(what);
    });
  };
  list_.list(list_of({"b/two"}));  // its price is that of its place in the list
  EXPECT_TRUE(told(R"(event {"event":"catalogue.price_changed","kind":"price_down",)"
                   R"("model":"b/two")"));
  list_.list(list_of({"a/one"}));
  EXPECT_TRUE(told(R"(event {"event":"catalogue.model_gone","model":"b/two")"));
}

}  // namespace
}  // namespace tollway::test
