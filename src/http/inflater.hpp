// gzip and deflate answers, decoded with a cap.
#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tollway::http {

// Decodes one gzip (RFC 1952) or zlib (RFC 1950) stream piece by piece. Refuses output that exceeds
// limits::inflate_ratio_max times its input once it is over limits::inflate_free_bytes (tests.md
// U22), and bytes after the stream's end. Not thread-safe.
class Inflater {
 public:
  Inflater();
  // Appends what `bytes` decode to: at most the ratio times all input so far, beyond the free
  // bytes. An error (upstream_invalid, upstream_too_large) is final.
  [[nodiscard]] Result<> feed(std::string_view bytes, std::string& out);
  // True once the stream's own end was seen: a body that ends before is truncated.
  [[nodiscard]] bool complete() const noexcept { return complete_; }

 private:
  struct End {
    void operator()(z_stream* stream) const noexcept;
  };
  std::unique_ptr<z_stream, End> stream_;
  std::size_t bytes_in_ = 0;
  std::size_t bytes_out_ = 0;
  bool complete_ = false;
};

}  // namespace tollway::http
