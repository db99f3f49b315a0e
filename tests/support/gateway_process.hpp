// The real program, started as a user would start it, in front of a test's upstream.
#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/access_record.hpp"
#include "support/child_process.hpp"
#include "support/fault_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {

struct GatewayOptions {
  std::string upstream_url = {};  // empty: no provider's key is set, so the demonstration answers
  std::map<std::string, std::string> environment = {};  // on top of the test's defaults
  std::vector<std::string> flags = {};                  // of `tollway serve`
  std::string listen = "127.0.0.1:0";
  std::filesystem::path data = {};  // empty: a fresh one, removed at the end
  std::string key = {};             // of an earlier start in `data`; empty: it prints one
  bool authenticate = true;         // false: --no-auth
  std::optional<rlim_t> open_files_max = {};
};

// `tollway serve` as a child process. Constructing waits until it listens. At the end it is told to
// stop, must exit with 0, and must have written neither of its keys into its log or access records.
class Gateway {
 public:
  explicit Gateway(GatewayOptions options);
  explicit Gateway(const FaultUpstream& upstream, GatewayOptions options = {});
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // What the gateway sends upstream as its key. No client may ever see it.
  static constexpr std::string_view upstream_key = "sk-or-v1-upstream-canary-5b1d0f6c";

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] ChildProcess& process() noexcept { return *process_; }
  [[nodiscard]] const std::filesystem::path& data() const noexcept { return options_.data; }
  [[nodiscard]] std::string standard_error() const;
  [[nodiscard]] std::string standard_output() const;
  // How far its resident memory has ever risen above what it took at the start. Zero in builds with
  // a sanitizer, whose own memory drowns it.
  [[nodiscard]] long memory_growth_kb() const;

  // The bytes of a request that carries the gateway's key.
  [[nodiscard]] std::string request_bytes(std::string_view method, std::string_view target,
                                          std::string_view body = {}, HeaderList more = {}) const;
  // A whole exchange on a connection of its own.
  [[nodiscard]] Answer get(std::string_view target) const;
  [[nodiscard]] Answer post(std::string_view target, std::string_view body) const;

  // The one record that answers the condition; waits for it, and fails the test where none comes.
  using Condition = std::function<bool(const AccessRecord&)>;
  [[nodiscard]] AccessRecord wait_for_record(const Condition& condition) const;
  // The record of the n-th request that ended (from 0).
  [[nodiscard]] AccessRecord record(std::size_t index = 0) const;
  [[nodiscard]] std::vector<AccessRecord> records() const;
  // Fails where what is on record after the end is not exactly one record; returns it.
  [[nodiscard]] AccessRecord only_record();

  // SIGTERM, and waits for the end, which must be exit code 0. Records are complete afterwards.
  void stop();
  // Whatever happens from here on is the test's own business: the destructor expects nothing.
  void expect_nothing_at_end() noexcept { checked_ = true; }

 private:
  void wait_until_it_listens();
  void check_for_canaries() const;

  TemporaryDirectory files_;
  GatewayOptions options_;
  std::unique_ptr<ChildProcess> process_;
  std::uint16_t port_ = 0;
  std::string key_;
  long resident_kb_at_start_ = 0;
  bool checked_ = false;
};

// How `tollway <words>` ended, for starts that are refused.
struct Finished {
  int exit_code = -1;
  std::string out;
  std::string err;
};
[[nodiscard]] Finished run_tollway(std::vector<std::string> words,
                                   std::map<std::string, std::string> environment = {});

// The program under test: the build's own, or what the environment's TOLLWAY_BINARY names (another
// preset's, say).
[[nodiscard]] std::string tollway_binary();

}  // namespace tollway::test
