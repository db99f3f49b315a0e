// Servers of this machine that nobody configured. Their usual port is a descriptor's word, so a
// descriptor of the test's own names the port that its server got.
#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "catalog/catalog.hpp"

namespace tollway::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class LocalServers : public testing::Test {
 protected:
  LocalServers() {
    std::filesystem::create_directories(files_.path() / "providers");
    usual_port(server_.port());
    configure("");
  }
  void usual_port(int port) const {
    replace_file(files_.path() / "providers" / "mine.toml",
                 fmt::format("key='mine'\nname='Mine'\nkind='local'\n"
                             "base_url='http://localhost:{}/v1'\n[api_key]\nuse='optional'\n",
                             port));
  }
  void configure(std::string_view text) const {
    const auto file = files_.path() / "tollway.toml";
    replace_file(file, std::string(text));
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  [[nodiscard]] GatewayOptions options(bool probe = true) const {
    return {.environment = {{"TOLLWAY_CATALOGUE_PROBE_LOCAL", probe ? "true" : "false"},
                            {"TOLLWAY_CATALOGUE_TTL", "1"}},
            .flags = {"--config", (files_.path() / "tollway.toml").string()}};
  }
  [[nodiscard]] static std::vector<std::string> ids(const Gateway& gateway) {
    return ids_in(gateway.get("/api/v1/models").body_json());
  }

  TemporaryDirectory files_;
  ListUpstream list_{list_of({"a/one"})};
  std::optional<FaultUpstream> server_storage_{
      std::in_place,
      FaultUpstream::answering(json_answer(R"({"object":"list","data":[{"id":"of/mine"}]})"))};
  FaultUpstream& server_ = *server_storage_;
};

TEST_F(LocalServers, that_run_are_listed) {
  const Gateway gateway(list_.upstream(), options());
  EXPECT_THAT(ids(gateway), ElementsAre("a/one", "of/mine"));
  EXPECT_EQ(server_.request().target, "/v1/models");
  const auto endpoints = gateway.get("/api/v1/models/of/mine/endpoints").body_json();
  EXPECT_EQ(text_at(endpoints, "/data/endpoints/0/tag"), "mine");
}

TEST_F(LocalServers, that_do_not_run_are_not_missed) {
  const RefusingPort refusing;
  usual_port(refusing.number());
  Gateway gateway(list_.upstream(), options());
  EXPECT_THAT(ids(gateway), ElementsAre("a/one"));
  EXPECT_THAT(gateway.standard_error(), Not(HasSubstr("Mine")));
}

TEST_F(LocalServers, that_are_gone_are_listed_no_more) {
  Gateway gateway(list_.upstream(), options());
  EXPECT_THAT(ids(gateway), Contains("of/mine"));
  server_storage_.reset();
  EXPECT_TRUE(wait_until([&] { return ids(gateway) == std::vector<std::string>{"a/one"}; }));
  EXPECT_THAT(gateway.standard_error(), Not(HasSubstr("Mine")));
  EXPECT_FALSE(std::filesystem::exists(gateway.data() / "catalogue" / "mine.list"));
}

TEST_F(LocalServers, are_left_alone_where_nobody_wants_it) {
  const Gateway gateway(list_.upstream(), options(false));
  EXPECT_THAT(ids(gateway), ElementsAre("a/one"));
  EXPECT_EQ(server_.connection_count(), 0);
}

TEST_F(LocalServers, that_hang_delay_nobody_for_long) {
  const BlackHole hole;
  usual_port(hole.port());
  const Gateway gateway(list_.upstream(), options());
  const Stopwatch time;
  EXPECT_THAT(ids(gateway), ElementsAre("a/one"));
  EXPECT_LT(time.elapsed(), 4s);
}

}  // namespace
}  // namespace tollway::test
