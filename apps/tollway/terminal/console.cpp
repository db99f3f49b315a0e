#include "terminal/console.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdlib>
#include <iterator>

#include "terminal/json_value.hpp"
#include "terminal/safe_text.hpp"
#include "terminal/utf8.hpp"

namespace tollway::terminal {
namespace {

namespace json = boost::json;

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool wants_colors(Color color, bool is_terminal) {
  if (color != Color::automatic) return color == Color::always;
  const char* const term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return is_terminal && !dumb && !is_set("NO_COLOR");
}

Stream stream_of(int descriptor, Color color) {
  const bool is_terminal = ::isatty(descriptor) == 1;
  return {descriptor, is_terminal, wants_colors(color, is_terminal)};
}

// False when nobody reads any more, or the disk is full; errno says which.
bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) {
      // Whoever shares the stream has set it not to block; its reader may be slow all the same.
      pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
      if (::poll(&waiting, 1, -1) >= 0 || errno == EINTR) continue;
    }
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

const char* sequence_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
  }
  return "";
}

// The serialiser escapes what JSON demands, which leaves DEL, the C1 controls and the like.
std::string without_unsafe_characters(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const auto character = first_character(text);
    if (character.kind != Utf8Character::Kind::valid) {
      made += "\\ufffd";
    } else if (!is_unsafe(character.code)) {
      made += text.substr(0, character.bytes);
    } else if (const auto code = static_cast<unsigned>(character.code); code < 0x10000) {
      fmt::format_to(std::back_inserter(made), "\\u{:04x}", code);
    } else {
      const unsigned rest = code - 0x10000;
      fmt::format_to(std::back_inserter(made), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10),
                     0xDC00 + (rest & 0x3FF));
    }
    text.remove_prefix(character.bytes);
  }
  return made;
}

}  // namespace

int Stream::columns() const {
  winsize size{};
  if (!is_terminal || ::ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::string Stream::styled(Style style, std::string_view text) const {
  if (!colors || style == Style::plain || text.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", sequence_of(style), text);
}

Console::Console(ConsoleOptions options)
    : options_(options),
      out_(stream_of(STDOUT_FILENO, options.color)),
      err_(stream_of(STDERR_FILENO, options.color)) {}

void Console::print(std::string_view text) {
  if (closed_ || write_all(out_.descriptor, text)) return;
  closed_ = true;
  refused_ = errno != EPIPE && errno != EBADF;
}

void Console::print_json(const json::value& document) {
  print(json_line(document));
}

void Console::note(std::string_view line, Style style) {
  // Standard error is for people: when they are gone, there is nobody to tell.
  static_cast<void>(write_all(err_.descriptor, err_.styled(style, safe_text(line)) + "\n"));
}

int Console::fail(const Error& error, const std::vector<std::string>& suggestions, int exit_code) {
  if (options_.json) {
    json::object described{{"code", json_text(exit_code == exit_usage ? std::string_view("usage")
                                                                      : name_of(error.code))},
                           {"message", error.message}};
    described["suggestions"] = json_texts(suggestions);
    print_json(json::object{{"error", std::move(described)}});
  } else {
    std::string message = safe_line(error.message);
    if (!suggestions.empty() && message.ends_with('.')) message.pop_back();
    note(fmt::format("tollway: {}{}", message, did_you_mean(suggestions)), Style::bad);
  }
  return exit_code;
}

std::string json_line(const json::value& document) {
  return without_unsafe_characters(json::serialize(document)) + "\n";
}

std::string did_you_mean(const std::vector<std::string>& suggestions) {
  if (suggestions.empty()) return {};
  std::string made = ". Did you mean ";
  for (std::size_t i = 0; i < suggestions.size(); ++i) {
    if (i > 0) made += i + 1 == suggestions.size() ? " or " : ", ";
    made += safe_line(suggestions[i]);
  }
  return made + "?";
}

}  // namespace tollway::terminal
