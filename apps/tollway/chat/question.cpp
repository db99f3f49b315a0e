#include "chat/question.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace tollway::chat {
namespace {

constexpr std::size_t question_bytes_max = 16 * 1024 * 1024;

Result<std::string> standard_input() {
  std::string all;
  std::array<char, 64 * 1024> buffer{};
  for (;;) {
    const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return internal_error(fmt::format("cannot read standard input: {}", std::strerror(errno)));
    }
    if (count == 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(count));
    if (all.size() > question_bytes_max) {
      return client_error(Errc::bad_request, "standard input holds more than 16 MiB");
    }
  }
  while (all.ends_with('\n') || all.ends_with('\r')) all.pop_back();
  return all;
}

}  // namespace

Result<std::optional<std::string>> question_from(const std::vector<std::string>& words) {
  const bool at_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  if (words.empty() && at_terminal) return std::optional<std::string>();
  std::string question;
  const std::vector<std::string> dash{"-"};
  for (const auto& word : words.empty() ? dash : words) {
    if (!question.empty()) question += ' ';
    if (word != "-") {
      question += word;
      continue;
    }
    auto input = standard_input();
    if (!input) return std::unexpected(input.error());
    question += *input;
  }
  if (question.find_first_not_of(" \t\r\n") != std::string::npos) return question;
  return client_error(Errc::bad_request,
                      "expected a question as arguments or on standard input, came nothing");
}

}  // namespace tollway::chat
