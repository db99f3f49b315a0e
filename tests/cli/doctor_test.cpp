#include "cli/cli.hpp"
#include "support/certificates.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

// The first finding of a check that has the state; null and a failed test where there is none.
json::value finding(const json::value& document, std::string_view check, std::string_view state) {
  for (const auto& one : document.at("findings").as_array()) {
    if (text_at(one, "/check") == check && text_at(one, "/state") == state) return one;
  }
  ADD_FAILURE() << "no " << state << " of " << check << " in " << document;
  return {};
}

std::string http_date(std::time_t time) {
  std::string text(64, '\0');
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  text.resize(std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  return text;
}

FaultUpstream::Script with_clock(std::chrono::seconds ahead) {
  return FaultUpstream::answering([ahead](const Request& request) {
    const auto date = http_date(std::time(nullptr) + ahead.count());
    if (request.target.ends_with("/models")) {
      return json_answer(R"({"data":[{"id":"author/model"}]})", {{"Date", date}});
    }
    return json_answer(R"({"data":{"label":"a key"}})", {{"Date", date}});
  });
}

class Doctor : public Cli {
 protected:
  json::value examine(int exit_code) {
    const Finished finished = run({"doctor", "--json"});
    EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
    return only_document(finished.out);
  }
};

TEST_F(Doctor, finds_nothing_wrong_where_nothing_is) {
  const FaultUpstream upstream(with_clock(0s));
  use_openrouter(upstream);
  static_cast<void>(run({"settings", "set", "llm.model", "author/model"}));
  const auto document = examine(0);
  EXPECT_EQ(at(document, "/ok"), json::value(true));
  for (const char* const check :
       {"configuration", "data", "disk", "keys", "reachability", "clock"}) {
    static_cast<void>(finding(document, check, "ok"));
  }
  const Shown shown = show({"doctor"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.output, HasSubstr("reachability: openrouter"));
}

TEST_F(Doctor, names_the_remedy_of_a_missing_key) {
  const FaultUpstream upstream(with_clock(0s));
  use_openrouter(upstream);
  environment_.erase("OPENROUTER_API_KEY");
  EXPECT_EQ(text_at(finding(examine(1), "keys", "broken"), "/remedy"),
            "tollway keys add openrouter");
}

TEST_F(Doctor, warns_of_a_key_that_looks_like_another_vendors) {
  const FaultUpstream upstream(with_clock(0s));
  use_openrouter(upstream);
  environment_["OPENROUTER_API_KEY"] = "sk-ant-canary-of-another-vendor-7d2e";
  secrets_.emplace_back(environment_["OPENROUTER_API_KEY"]);
  static_cast<void>(run({"settings", "set", "llm.model", "author/model"}));
  const auto found = finding(examine(0), "keys", "warning");
  EXPECT_THAT(text_at(found, "/message"), HasSubstr("looks like one of Anthropic"));
  EXPECT_THAT(text_at(found, "/remedy"), HasSubstr("tollway keys rotate openrouter"));
}

TEST_F(Doctor, tells_a_refused_key) {
  const FaultUpstream upstream(FaultUpstream::answering(
      answer(401, "application/json", R"({"error":{"message":"No","code":401}})")));
  use_openrouter(upstream);
  EXPECT_THAT(text_at(finding(examine(1), "keys", "broken"), "/message"),
              HasSubstr("refuses this key"));
}

TEST_F(Doctor, tells_who_cannot_be_reached) {
  const auto found = finding(examine(1), "reachability", "broken");
  EXPECT_EQ(text_at(found, "/subject"), "openrouter");
  EXPECT_THAT(text_at(found, "/remedy"), HasSubstr("HTTPS_PROXY"));
}

TEST_F(Doctor, tells_a_certificate_that_nobody_vouches_for) {
  const Authority authority;
  CertificateOptions options;
  options.self_signed = true;
  const auto context = server_context(authority.issue(options));
  const FaultUpstream upstream(with_clock(0s), {.ipv6 = false, .tls = context.get()});
  use_openrouter(upstream);
  EXPECT_THAT(text_at(finding(examine(1), "tls", "broken"), "/remedy"), HasSubstr("SSL_CERT_FILE"));
}

TEST_F(Doctor, trusts_the_authorities_it_is_given) {
  const Authority authority;
  const auto context = server_context(authority.issue({}));
  const FaultUpstream upstream(with_clock(0s), {.ipv6 = false, .tls = context.get()});
  use_openrouter(upstream);
  replace_file(config() / "authority.pem", authority.pem());
  environment_["SSL_CERT_FILE"] = (config() / "authority.pem").string();
  EXPECT_EQ(text_at(finding(examine(0), "tls", "ok"), "/subject"), "openrouter");
}

TEST_F(Doctor, tells_a_clock_that_is_wrong) {
  const FaultUpstream upstream(with_clock(-600s));
  use_openrouter(upstream);
  EXPECT_THAT(text_at(finding(examine(1), "clock", "broken"), "/message"), HasSubstr("ahead of"));
}

TEST_F(Doctor, tells_a_data_directory_that_others_may_use) {
  const FaultUpstream upstream(with_clock(0s));
  use_openrouter(upstream);
  static_cast<void>(run({"settings", "set", "llm.model", "author/model"}));
  std::filesystem::permissions(data(), std::filesystem::perms(0755));
  EXPECT_THAT(text_at(finding(examine(1), "data", "broken"), "/remedy"), HasSubstr("chmod 700"));
}

TEST_F(Doctor, goes_on_where_the_configuration_cannot_be_read) {
  replace_file(config() / "bad.toml", "[llm\n");
  environment_["TOLLWAY_CONFIG"] = (config() / "bad.toml").string();
  EXPECT_THAT(text_at(finding(examine(1), "configuration", "broken"), "/message"),
              HasSubstr("bad.toml"));
}

}  // namespace
}  // namespace tollway::test
