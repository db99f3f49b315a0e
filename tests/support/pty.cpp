#include "support/pty.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "support/child_process.hpp"

namespace tollway::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> made;
  for (auto& word : words) made.push_back(word.data());
  made.push_back(nullptr);
  return made;
}

std::vector<std::string> environment_lines(const PtyOptions& options) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : options.environment) lines.push_back(name + "=" + value);
  for (const char* name : {"PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && !options.environment.contains(name)) {
      lines.push_back(std::string(name) + "=" + value);
    }
  }
  return lines;
}

// How far a control sequence reaches that begins at `at`, behind its ESC.
std::size_t end_of_sequence(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '[') return at + 1;
  std::size_t end = at + 1;
  while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
  return end + 1;
}

}  // namespace

Pty::Pty(const PtyOptions& options) {
  auto words = options.words;
  const auto program = find_program(words.front());
  auto lines = environment_lines(options);
  const auto word_pointers = pointers(words);
  const auto line_pointers = pointers(lines);
  winsize size{};
  size.ws_col = options.columns;
  size.ws_row = options.rows;
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open a terminal");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execve(program.c_str(), word_pointers.data(), line_pointers.data());
    ::_exit(127);
  }
  ::fcntl(terminal_, F_SETFD, FD_CLOEXEC);
}

Pty::~Pty() {
  if (!exit_code_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(terminal_);
}

void Pty::type(std::string_view keys) {
  [[maybe_unused]] const auto written = ::write(terminal_, keys.data(), keys.size());
}

bool Pty::read_some(Clock::time_point deadline) {
  pollfd waited{terminal_, POLLIN, 0};
  const int ready = ::poll(&waited, 1, static_cast<int>(time_left(deadline).count()));
  if (ready <= 0) return ready < 0 && errno == EINTR;
  std::array<char, 4096> buffer{};
  // The last of the other side's descriptors being closed reads as an error here.
  const auto count = ::read(terminal_, buffer.data(), buffer.size());
  if (count <= 0) return false;
  output_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool Pty::wait_for(std::string_view text, Millis timeout) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    const auto found = output_.find(text, seen_);
    if (found != std::string::npos) {
      seen_ = found + text.size();
      return true;
    }
    if (!read_some(deadline)) return false;
  }
}

std::optional<int> Pty::wait_for_exit(Millis timeout) {
  const auto deadline = Clock::now() + timeout;
  while (read_some(deadline)) continue;
  const bool ended = wait_until(
      [this] {
        if (exit_code_) return true;
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
        exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        return true;
      },
      time_left(deadline));
  return ended ? exit_code_ : std::nullopt;
}

std::vector<std::string> Pty::lines() const {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < output_.size(); ++i) {
    const char c = output_[i];
    if (c == '\x1b') {
      i = end_of_sequence(output_, i + 1) - 1;
    } else if (c == '\n') {
      lines.emplace_back();
    } else if (c != '\r') {
      lines.back() += c;
    } else if (i + 1 < output_.size() && output_[i + 1] != '\n') {
      lines.back().clear();
    }
  }
  return lines;
}

}  // namespace tollway::test
