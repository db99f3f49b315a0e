#include "http/inflater.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.hpp"

namespace tollway::http {

namespace {

constexpr int window_bits_max = 15;
constexpr int detect_gzip_or_zlib = 32;
constexpr std::size_t step_bytes = limits::read_buffer_bytes;

}  // namespace

void Inflater::End::operator()(z_stream* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

Inflater::Inflater() : stream_(new z_stream{}) {
  // A stream that could not be set up refuses its first bytes: Z_STREAM_ERROR.
  inflateInit2(stream_.get(), window_bits_max + detect_gzip_or_zlib);
}

Result<> Inflater::feed(std::string_view bytes, std::string& out) {
  while (true) {
    if (complete_ && !bytes.empty())
      return upstream_error(Errc::upstream_invalid,
                            "the upstream sent bytes behind its compressed content");
    const std::size_t offered = std::min(bytes.size(), step_bytes);
    // zlib does not write to its input, but its interface predates const.
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_->avail_in = static_cast<uInt>(offered);

    int code = Z_OK;
    const std::size_t size = out.size();
    // The size handed to the operation is ignored: libstdc++ 12 passes the capacity.
    out.resize_and_overwrite(size + step_bytes, [&](char* data, std::size_t) {
      stream_->next_out = reinterpret_cast<Bytef*>(data + size);
      stream_->avail_out = static_cast<uInt>(step_bytes);
      code = inflate(stream_.get(), Z_NO_FLUSH);
      return size + step_bytes - stream_->avail_out;
    });
    const bool output_was_full = stream_->avail_out == 0;
    bytes.remove_prefix(offered - stream_->avail_in);
    bytes_in_ += offered - stream_->avail_in;
    bytes_out_ += out.size() - size;

    complete_ = code == Z_STREAM_END;
    // Z_BUF_ERROR is how zlib asks for more input or room.
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      return upstream_error(
          Errc::upstream_invalid,
          fmt::format("the upstream's compressed content is malformed at byte {}", bytes_in_));
    if (bytes_out_ > limits::inflate_free_bytes &&
        bytes_out_ / limits::inflate_ratio_max >= bytes_in_)
      return upstream_error(Errc::upstream_too_large,
                            fmt::format("the upstream's content grew more than {} times when "
                                        "decompressed, which is refused",
                                        limits::inflate_ratio_max));
    if (bytes.empty() && (complete_ || !output_was_full)) return {};
  }
}

}  // namespace tollway::http
