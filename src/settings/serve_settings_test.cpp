#include "settings/serve_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway::settings {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ServeSettings from(std::initializer_list<std::pair<std::string, std::string>> values) {
  const auto snapshot = SettingsSnapshot::from(values);
  EXPECT_TRUE(snapshot) << (snapshot ? "" : snapshot.error().message);
  return serve_settings_from(snapshot.value_or(SettingsSnapshot()));
}

TEST(ServeSettings, DefaultsAreThoseOfTheLimits) {
  const ServeSettings settings = from({});
  const ServeSettings limits;
  EXPECT_EQ(settings.listen, limits.listen);
  EXPECT_GE(settings.threads, 1U);
  EXPECT_TRUE(settings.authenticate);
  EXPECT_EQ(settings.upstream_connect_timeout, limits.upstream_connect_timeout);
  EXPECT_EQ(settings.upstream_first_byte_timeout, limits.upstream_first_byte_timeout);
  EXPECT_EQ(settings.upstream_between_bytes_timeout, limits.upstream_between_bytes_timeout);
  EXPECT_EQ(settings.upstream_total_timeout, limits.upstream_total_timeout);
  EXPECT_EQ(settings.stream_silence, limits.stream_silence);
  EXPECT_EQ(settings.stream_first_content, limits.stream_first_content);
  EXPECT_EQ(settings.stream_tokens_a_second_min, 0);
  EXPECT_EQ(settings.stream_speed_window, limits.stream_speed_window);
  EXPECT_EQ(settings.drain_timeout, limits.drain_timeout);
  EXPECT_EQ(settings.client_head_timeout, limits.client_head_timeout);
  EXPECT_EQ(settings.client_body_timeout, limits.client_body_timeout);
  EXPECT_EQ(settings.client_idle_timeout, limits.client_idle_timeout);
  EXPECT_EQ(settings.client_write_timeout, limits.client_write_timeout);
  EXPECT_EQ(settings.queue_delay_max, limits.queue_delay_max);
  EXPECT_EQ(settings.request_body_bytes_max, limits.request_body_bytes_max);
  EXPECT_EQ(settings.ledger_retention, std::chrono::days(0));
  EXPECT_EQ(settings.ledger_backlog_bytes_max, limits.ledger_backlog_bytes_max);
}

TEST(ServeSettings, AreSettings) {
  const ServeSettings settings = from({{"listen", "[::1]:0"},
                                       {"threads", "3"},
                                       {"stream.silence", "0.25"},
                                       {"stream.first_content_timeout", "15"},
                                       {"stream.tokens_per_second_min", "2.5"},
                                       {"stream.speed_window", "20"},
                                       {"ledger.retention_days", "90"},
                                       {"ledger.backlog_max", "1048576"},
                                       {"request.body_max", "1024"}});
  EXPECT_EQ(settings.listen, "[::1]:0");
  EXPECT_EQ(settings.threads, 3U);
  EXPECT_EQ(settings.stream_silence, 250ms);
  EXPECT_EQ(settings.stream_first_content, 15s);
  EXPECT_EQ(settings.stream_tokens_a_second_min, 2.5);
  EXPECT_EQ(settings.stream_speed_window, 20s);
  EXPECT_EQ(settings.ledger_retention, std::chrono::days(90));
  EXPECT_EQ(settings.ledger_backlog_bytes_max, 1'048'576U);
  EXPECT_EQ(settings.request_body_bytes_max, 1024U);
}

TEST(ServeSettings, RefusalsNameWhatWasExpected) {
  const auto message = [](const char* key, const char* value) {
    const auto refused = SettingsSnapshot::from({{key, value}});
    return refused ? "accepted" : refused.error().message;
  };
  EXPECT_THAT(message("stream.silence", "soon"), HasSubstr("stream.silence is \"soon\""));
  EXPECT_THAT(message("stream.silence", "0"), HasSubstr("0.001"));
  EXPECT_THAT(message("stream.silence", "nan"), HasSubstr("expected"));
  EXPECT_THAT(message("threads", "0"), HasSubstr("256"));
}

TEST(ServeSettings, NoAuthenticationOnLoopbackOnly) {
  ServeSettings settings;
  settings.authenticate = false;
  EXPECT_TRUE(validate(settings, true));
  const auto refused = validate(settings, false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("loopback only"));
}

TEST(ServeSettings, TlsNeedsBothFiles) {
  EXPECT_FALSE(validate(from({{"tls.certificate", "cert.pem"}}), true));
}

}  // namespace
}  // namespace tollway::settings
