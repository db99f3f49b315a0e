// C05 and C06: requests whose framing can be read in two ways, and how nginx and haproxy read them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/framing_cases.hpp"
#include "integration/other_proxies.hpp"
#include "support/gateway_process.hpp"

namespace tollway::test {
namespace {

class Framing : public testing::TestWithParam<FramingCase> {};
INSTANTIATE_TEST_SUITE_P(C, Framing, testing::ValuesIn(malformed_requests()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Framing, C05_400_and_close) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(framing_answer)));
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  client.send(with_key(GetParam().bytes, gateway.key()));
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 400) << answer.raw_head << answer.body;
  EXPECT_TRUE(answer.complete);
  EXPECT_TRUE(at(answer.body_json(), "/error/message").is_string()) << answer.body;
  EXPECT_TRUE(client.wait_for_close()) << "the connection goes on";
  EXPECT_EQ(upstream.request_count(), 0);
}

TEST(Framing, C05_unusual_but_right) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(framing_answer)));
  Gateway gateway(upstream);
  for (const auto& usual : wellformed_requests()) {
    SCOPED_TRACE(usual.name);
    RawClient client(gateway.port());
    client.send(with_key(usual.bytes, gateway.key()));
    EXPECT_EQ(client.read_answer().status, 200);
  }
  EXPECT_EQ(upstream.request_count(), static_cast<int>(wellformed_requests().size()));
}

// What an upstream behind the proxy made of the bytes: the bodies of the requests it got.
struct Reading {
  std::vector<json::value> bodies;
  [[nodiscard]] bool refused() const { return bodies.empty(); }
};

Reading read_through(std::uint16_t port, const FaultUpstream& upstream, const std::string& bytes) {
  const auto before = upstream.requests().size();
  RawClient client(port);
  client.send(bytes);
  Reading reading;
  // Ends when the connection does, or when a reader waits for bytes that never come.
  while (client.read_answer(500ms).status != 0) {
  }
  const auto requests = upstream.requests();
  for (std::size_t i = before; i < requests.size(); ++i) {
    boost::system::error_code error;
    reading.bodies.push_back(json::parse(requests[i].body, error));
  }
  return reading;
}

void expect_same_reading(OtherProxy::Kind kind) {
  FaultUpstream behind_other(FaultUpstream::answering(json_answer(framing_answer)));
  FaultUpstream behind_gateway(FaultUpstream::answering(json_answer(framing_answer)));
  const OtherProxy other(kind, behind_other.port());
  Gateway gateway(behind_gateway);
  auto cases = malformed_requests();
  for (auto& usual : wellformed_requests()) cases.push_back(usual);
  int accepted_by_both = 0;
  for (const auto& request : cases) {
    SCOPED_TRACE(request.name);
    const auto bytes = with_key(request.bytes + closing_request(), gateway.key());
    const auto theirs = read_through(other.port(), behind_other, bytes);
    const auto ours = read_through(gateway.port(), behind_gateway, bytes);
    if (ours.refused() || theirs.refused()) continue;
    EXPECT_EQ(ours.bodies, theirs.bodies);
    ++accepted_by_both;
  }
  EXPECT_GE(accepted_by_both, 3) << "the comparison compares nothing";
}

TEST(Framing, C06_same_as_nginx) {
  if (find_program("nginx").empty()) GTEST_SKIP() << "nginx, which is not installed";
  expect_same_reading(OtherProxy::Kind::nginx);
}

TEST(Framing, C06_same_as_haproxy) {
  if (find_program("haproxy").empty()) GTEST_SKIP() << "haproxy, which is not installed";
  expect_same_reading(OtherProxy::Kind::haproxy);
}

}  // namespace
}  // namespace tollway::test
