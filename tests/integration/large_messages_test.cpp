// Messages that are large, come in crumbs, or come all at once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

std::string large_json(std::size_t size) {
  return fmt::format(R"({{"id":"gen-1-test","choices":[],"pad":"{}",)"
                     R"("usage":{{"prompt_tokens":1,"completion_tokens":1}}}})",
                     std::string(size, 'x'));
}

TEST(LargeMessages, large_request_goes_up_untouched) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  const auto body = fmt::format(R"({{ "model" : "m",  "messages":[ ], "user":"{}" }})",
                                std::string(20 << 20, 'y'));
  EXPECT_EQ(gateway.post(chat_path, body).status, 200);
  EXPECT_EQ(upstream.request().body, body) << "bytes pass through as they are";
}

TEST(LargeMessages, request_in_single_bytes) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  const auto body = chat_dialect().body(false);
  for (const auto& bytes :
       {gateway.request_bytes("POST", chat_path, body),
        fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n{}{}",
                    chat_path, gateway.key(), chunk(body), last_chunk())}) {
    client.send_split(bytes, 1, 1ms);
    EXPECT_EQ(client.read_answer().status, 200);
  }
  EXPECT_EQ(upstream.request(0).body, body);
  EXPECT_EQ(upstream.request(1).body, body);
}

// Beyond what is held for a check, an answer is passed on as it comes.
TEST(LargeMessages, large_answer_arrives_whole) {
  const auto body = large_json(9 << 20);
  FaultUpstream upstream(FaultUpstream::answering(json_answer(body)));
  Gateway gateway(upstream);
  const auto answer = gateway.post(chat_path, chat_dialect().body(false));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, body);
  EXPECT_LT(gateway.memory_growth_kb(), 6 * 1024);
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

TEST(LargeMessages, U15_large_answer_cut_is_seen_to_be_cut) {
  const auto whole = json_answer(large_json(4 << 20));
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(whole.substr(0, whole.size() - 1000));
    connection.close();
  });
  Gateway gateway(upstream);
  const auto answer = gateway.post(chat_path, chat_dialect().body(false));
  if (answer.status == 200) {
    EXPECT_FALSE(answer.complete) << "a cut answer looks whole";
  } else {
    expect_error_answer(answer, 502, chat_path);
  }
  EXPECT_EQ(gateway.only_record().outcome(), "connection_lost");
}

TEST(LargeMessages, many_events_in_one_read) {
  std::string stream;
  for (int i = 0; i < 20'000; ++i) stream += chat_dialect().events[1];
  stream += chat_dialect().whole_stream();
  FaultUpstream upstream(FaultUpstream::answering(sse_answer(stream)));
  Gateway gateway(upstream);
  const auto answer = gateway.post(chat_path, chat_dialect().body(true));
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, stream);
}

TEST(LargeMessages, one_event_of_ten_megabytes) {
  const auto stream = "data: " + large_json(10 << 20) + "\n\n" + chat_dialect().whole_stream();
  FaultUpstream upstream(FaultUpstream::answering(sse_answer(stream)));
  Gateway gateway(upstream);
  const auto answer = gateway.post(chat_path, chat_dialect().body(true));
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, stream);
}

TEST(LargeMessages, many_clients_at_once_and_nothing_crosses) {
  constexpr int client_count = 64;
  constexpr int requests_each = 25;
  FaultUpstream upstream(FaultUpstream::answering([](const Request& request) {
    const auto seed = at(request.body_json(), "/seed").to_number<int>();
    const auto body = fmt::format(R"({{"id":"gen-{}","choices":[],"pad":"{}"}})", seed,
                                  std::string(static_cast<std::size_t>(seed % 9000), 'x'));
    return seed % 2 == 0 ? json_answer(body) : sse_answer("data: " + body + "\n\ndata: [DONE]\n\n");
  }));
  Gateway gateway(upstream);
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  clients.reserve(client_count);
  for (int n = 0; n < client_count; ++n) {
    clients.emplace_back([&, n] {
      RawClient client(gateway.port());
      for (int i = 0; i < requests_each; ++i) {
        const int seed = n * requests_each + i;
        client.send(gateway.request_bytes(
            "POST", chat_path,
            fmt::format(R"({{"model":"m","messages":[],"seed":{},"stream":{}}})", seed,
                        seed % 2 == 1)));
        const auto answer = client.read_answer();
        const auto expected = fmt::format("\"id\":\"gen-{}\"", seed);
        if (answer.complete && answer.body.find(expected) != std::string::npos) ++right;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, client_count * requests_each);
  EXPECT_LE(upstream.connection_count(), client_count) << "connections are reused";
  gateway.stop();
  const auto records = gateway.records();
  EXPECT_EQ(records.size(), static_cast<std::size_t>(client_count * requests_each));
  for (const auto& record : records) EXPECT_EQ(record.outcome(), "ok");
}

}  // namespace
}  // namespace tollway::test
