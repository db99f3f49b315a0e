#include "net/read_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"

namespace tollway::net {

std::span<char> ReadBuffer::prepare(std::size_t size_min) {
  const std::size_t unread_size = end_ - begin_;
  if (bytes_.size() < end_ + size_min + slack_bytes) {
    const std::size_t needed = unread_size + size_min + slack_bytes;
    if (begin_ > 0 && bytes_.size() >= needed && unread_size <= bytes_.size() / 2) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, unread_size);
    } else {
      std::vector<char> larger(std::max({needed, limits::read_buffer_bytes,
                                         unread_size > 0 ? bytes_.size() * 2 : bytes_.size()}));
      if (unread_size > 0) std::memcpy(larger.data(), bytes_.data() + begin_, unread_size);
      bytes_ = std::move(larger);
    }
    begin_ = 0;
    end_ = unread_size;
  }
  return std::span(bytes_).subspan(end_, bytes_.size() - end_ - slack_bytes);
}

void ReadBuffer::consume(std::size_t size) noexcept {
  begin_ += size;
  if (begin_ == end_) begin_ = end_ = 0;
}

void ReadBuffer::release() noexcept {
  if (begin_ != end_) return;
  bytes_ = {};
  begin_ = end_ = 0;
}

}  // namespace tollway::net
