// A network of a test's own, with nothing in it but a loopback interface and a name server.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "support/waiting.hpp"

namespace tollway::test {

// Runs `body` on a thread in its own network and mount namespace, where /etc/resolv.conf reads
// `resolv_conf`. Processes and threads that the body starts live there too. Returns false, without
// running it, where the system forbids that: it takes root.
[[nodiscard]] bool in_own_network(const std::string& resolv_conf,
                                  const std::function<void()>& body);

// A name server on 127.0.0.1, port 53: only inside in_own_network().
class DnsServer {
 public:
  enum class Reply : std::uint8_t {
    loopback,  // A 127.0.0.1; for other types, no records
    nxdomain,
    servfail,
    silence,
    rebinding,  // A 8.8.8.8 the first time, 127.0.0.1 from then on
  };
  // Names start with their answer: "silence.test" gets none. Others resolve to loopback.
  DnsServer();
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  [[nodiscard]] int query_count() const noexcept { return queries_; }

 private:
  void run();
  [[nodiscard]] static Reply reply_for(std::string_view query) noexcept;

  int socket_;
  std::atomic<int> queries_ = 0;
  bool rebound_ = false;  // the thread's own
  Signal stopping_;
  std::thread thread_;
};

}  // namespace tollway::test
