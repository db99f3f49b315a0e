#include "terminal/secret_input.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/error.hpp"

namespace tollway::terminal {
namespace {

constexpr std::size_t secret_bytes_max = 64 * 1024;
constexpr char interrupt = 0x03;
constexpr char end_of_input = 0x04;
constexpr char backspace = 0x08;
constexpr char erase_line = 0x15;
constexpr char delete_back = 0x7F;

void put(std::string_view text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

// Byte by byte and unseen. Signals are off as well, since one that ended the process here would
// leave the user's terminal without an echo.
class UnseenTyping {
 public:
  UnseenTyping() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios unseen = before_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    unseen.c_cc[VMIN] = 1;
    unseen.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) == 0;
  }
  ~UnseenTyping() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  UnseenTyping(const UnseenTyping&) = delete;
  UnseenTyping& operator=(const UnseenTyping&) = delete;

  [[nodiscard]] bool works() const noexcept { return changed_; }

 private:
  termios before_{};
  bool changed_ = false;
};

// False at the end of the input.
bool read_byte(char& byte) {
  for (;;) {
    const auto count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    return count == 1;
  }
}

Result<std::string> typed(std::string_view prompt) {
  const UnseenTyping unseen;
  if (!unseen.works()) return internal_error("this terminal cannot hide what is typed");
  put(prompt);
  std::string line;
  line.reserve(secret_bytes_max);  // so that growing leaves no copies behind
  bool cancelled = false;
  for (char byte = 0; read_byte(byte) && byte != '\n' && byte != '\r';) {
    cancelled = byte == interrupt;
    if (cancelled || byte == end_of_input) break;
    if (byte == erase_line) {
      line.clear();
    } else if (byte == backspace || byte == delete_back) {
      if (!line.empty()) line.pop_back();
    } else if (line.size() < secret_bytes_max) {
      line.push_back(byte);
    }
  }
  put("\n");
  if (cancelled) return client_error(Errc::cancelled, "nothing was changed");
  return line;
}

Result<std::string> piped() {
  std::string all;
  all.reserve(secret_bytes_max);
  for (char byte = 0; read_byte(byte);) {
    if (all.size() == secret_bytes_max) {
      return client_error(Errc::bad_request,
                          "standard input holds more than 64 KiB, no secret does");
    }
    all.push_back(byte);
  }
  return all;
}

}  // namespace

Result<Secret> read_secret(std::string_view prompt) {
  auto text = ::isatty(STDIN_FILENO) == 1 ? typed(prompt) : piped();
  if (!text) return std::unexpected(text.error());
  constexpr const char* white_space = " \t\r\n";
  text->erase(text->find_last_not_of(white_space) + 1);
  text->erase(0, text->find_first_not_of(white_space));
  if (text->empty()) {
    return client_error(Errc::bad_request,
                        "expected a secret on standard input or at the prompt, came nothing");
  }
  return Secret(std::move(*text));
}

}  // namespace tollway::terminal
