#include "settings/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace tollway::settings {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t output_bytes_max = 64 * 1024;

// Two ends of a stream; sockets, as writing to one that nobody reads can be told not to raise
// SIGPIPE.
struct Stream {
  Stream() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) ends = {-1, -1};
  }
  ~Stream() {
    close(0);
    close(1);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void close(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};  // ours, the program's
};

int milliseconds_until(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

class Child {
 public:
  Child() = default;
  ~Child() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int start(const std::vector<std::string>& words, std::array<Stream, 3>& streams) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int number = 0; number < 3; ++number) {
      posix_spawn_file_actions_adddup2(&actions, streams[static_cast<std::size_t>(number)].ends[1],
                                       number);
    }
    std::vector<std::string> copies = words;
    std::vector<char*> arguments;
    for (auto& word : copies) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t pid = -1;
    const int failure =
        ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == 0) pid_ = pid;
    return failure;
  }

  // Its exit code; -1 where it still runs at the deadline.
  int wait(Clock::time_point deadline) {
    const int watched = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    pollfd ready{.fd = watched, .events = POLLIN, .revents = 0};
    int count = 0;
    do {
      count = ::poll(&ready, 1, milliseconds_until(deadline));
    } while (count < 0 && errno == EINTR);
    if (watched >= 0) ::close(watched);
    int status = 0;
    if (count == 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return -1;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

// Sends the input and reads both outputs until their ends; false when time ran out.
bool talk(std::array<Stream, 3>& streams, std::string_view input, std::string& output,
          bool& complained, Clock::time_point deadline) {
  std::array<char, 4096> buffer{};
  bool in_time = true;
  if (input.empty()) streams[0].close(0);
  while (in_time && (streams[1].ends[0] >= 0 || streams[2].ends[0] >= 0)) {
    std::array<pollfd, 3> ready{{{streams[0].ends[0], POLLOUT, 0},
                                 {streams[1].ends[0], POLLIN, 0},
                                 {streams[2].ends[0], POLLIN, 0}}};
    const int count = ::poll(ready.data(), ready.size(), milliseconds_until(deadline));
    if (count < 0 && errno == EINTR) continue;
    in_time = count > 0;
    if (ready[0].revents != 0) {
      const auto sent =
          ::send(streams[0].ends[0], input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 || input.empty()) streams[0].close(0);
    }
    for (const std::size_t at : {1U, 2U}) {
      if (ready[at].revents == 0) continue;
      const auto received = ::recv(streams[at].ends[0], buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (received <= 0) {
        streams[at].close(0);
      } else if (at == 2) {
        complained = true;
      } else if (output.size() + static_cast<std::size_t>(received) <= output_bytes_max) {
        output.append(buffer.data(), static_cast<std::size_t>(received));
      }
    }
  }
  ::explicit_bzero(buffer.data(), buffer.size());
  return in_time;
}

}  // namespace

Result<ProgramOutput> run_program(const std::vector<std::string>& words, const Secret& input,
                                  std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  std::array<Stream, 3> streams;
  Child child;
  if (const int failure = child.start(words, streams); failure != 0) {
    return internal_error(fmt::format("cannot run {}: {}", words[0], std::strerror(failure)));
  }
  for (auto& stream : streams) stream.close(1);

  ProgramOutput result;
  std::string output;
  output.reserve(output_bytes_max);  // So that no outgrown copy stays behind unwiped.
  const bool ended = talk(streams, input.reveal(), output, result.complained, deadline);
  result.standard_output = Secret(std::move(output));
  result.exit_code = ended ? child.wait(deadline) : -1;
  if (result.exit_code < 0) {
    return internal_error(
        fmt::format("{} did not end within {} s and was stopped", words[0],
                    std::chrono::duration_cast<std::chrono::seconds>(patience).count()));
  }
  return result;
}

}  // namespace tollway::settings
