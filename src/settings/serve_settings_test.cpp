#include "settings/serve_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace tollway::settings {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Result<ServeSettings> from(std::map<std::string, std::string> variables) {
  return serve_settings_from([variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(ServeSettings, DefaultsBindToLoopback) {
  const auto settings = from({{"HOME", "/home/a"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->listen, "127.0.0.1:8484");
  EXPECT_EQ(settings->data_directory, "/home/a/.local/share/tollway");
  EXPECT_TRUE(settings->authenticate);
  EXPECT_TRUE(settings->openrouter_key.empty());
}

TEST(ServeSettings, ReadsTheEnvironment) {
  const auto settings = from({{"OPENROUTER_API_KEY", " sk-or-v1-abc\n"},
                              {"TOLLWAY_LISTEN", "[::1]:0"},
                              {"TOLLWAY_STREAM_SILENCE", "0.25"},
                              {"TOLLWAY_REQUEST_BODY_MAX", "1024"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->openrouter_key.reveal(), "sk-or-v1-abc");
  EXPECT_EQ(settings->listen, "[::1]:0");
  EXPECT_EQ(settings->stream_silence, 250ms);
  EXPECT_EQ(settings->request_body_bytes_max, 1024U);
}

TEST(ServeSettings, RefusalsNameTheVariableAndWhatWasExpected) {
  const auto message = [](const char* name, const char* value) {
    const auto settings = from({{name, value}});
    return settings ? "accepted" : settings.error().message;
  };
  EXPECT_THAT(message("TOLLWAY_STREAM_SILENCE", "soon"),
              HasSubstr("TOLLWAY_STREAM_SILENCE is \"soon\"; expected seconds"));
  EXPECT_THAT(message("TOLLWAY_STREAM_SILENCE", "0"), HasSubstr("more than 0"));
  EXPECT_THAT(message("TOLLWAY_STREAM_SILENCE", "nan"), HasSubstr("expected seconds"));
  EXPECT_THAT(message("TOLLWAY_THREADS", "0"), HasSubstr("from 1 to 256"));
}

TEST(ServeSettings, NoAuthenticationOnLoopbackOnly) {
  auto settings = from({});
  ASSERT_TRUE(settings);
  settings->authenticate = false;
  EXPECT_TRUE(validate(*settings, true));
  const auto refused = validate(*settings, false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("loopback only"));
}

TEST(ServeSettings, TlsNeedsBothFiles) {
  auto settings = from({{"TOLLWAY_TLS_CERTIFICATE", "cert.pem"}});
  ASSERT_TRUE(settings);
  EXPECT_FALSE(validate(*settings, true));
}

}  // namespace
}  // namespace tollway::settings
