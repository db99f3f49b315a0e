#include "support/replay_process.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <stdexcept>

#include "support/gateway_process.hpp"

namespace tollway::test {

ReplayProcess::ReplayProcess(const std::filesystem::path& recordings,
                             const std::vector<std::string>& flags) {
  const auto port_file = files_.path() / "port";
  Command command;
  command.words = {tollway_binary(), "replay",      "--recordings", recordings.string(),
                   "--listen",       "127.0.0.1:0", "--port-file",  port_file.string()};
  command.words.insert(command.words.end(), flags.begin(), flags.end());
  command.stdout_file = files_.path() / "stdout";
  command.stderr_file = files_.path() / "stderr";
  process_ = std::make_unique<ChildProcess>(command);
  const bool listens =
      wait_until([&] { return std::filesystem::exists(port_file) || !process_->running(); });
  const auto text = read_file(port_file);
  std::from_chars(text.data(), text.data() + text.size(), port_);
  if (!listens || port_ == 0) {
    throw std::runtime_error("tollway replay does not start: " +
                             read_file(files_.path() / "stderr"));
  }
}

std::string ReplayProcess::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::string ReplayProcess::standard_output() const {
  return read_file(files_.path() / "stdout");
}

Answer ReplayProcess::ask(std::string_view method, std::string_view target,
                          std::string_view body) const {
  RawClient client(port_);
  client.send(request(method, target, body));
  return client.read_answer(patience,
                            method == "HEAD" ? RawClient::To::head : RawClient::To::other);
}

}  // namespace tollway::test
