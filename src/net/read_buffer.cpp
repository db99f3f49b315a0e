#include "net/read_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"

namespace tollway::net {

std::span<char> ReadBuffer::prepare(std::size_t size_min) {
  const std::size_t unread_size = end_ - begin_;
  if (capacity_ - end_ < size_min) {
    if (begin_ > 0 && capacity_ - unread_size >= std::max(size_min, capacity_ / 2)) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, unread_size);
    } else {
      const std::size_t capacity =
          std::max({unread_size + size_min, unread_size * 2, limits::read_buffer_bytes});
      auto larger = std::make_unique_for_overwrite<char[]>(capacity + slack_bytes);
      // The slack is read by vectorised parsers, so it must have been written once.
      std::memset(larger.get() + capacity, 0, slack_bytes);
      if (unread_size > 0) std::memcpy(larger.get(), bytes_.get() + begin_, unread_size);
      bytes_ = std::move(larger);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = unread_size;
  }
  return {bytes_.get() + end_, capacity_ - end_};
}

void ReadBuffer::consume(std::size_t size) noexcept {
  begin_ += size;
  if (begin_ == end_) begin_ = end_ = 0;
}

void ReadBuffer::release() noexcept {
  if (begin_ != end_) return;
  bytes_.reset();
  capacity_ = begin_ = end_ = 0;
}

}  // namespace tollway::net
