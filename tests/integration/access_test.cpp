// Who gets in, what is carried through, and what must never be seen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

class Access : public InEachDialect {
 protected:
  [[nodiscard]] static std::vector<std::string> paths() {
    return {"/api/v1/" + dialect().route, "/v1/" + dialect().route};
  }
  [[nodiscard]] Answer send(const std::string& path, HeaderList headers) const {
    RawClient client(gateway_.port());
    client.send(request("POST", path, dialect().body(false), headers));
    return client.read_answer();
  }

  FaultUpstream upstream_{FaultUpstream::answering(json_answer(dialect().json))};
  Gateway gateway_{upstream_};
};
INSTANTIATE_TEST_SUITE_P(S, Access, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(Access, both_headers_let_in) {
  const auto bearer = "Bearer " + gateway_.key();
  const auto lower_case = "bearer " + gateway_.key();
  for (const auto& path : paths()) {
    EXPECT_EQ(send(path, {{"Authorization", bearer}}).status, 200);
    EXPECT_EQ(send(path, {{"authorization", lower_case}}).status, 200);
    EXPECT_EQ(send(path, {{"x-api-key", gateway_.key()}}).status, 200);
  }
}

TEST_P(Access, others_stay_out) {
  auto other = gateway_.key();
  other.back() = other.back() == '0' ? '1' : '0';
  const auto other_bearer = "Bearer " + other;
  const auto longer = "Bearer " + gateway_.key() + "0";
  const auto shorter = "Bearer " + gateway_.key().substr(0, gateway_.key().size() - 1);
  const auto basic = "Basic " + gateway_.key();
  const auto upstreams_own = "Bearer " + std::string(Gateway::upstream_key);
  for (const auto& path : paths()) {
    for (const auto& value : {other_bearer, longer, shorter, basic, upstreams_own, gateway_.key(),
                              std::string("Bearer"), std::string("Bearer "), std::string()}) {
      const auto answer = send(path, {{"Authorization", value}});
      expect_error_answer(answer, 401, path);
      EXPECT_EQ(answer.body.find(other), std::string::npos) << "the key is repeated";
    }
    expect_error_answer(send(path, {{"x-api-key", other}}), 401, path);
    expect_error_answer(send(path, {}), 401, path);
  }
  EXPECT_EQ(upstream_.connection_count(), 0);
  const auto record = gateway_.record();
  EXPECT_EQ(record.outcome(), "unauthenticated");
  EXPECT_EQ(record.status(), 401);
  EXPECT_EQ(record.text("key"), "");
}

TEST(Access, health_needs_no_key) {
  Gateway gateway(GatewayOptions{});
  for (const auto* path : {"/api/v1/health", "/v1/health"}) {
    RawClient client(gateway.port());
    client.send(request("GET", path));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(at(answer.body_json(), "/status"), "ok");
  }
  RawClient client(gateway.port());
  client.send(request("GET", "/api/v1/models"));
  expect_error_answer(client.read_answer(), 401, "/api/v1/models");
}

TEST_P(Access, what_goes_up) {
  RawClient client(gateway_.port());
  client.send(gateway_.request_bytes("POST", dialect().path(), dialect().body(false),
                                     {{"x-api-key", gateway_.key()},
                                      {"Cookie", "session=secret"},
                                      {"Connection", "keep-alive, X-Named"},
                                      {"X-Named", "hop by hop"},
                                      {"Keep-Alive", "timeout=5"},
                                      {"Proxy-Authorization", "Basic abc"},
                                      {"TE", "trailers"},
                                      {"Forwarded", "for=1.2.3.4"},
                                      {"X-Forwarded-For", "1.2.3.4"},
                                      {"HTTP-Referer", "https://app.example"},
                                      {"X-Title", "The App"}}));
  EXPECT_EQ(client.read_answer().status, 200);
  const auto got = upstream_.request();
  EXPECT_EQ(got.target, dialect().path());
  EXPECT_EQ(got.body_json(), parse_json(dialect().body(false)));
  EXPECT_EQ(got.headers.find("authorization"), "Bearer " + std::string(Gateway::upstream_key));
  EXPECT_EQ(got.headers.count("authorization"), 1U);
  EXPECT_EQ(got.headers.find("host"), fmt::format("127.0.0.1:{}", upstream_.port()));
  EXPECT_EQ(got.headers.find("http-referer"), "https://app.example");
  EXPECT_EQ(got.raw_head.find(gateway_.key()), std::string::npos) << "the client's key went up";
  for (const auto* name : {"cookie", "x-named", "keep-alive", "proxy-authorization", "te",
                           "forwarded", "x-forwarded-for", "x-api-key"}) {
    EXPECT_FALSE(got.headers.has(name)) << name;
  }
}

TEST(Access, what_comes_down) {
  const HeaderList headers = {{"Set-Cookie", "__cf_bm=secret"},
                              {"Connection", "keep-alive, X-Named"},
                              {"X-Named", "hop by hop"},
                              {"Keep-Alive", "timeout=5"},
                              {"Proxy-Authenticate", "Basic"},
                              {"Upgrade", "h2c"},
                              {"Trailer", "X-T"},
                              {"Strict-Transport-Security", "max-age=1"},
                              {"Alt-Svc", "h3=\":443\""},
                              {"Server", "cloudflare"},
                              {"X-Generation-Id", "gen-1-test"}};
  FaultUpstream upstream(FaultUpstream::answering([&](const Request& request) {
    const bool stream = request.body.find("\"stream\":true") != std::string::npos;
    if (!stream) return json_answer(chat_dialect().json, headers);
    return sse_head(headers) + chunk(chat_dialect().whole_stream()) + last_chunk();
  }));
  Gateway gateway(upstream);
  for (const bool stream : {false, true}) {
    const auto answer = gateway.post(chat_path, chat_dialect().body(stream));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.find("x-generation-id"), "gen-1-test");
    EXPECT_EQ(answer.headers.count("content-type"), 1U);
    EXPECT_EQ(answer.headers.count("date"), 1U);
    EXPECT_EQ(answer.headers.count("content-length") + answer.headers.count("transfer-encoding"),
              1U);
    for (const auto* name : {"set-cookie", "x-named", "keep-alive", "proxy-authenticate", "upgrade",
                             "trailer", "strict-transport-security", "alt-svc"}) {
      EXPECT_FALSE(answer.headers.has(name)) << name;
    }
    EXPECT_NE(answer.headers.find("server"), "cloudflare");
  }
}

TEST(Access, S06_neither_keys_nor_prompts_are_written_down) {
  constexpr std::string_view canary = "canary-7f3b9d";
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    const auto request = connection.read_request();
    if (!request) return;
    switch (connection.index()) {
      case 0:
        connection.send(json_answer(chat_dialect().json));
        break;
      case 1:
        connection.send(answer(400, "application/json", request->body));
        break;
      case 2:
        connection.send(answer(200, "text/html", request->body + request->raw_head));
        break;
      case 3:
        connection.send("HTTP/1.1 200 " + request->body + "\x01\r\n\r\n");
        break;
      default:
        connection.send(sse_head() + chunk("data: " + request->body + "\n\n"));
        break;
    }
    connection.close();
  });
  Gateway gateway(upstream);
  const auto body = fmt::format(
      R"({{"model":"test/model","messages":[{{"role":"user","content":"{}"}}],"stream":true}})",
      canary);
  for (int i = 0; i < 5; ++i) {
    const auto answer = gateway.post(chat_path, body);
    EXPECT_EQ(answer.body.find(Gateway::upstream_key), std::string::npos);
    EXPECT_EQ(answer.raw_head.find(Gateway::upstream_key), std::string::npos);
  }
  static_cast<void>(gateway.post(chat_path, body + "}"));
  static_cast<void>(gateway.get(fmt::format("/api/v1/nowhere?{}={}", canary, gateway.key())));
  RawClient client(gateway.port());
  client.send(fmt::format("GET /api/v1/models HTTP/1.1\r\nHost: x\r\n{} : {}\r\n\r\n", canary,
                          gateway.key()));
  static_cast<void>(client.read_answer());
  gateway.stop();
  EXPECT_GE(gateway.records().size(), 6U);
  for (const auto& written :
       {gateway.standard_error(), read_file(gateway.data() / "access.jsonl")}) {
    EXPECT_EQ(written.find(canary), std::string::npos) << written;
  }
  // And its destructor looks for the keys.
}

}  // namespace
}  // namespace tollway::test
