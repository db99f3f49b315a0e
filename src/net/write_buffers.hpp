// Bytes on their way out.
#pragma once

#include <array>
#include <cassert>
#include <initializer_list>
#include <span>
#include <string_view>

#include "net/types.hpp"

namespace tollway::net {

// A few pieces of memory, written one after the other in one system call; their owner keeps them
// until all has gone out. What has gone out is taken off the front.
class WriteBuffers {
 public:
  static constexpr std::size_t count_max = 4;

  WriteBuffers() = default;
  WriteBuffers(std::initializer_list<std::string_view> pieces) {
    assert(pieces.size() <= count_max);
    for (const std::string_view piece : pieces) {
      if (!piece.empty()) buffers_[end_++] = {piece.data(), piece.size()};
    }
  }

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::span<const asio::const_buffer> left() const noexcept {
    return std::span(buffers_).subspan(begin_, end_ - begin_);
  }
  void consume(std::size_t size) noexcept {
    while (begin_ < end_ && size >= buffers_[begin_].size()) size -= buffers_[begin_++].size();
    if (begin_ < end_) buffers_[begin_] += size;
  }

 private:
  std::array<asio::const_buffer, count_max> buffers_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace tollway::net
