#include "support/own_network.hpp"

#include <gtest/gtest.h>
#include <netdb.h>

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

int resolve(const char* name) {
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(name, "80", nullptr, &found);
  if (found != nullptr) ::freeaddrinfo(found);
  return error;
}

TEST(OwnNetwork, has_names_of_its_own) {
  const bool ran = in_own_network("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", [] {
    DnsServer names;
    EXPECT_EQ(resolve("some.test"), 0);
    EXPECT_EQ(resolve("nxdomain.test"), EAI_NONAME);
    EXPECT_EQ(resolve("servfail.test"), EAI_AGAIN);
    EXPECT_GE(names.query_count(), 3);
  });
  if (!ran) GTEST_SKIP() << "network namespaces need root";
}

TEST(ChildProcess, reports_how_it_ended) {
  const TemporaryDirectory files;
  const auto out = files.path() / "out";
  ChildProcess speaking({.words = {"sh", "-c", "echo $WORD; ulimit -n; exit 3"},
                         .environment = {{"WORD", "hello"}},
                         .stdout_file = out,
                         .open_files_max = 77});
  EXPECT_EQ(speaking.wait_for_exit(), 3);
  EXPECT_EQ(read_file(out), "hello\n77\n");
  ChildProcess waiting({.words = {"sleep", "100"}});
  EXPECT_TRUE(waiting.running());
  EXPECT_GT(waiting.resident_kb(), 0);
  waiting.signal(SIGTERM);
  EXPECT_EQ(waiting.wait_for_exit(), 128 + SIGTERM);
}

}  // namespace
}  // namespace tollway::test
