#include "chat/line_editor.hpp"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "chat/history.hpp"
#include "terminal/utf8.hpp"

namespace tollway::chat {
namespace {

using terminal::Utf8Character;

constexpr char end_of_input = 0x04;

std::string narrow(std::wstring_view wide) {
  std::string text;
  for (const wchar_t c : wide) terminal::append_utf8(text, static_cast<char32_t>(c));
  return text;
}

std::wstring widen(std::string_view text) {
  std::wstring wide;
  while (!text.empty()) {
    const auto character = terminal::first_character(text);
    const bool valid = character.kind == Utf8Character::Kind::valid;
    wide.push_back(valid ? static_cast<wchar_t>(character.code) : L'\uFFFD');
    text.remove_prefix(character.bytes);
  }
  return wide;
}

}  // namespace

struct LineEditor::Parts {
  Parts(Interrupts& the_interrupts)
      : interrupts(the_interrupts),
        editor(::el_init("tollway", stdin, stdout, stderr)),
        history(::history_winit()) {}
  ~Parts() {
    ::el_end(editor);
    ::history_wend(history);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // What libedit calls; it finds its way back here by EL_CLIENTDATA.
  static Parts& of(EditLine* editor) {
    void* data = nullptr;
    ::el_wget(editor, EL_CLIENTDATA, &data);
    return *static_cast<Parts*>(data);
  }
  static wchar_t* prompt_of(EditLine* editor) { return of(editor).prompt.data(); }
  static int read_character(EditLine* editor, wchar_t* into) { return of(editor).next(*into); }

  // 1 with a character, 0 at the end of the input, -1 at Ctrl-C.
  int next(wchar_t& into);

  Interrupts& interrupts;
  EditLine* editor;
  HistoryW* history;
  std::wstring prompt;
  std::string unread;  // the beginning of a character
  bool interrupted = false;
};

int LineEditor::Parts::next(wchar_t& into) {
  std::array<pollfd, 2> waited{pollfd{STDIN_FILENO, POLLIN, 0},
                               pollfd{interrupts.descriptor(), POLLIN, 0}};
  for (;;) {
    if (::poll(waited.data(), waited.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return 0;
    }
    if (waited[1].revents != 0 && interrupts.take()) {
      interrupted = true;
      return -1;
    }
    if (waited[0].revents == 0) continue;
    char byte = 0;
    const auto count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    // What a Ctrl-D becomes that was typed before the prompt took the terminal over.
    unread.push_back(byte == '\0' ? end_of_input : byte);
    const auto character = terminal::first_character(unread);
    if (character.kind == Utf8Character::Kind::incomplete) continue;
    const bool valid = character.kind == Utf8Character::Kind::valid;
    into = valid ? static_cast<wchar_t>(character.code) : L'\uFFFD';
    unread.erase(0, character.bytes);
    return 1;
  }
}

LineEditor::LineEditor(Interrupts& interrupts, const std::vector<std::string>& history)
    : parts_(std::make_unique<Parts>(interrupts)) {
  HistEventW event{};
  ::history_w(parts_->history, &event, H_SETSIZE, static_cast<int>(History::entries_max));
  ::history_w(parts_->history, &event, H_SETUNIQUE, 1);
  for (const auto& entry : history) remember(entry);
  EditLine* const editor = parts_->editor;
  ::el_wset(editor, EL_CLIENTDATA, parts_.get());
  ::el_wset(editor, EL_PROMPT, &Parts::prompt_of);
  ::el_wset(editor, EL_EDITOR, L"emacs");
  ::el_wset(editor, EL_HIST, ::history_w, parts_->history);
  ::el_wset(editor, EL_GETCFN, &Parts::read_character);
  ::el_wset(editor, EL_SIGNAL, 1);  // suspending and the window's size
  ::el_wset(editor, EL_BIND, L"^R", L"em-inc-search-prev", nullptr);
}

LineEditor::~LineEditor() = default;

LineEditor::Outcome LineEditor::read(std::string_view prompt, std::string& line) {
  parts_->prompt = widen(prompt);
  parts_->interrupted = false;
  int count = 0;
  const wchar_t* const typed = ::el_wgets(parts_->editor, &count);
  const auto* const edited = ::el_wline(parts_->editor);
  if (parts_->interrupted || typed == nullptr || count <= 0) {
    line = edited == nullptr ? "" : narrow({edited->buffer, edited->lastchar});
    // Otherwise the next read() would begin with it.
    if (parts_->interrupted) ::el_wset(parts_->editor, EL_REFRESH);
    return parts_->interrupted ? Outcome::interrupted : Outcome::end;
  }
  line = narrow({typed, static_cast<std::size_t>(count)});
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  return Outcome::line;
}

void LineEditor::remember(const std::string& entry) {
  HistEventW event{};
  ::history_w(parts_->history, &event, H_ENTER, widen(entry).c_str());
}

}  // namespace tollway::chat
