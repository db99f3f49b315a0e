// Clients that ask for much at once, or take in little.
#include <gtest/gtest.h>

#include <thread>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

// A request and an answer that carry the same number.
std::string numbered_body(int number) {
  return fmt::format(R"({{"model":"m","messages":[],"seed":{},"stream":{}}})", number,
                     number % 3 == 0);
}

std::string numbered_answer(const Request& request) {
  const auto body = request.body_json();
  const auto number = at(body, "/seed").to_number<int>();
  const auto json =
      fmt::format(R"({{"id":"gen-{}","object":"chat.completion","choices":[],"pad":"{:0{}}"}})",
                  number, 0, 1 + number * 37 % 5000);
  if (at(body, "/stream") == false) return json_answer(json);
  return sse_answer(fmt::format("data: {}\n\ndata: [DONE]\n\n", json));
}

TEST(ClientFaults, C03_a_thousand_pipelined_requests) {
  constexpr int count = 1000;
  FaultUpstream upstream(FaultUpstream::answering(numbered_answer));
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += gateway.request_bytes("POST", chat_path, numbered_body(i));
  }
  // The answers fill the pipe while the requests still go out.
  std::thread sending([&] { EXPECT_TRUE(client.send(all)); });
  for (int i = 0; i < count; ++i) {
    const auto answer = client.read_answer();
    ASSERT_EQ(answer.status, 200) << "request " << i;
    ASSERT_TRUE(answer.complete);
    const auto text = i % 3 == 0 ? split_stream(answer.body).data().at(0) : answer.body;
    ASSERT_EQ(text_at(parse_json(text), "/id"), fmt::format("gen-{}", i));
  }
  sending.join();
  const auto requests = upstream.requests();
  ASSERT_EQ(requests.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(at(requests[static_cast<std::size_t>(i)].body_json(), "/seed"), i);
  }
  gateway.stop();
  EXPECT_EQ(gateway.records().size(), static_cast<std::size_t>(count));
}

TEST(ClientFaults, C15_slow_reader) {
  constexpr std::size_t event_count = 16 * 1024;
  const std::string padding(4000, 'x');
  const auto event = [&](std::size_t number) {
    return fmt::format("data: {{\"id\":\"gen-1-test\",\"choices\":[],\"n\":{},\"pad\":\"{}\"}}\n\n",
                       number, padding);
  };
  // So that no tokens are counted, for which the program would need memory of its own.
  const std::string usage_event =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n";
  Signal stalled;
  Signal go_on;
  std::size_t sent_at_stall = 0;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head());
    std::size_t sent_bytes = 0;
    for (std::size_t i = 0; i < event_count; ++i) {
      const auto bytes = chunk(event(i));
      const auto sent = connection.send_some(bytes, stalled.is_set() ? patience : 700ms);
      sent_bytes += sent;
      if (sent == bytes.size()) continue;
      sent_at_stall = sent_bytes;
      stalled.set();
      connection.wait_for(go_on);
      connection.send(std::string_view(bytes).substr(sent));
    }
    connection.send(chunk(usage_event + "data: [DONE]\n\n") + last_chunk());
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port(), {.receive_buffer_bytes = 8192});
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(true)));
  ASSERT_TRUE(stalled.wait()) << "nothing holds the upstream back";
  EXPECT_LT(sent_at_stall, 24U << 20U) << "kernel buffers of three connections, and no more";
  EXPECT_LT(gateway.memory_growth_kb(), 8 * 1024);
  go_on.set();
  // And after the pause all of it arrives, in order.
  const auto answer = client.read_answer(60s);
  EXPECT_TRUE(answer.complete);
  const auto data = split_stream(answer.body).data();
  ASSERT_EQ(data.size(), event_count + 2);
  for (std::size_t i = 0; i < event_count; i += 97) {
    ASSERT_EQ("data: " + data[i] + "\n\n", event(i));
  }
  EXPECT_EQ(data.back(), "[DONE]");
  EXPECT_LT(gateway.memory_growth_kb(), 8 * 1024);
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

// A reader that takes nothing for the whole write timeout is given up, and so is its upstream call.
TEST(ClientFaults, C15_reader_that_stopped) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head());
    const auto bytes =
        chunk("data: {\"choices\":[],\"pad\":\"" + std::string(60000, 'x') + "\"}\n\n");
    while (connection.send(bytes, 5s)) {
    }
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_CLIENT_WRITE_TIMEOUT", "0.7"}}});
  RawClient client(gateway.port(), {.receive_buffer_bytes = 8192});
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(true)));
  EXPECT_TRUE(upstream.wait_for_hangup());
  EXPECT_NE(gateway.only_record().outcome(), "ok");
}

}  // namespace
}  // namespace tollway::test
