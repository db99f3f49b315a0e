#include "gateway/error_response.hpp"

#include <gtest/gtest.h>

namespace tollway::gateway {
namespace {

const Error unknown_key{Errc::unauthenticated, Source::client, Retry::never, "no \"key\"", {}};

TEST(ErrorResponse, StyleFollowsThePath) {
  EXPECT_EQ(error_style_of("/api/v1/chat/completions"), ErrorStyle::openrouter);
  EXPECT_EQ(error_style_of("/v1/chat/completions"), ErrorStyle::openai);
  EXPECT_EQ(error_style_of("/api/v1/messages"), ErrorStyle::anthropic);
  EXPECT_EQ(error_style_of("/v1/messages"), ErrorStyle::anthropic);
  EXPECT_EQ(error_style_of("/api/v1/messages/count_tokens"), ErrorStyle::anthropic);
}

TEST(ErrorResponse, EachDialectHasItsEnvelope) {
  EXPECT_EQ(error_body(unknown_key, 401, ErrorStyle::openrouter, "req-1"),
            R"({"error":{"code":401,"message":"no \"key\"",)"
            R"("metadata":{"error_type":"authentication"}}})");
  EXPECT_EQ(error_body(unknown_key, 401, ErrorStyle::openai, "req-1"),
            R"({"error":{"message":"no \"key\"","type":"invalid_request_error",)"
            R"("param":null,"code":"invalid_api_key"}})");
  EXPECT_EQ(error_body(unknown_key, 401, ErrorStyle::anthropic, "req-1"),
            R"({"type":"error","error":{"type":"authentication_error",)"
            R"("message":"no \"key\""},"request_id":"req-1"})");
}

TEST(ErrorResponse, TimeoutsAndBrokenUpstreamsDiffer) {
  EXPECT_EQ(http_status(Errc::connect_timeout), 504);
  EXPECT_EQ(http_status(Errc::upstream_timeout), 504);
  EXPECT_EQ(http_status(Errc::connect_failed), 502);
  EXPECT_EQ(http_status(Errc::draining), 503);
}

}  // namespace
}  // namespace tollway::gateway
