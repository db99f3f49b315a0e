#include "support/gateway_process.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace tollway::test {
namespace {

// "gateway key: sk-tw-..." on a line of its own; empty where there is none.
std::string key_printed(const std::string& output) {
  constexpr std::string_view label = "gateway key: ";
  const auto begin = output.find(label);
  if (begin == std::string::npos) return {};
  const auto end = output.find('\n', begin);
  return output.substr(begin + label.size(), end - begin - label.size());
}

GatewayOptions with_upstream(GatewayOptions options, const FaultUpstream& upstream) {
  if (options.upstream_url.empty()) options.upstream_url = upstream.url();
  return options;
}

}  // namespace

std::string tollway_binary() {
  const char* other = std::getenv("TOLLWAY_BINARY");
  return other != nullptr ? other : TOLLWAY_BINARY;
}

Gateway::Gateway(const FaultUpstream& upstream, GatewayOptions options)
    : Gateway(with_upstream(std::move(options), upstream)) {}

Gateway::Gateway(GatewayOptions options) : options_(std::move(options)) {
  if (options_.data.empty()) options_.data = files_.path() / "data";
  Command command;
  command.words = {tollway_binary(), "serve",
                   "--listen",       options_.listen,
                   "--port-file",    (files_.path() / "port").string(),
                   "--data",         options_.data.string()};
  if (!options_.authenticate) command.words.emplace_back("--no-auth");
  command.words.insert(command.words.end(), options_.flags.begin(), options_.flags.end());
  command.environment = options_.environment;
  command.environment.try_emplace("TOLLWAY_THREADS", "2");
  command.environment.try_emplace("TOLLWAY_DRAIN_TIMEOUT", "5");
  // Upstreams are asked for their models only where a test asks for them.
  command.environment.try_emplace("TOLLWAY_CATALOGUE_REFRESH", "false");
  // A build with sanitizers under a test's load is slow, which is no overload.
  command.environment.try_emplace("TOLLWAY_REQUEST_QUEUE_DELAY_MAX", "60");
  // What happens to run on the machine is no part of a test.
  command.environment.try_emplace("TOLLWAY_CATALOGUE_PROBE_LOCAL", "false");
  // Without an upstream of the test's, nothing may reach a real one.
  command.environment.try_emplace("TOLLWAY_LLM_OPENROUTER_URL", options_.upstream_url.empty()
                                                                    ? "http://127.0.0.1:1/api/v1"
                                                                    : options_.upstream_url);
  if (!options_.upstream_url.empty()) {
    command.environment.try_emplace("OPENROUTER_API_KEY", upstream_key);
  }
  command.stdout_file = files_.path() / "stdout";
  command.stderr_file = files_.path() / "stderr";
  command.open_files_max = options_.open_files_max;
  process_ = std::make_unique<ChildProcess>(command);
  wait_until_it_listens();
}

Gateway::~Gateway() {
  if (!checked_) stop();
  check_for_canaries();
  if (testing::Test::HasFailure()) {
    fmt::print("the gateway's log:\n{}its access records:\n{}", standard_error(),
               read_file(options_.data / "access.jsonl"));
  }
}

void Gateway::wait_until_it_listens() {
  const auto port_file = files_.path() / "port";
  const bool listens =
      wait_until([&] { return std::filesystem::exists(port_file) || !process_->running(); });
  const auto text = read_file(port_file);
  std::from_chars(text.data(), text.data() + text.size(), port_);
  if (!listens || port_ == 0) {
    checked_ = true;
    throw std::runtime_error("the gateway does not start: " + standard_error());
  }
  resident_kb_at_start_ = process_->resident_peak_kb();
  if (!options_.authenticate) return;
  key_ = options_.key;
  if (!key_.empty()) return;
  // Nothing says whether the key is printed before or after the port is known.
  static_cast<void>(wait_until([&] { return !key_printed(standard_output()).empty(); }));
  key_ = key_printed(standard_output());
}

void Gateway::check_for_canaries() const {
  const auto log = standard_error();
  const auto records = read_file(options_.data / "access.jsonl");
  for (const std::string& canary : {key_, std::string(upstream_key)}) {
    if (canary.empty()) continue;
    EXPECT_EQ(log.find(canary), std::string::npos) << "a key in the log: " << canary;
    EXPECT_EQ(records.find(canary), std::string::npos) << "a key in the records: " << canary;
  }
}

long Gateway::memory_growth_kb() const {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return 0;
#else
  return process_->resident_peak_kb() - resident_kb_at_start_;
#endif
}

std::string Gateway::standard_error() const {
  return read_file(files_.path() / "stderr");
}

std::string Gateway::standard_output() const {
  return read_file(files_.path() / "stdout");
}

std::string Gateway::request_bytes(std::string_view method, std::string_view target,
                                   std::string_view body, HeaderList more) const {
  auto bytes = request(method, target, body, more);
  if (key_.empty()) return bytes;
  const auto end_of_head = bytes.find("\r\n\r\n") + 2;
  return bytes.insert(end_of_head, fmt::format("Authorization: Bearer {}\r\n", key_));
}

Answer Gateway::get(std::string_view target) const {
  RawClient client(port_);
  client.send(request_bytes("GET", target));
  return client.read_answer();
}

Answer Gateway::post(std::string_view target, std::string_view body) const {
  RawClient client(port_);
  client.send(request_bytes("POST", target, body));
  return client.read_answer();
}

std::vector<AccessRecord> Gateway::records() const {
  return read_access_records(options_.data / "access.jsonl");
}

AccessRecord Gateway::wait_for_record(const Condition& condition) const {
  std::optional<AccessRecord> found;
  const bool came = wait_until([&] {
    for (auto& record : records()) {
      if (condition(record)) found = std::move(record);
    }
    return found.has_value();
  });
  EXPECT_TRUE(came) << "no such access record; there are:\n"
                    << read_file(options_.data / "access.jsonl");
  return found.value_or(AccessRecord{});
}

AccessRecord Gateway::record(std::size_t index) const {
  const bool came = wait_until([&] { return records().size() > index; });
  EXPECT_TRUE(came) << "no access record " << index;
  return came ? records()[index] : AccessRecord{};
}

AccessRecord Gateway::only_record() {
  stop();
  const auto all = records();
  EXPECT_EQ(all.size(), 1U) << read_file(options_.data / "access.jsonl");
  return all.empty() ? AccessRecord{} : all.front();
}

void Gateway::stop() {
  if (checked_) return;
  checked_ = true;
  process_->signal(SIGTERM);
  const auto code = process_->wait_for_exit();
  EXPECT_TRUE(code.has_value()) << "the gateway does not stop";
  EXPECT_EQ(code.value_or(0), 0) << standard_error();
}

Finished run_tollway(std::vector<std::string> words,
                     std::map<std::string, std::string> environment) {
  TemporaryDirectory files;
  Command command;
  command.words = std::move(words);
  command.words.insert(command.words.begin(), tollway_binary());
  command.environment = std::move(environment);
  command.environment.try_emplace("HOME", files.path());  // nothing is left where the test runs
  command.stdout_file = files.path() / "stdout";
  command.stderr_file = files.path() / "stderr";
  ChildProcess process(command);
  const auto code = process.wait_for_exit();
  EXPECT_TRUE(code.has_value()) << "it does not end by itself";
  return {code.value_or(-1), read_file(command.stdout_file), read_file(command.stderr_file)};
}

}  // namespace tollway::test
