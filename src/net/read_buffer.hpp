// The bytes of a connection that have been read and not yet used.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace tollway::net {

// One contiguous piece of memory with a window of unread bytes, and slack behind them that JSON
// parsers may read (never use). Memory is taken at the first prepare() and can be given back.
class ReadBuffer {
 public:
  static constexpr std::size_t slack_bytes = 64;  // simdjson's padding

  [[nodiscard]] std::string_view unread() const noexcept {
    return {bytes_.get() + begin_, end_ - begin_};
  }
  [[nodiscard]] std::span<char> unread_bytes() noexcept {
    return {bytes_.get() + begin_, end_ - begin_};
  }
  // Room for at least `size_min` more bytes behind the unread ones, usually more. Invalidates
  // views.
  [[nodiscard]] std::span<char> prepare(std::size_t size_min);
  void commit(std::size_t size) noexcept { end_ += size; }
  // Drops bytes from the front. Views into what remains stay valid.
  void consume(std::size_t size) noexcept;
  // Drops bytes from the back.
  void drop_last(std::size_t size) noexcept { end_ -= size; }
  // Gives the memory back, if nothing is unread.
  void release() noexcept;

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;  // without the slack
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace tollway::net
