// Where a command's words go: answers to standard output, all about them to standard error.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "exit_codes.hpp"
#include "tollway/error.hpp"

namespace tollway::terminal {

enum class Color { automatic, always, never };
enum class Style { plain, bold, dim, good, warning, bad };

// One of the standard streams.
struct Stream {
  int descriptor = 1;
  bool is_terminal = false;
  bool colors = false;

  // Of the terminal, now; 0 where there is none: lines may be as long as they like.
  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string styled(Style style, std::string_view text) const;
};

struct ConsoleOptions {
  bool json = false;
  Color color = Color::automatic;  // automatic: on terminals, unless NO_COLOR or TERM=dumb
};

// Belongs to one thread. A standard output that nobody reads any more is no error: what is printed
// after that goes nowhere, and closed() tells those who can stop early.
class Console {
 public:
  explicit Console(ConsoleOptions options);

  // With --json a command prints one document on standard output, errors included, and no text.
  [[nodiscard]] bool json() const noexcept { return options_.json; }
  [[nodiscard]] const Stream& out() const noexcept { return out_; }
  [[nodiscard]] const Stream& err() const noexcept { return err_; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  // Standard output takes no more though it is still there: its disk is full, say.
  [[nodiscard]] bool refused() const noexcept { return refused_; }

  // Safe text, see safe_text.hpp.
  void print(std::string_view text);
  // As one line of JSON in which terminals find nothing to act on, either.
  void print_json(const boost::json::value& document);
  // A line on standard error.
  void note(std::string_view line, Style style = Style::plain);

  // Reports an error as {"error":{"code","message","suggestions"}} or as a line, and returns the
  // exit code it ends the command with. `suggestions`: what might have been meant.
  int fail(const Error& error, const std::vector<std::string>& suggestions = {},
           int exit_code = exit_failed);

 private:
  ConsoleOptions options_;
  Stream out_;
  Stream err_;
  bool closed_ = false;  // also where it was refused
  bool refused_ = false;
};

// What print_json() prints.
[[nodiscard]] std::string json_line(const boost::json::value& document);

// ". Did you mean a, b or c?", to be appended; empty for none.
[[nodiscard]] std::string did_you_mean(const std::vector<std::string>& suggestions);

}  // namespace tollway::terminal
