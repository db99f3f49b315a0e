#include "support/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <system_error>

#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> made;
  made.reserve(words.size() + 1);
  for (auto& word : words) made.push_back(word.data());
  made.push_back(nullptr);
  return made;
}

std::vector<std::string> environment_lines(const Command& command) {
  std::vector<std::string> lines;
  lines.reserve(command.environment.size());
  for (const auto& [name, value] : command.environment) {
    lines.push_back(name);
    lines.back().append("=").append(value);
  }
  for (const char* name : {"PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && !command.environment.contains(name)) {
      lines.push_back(std::string(name) + "=" + value);
    }
  }
  return lines;
}

// What runs between fork and exec may use async-signal-safe functions only: the test has threads.
[[noreturn]] void become(const Command& command, const char* program, char* const* words,
                         char* const* environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGPIPE, SIG_DFL);
  const auto redirect = [](const char* path, int descriptor) {
    ::dup2(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), descriptor);
  };
  const char* nowhere = "/dev/null";
  redirect(command.stdout_file.empty() ? nowhere : command.stdout_file.c_str(), STDOUT_FILENO);
  redirect(command.stderr_file.empty() ? nowhere : command.stderr_file.c_str(), STDERR_FILENO);
  ::dup2(::open(nowhere, O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  if (command.open_files_max) {
    const rlimit limit{*command.open_files_max, *command.open_files_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::execve(program, words, environment);
  ::_exit(127);
}

// The number after `name` in /proc/<pid>/status.
long status_number(pid_t pid, std::string_view name) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/status");
  const auto line = text.find(name);
  if (line == std::string::npos) return 0;
  const auto digit = text.find_first_of("0123456789", line);
  long value = 0;
  std::from_chars(text.data() + digit, text.data() + text.size(), value);
  return value;
}

pid_t start(const Command& command) {
  auto words = command.words;
  const auto program = find_program(words.front());
  auto lines = environment_lines(command);
  const auto word_pointers = pointers(words);
  const auto line_pointers = pointers(lines);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "cannot fork");
  if (pid == 0) become(command, program.c_str(), word_pointers.data(), line_pointers.data());
  return pid;
}

}  // namespace

ChildProcess::ChildProcess(const Command& command) : pid_(start(command)) {}

ChildProcess::~ChildProcess() {
  if (exit_code_) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::signal(int number) const noexcept {
  if (!exit_code_) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait_for_exit(Millis timeout) {
  if (exit_code_) return exit_code_;
  int status = 0;
  if (!wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, timeout)) return {};
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

long ChildProcess::resident_kb() const {
  return status_number(pid_, "VmRSS:");
}

long ChildProcess::resident_peak_kb() const {
  return status_number(pid_, "VmHWM:");
}

Millis ChildProcess::cpu_time() const {
  const auto text = read_file("/proc/" + std::to_string(pid_) + "/stat");
  // The name may hold spaces; after its closing bracket comes the state, field 3. User and system
  // time are fields 14 and 15, in ticks.
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return Millis((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  // Servers live in the administrator's directories, which are not in every user's PATH.
  std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    folder.append("/").append(name);
    if (::access(folder.c_str(), X_OK) == 0) return folder;
  }
  return {};
}

}  // namespace tollway::test
