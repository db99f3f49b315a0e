#include "http/inflater.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/limits.hpp"

namespace tollway::http {
namespace {

constexpr int gzip = 15 + 16;
constexpr int zlib = 15;

std::string deflate_all(std::string_view text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string random_text(std::size_t size) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) text += static_cast<char>('a' + random() % 20);
  return text;
}

TEST(Inflater, U22_decodes_gzip_and_zlib_cut_anywhere) {
  const std::string text = R"({"choices":[{"message":{"content":"Grüße"}}]})";
  for (const int format : {gzip, zlib}) {
    const std::string packed = deflate_all(text, format);
    for (std::size_t cut = 0; cut <= packed.size(); ++cut) {
      Inflater inflater;
      std::string out = "before ";
      ASSERT_TRUE(inflater.feed(std::string_view(packed).substr(0, cut), out));
      EXPECT_EQ(inflater.complete(), cut == packed.size());
      ASSERT_TRUE(inflater.feed(std::string_view(packed).substr(cut), out));
      EXPECT_TRUE(inflater.complete());
      EXPECT_EQ(out, "before " + text);
    }
  }
}

TEST(Inflater, decodes_more_than_a_step_at_once) {
  const std::string text = random_text(300'000);
  Inflater inflater;
  std::string out;
  ASSERT_TRUE(inflater.feed(deflate_all(text, gzip), out));
  EXPECT_TRUE(inflater.complete());
  EXPECT_EQ(out, text);
}

TEST(Inflater, what_can_be_decoded_is_handed_out_at_once) {
  const std::string text(100'000, 'x');
  const std::string packed = deflate_all(text, gzip);
  Inflater inflater;
  std::string out;
  // All but the check sum and length at the end.
  ASSERT_TRUE(inflater.feed(std::string_view(packed).substr(0, packed.size() - 8), out));
  EXPECT_EQ(out.size(), text.size());
  EXPECT_FALSE(inflater.complete());
}

TEST(Inflater, U22_a_bomb_is_refused_before_it_unfolds) {
  const std::string bomb = deflate_all(std::string(64 * 1024 * 1024, '\0'), gzip);
  ASSERT_LT(bomb.size(), 100'000);
  for (const std::size_t piece : {bomb.size(), std::size_t{1000}, std::size_t{1}}) {
    Inflater inflater;
    std::string out;
    Result<> fed;
    for (std::size_t at = 0; at < bomb.size() && fed; at += piece) {
      fed = inflater.feed(std::string_view(bomb).substr(at, piece), out);
    }
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().code, Errc::upstream_too_large);
    EXPECT_LT(out.size(), limits::inflate_free_bytes + 2 * limits::read_buffer_bytes);
  }
}

TEST(Inflater, any_ratio_is_fine_for_little) {
  const std::string text(limits::inflate_free_bytes, ' ');
  Inflater inflater;
  std::string out;
  ASSERT_TRUE(inflater.feed(deflate_all(text, gzip), out));
  EXPECT_EQ(out, text);
}

TEST(Inflater, what_is_not_compressed_is_refused) {
  for (const char* bytes : {"{\"id\": 1}", "<html>", "\x1f\x8b\x09 no such method"}) {
    Inflater inflater;
    std::string out;
    const auto fed = inflater.feed(bytes, out);
    ASSERT_FALSE(fed) << bytes;
    EXPECT_EQ(fed.error().code, Errc::upstream_invalid);
  }
}

TEST(Inflater, a_changed_byte_never_passes) {
  const std::string packed = deflate_all(random_text(200), gzip);
  constexpr std::size_t header = 10;
  for (std::size_t at = header; at < packed.size(); ++at) {
    std::string changed = packed;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    Inflater inflater;
    std::string out;
    const auto fed = inflater.feed(changed, out);
    EXPECT_FALSE(fed && inflater.complete()) << at;
  }
}

TEST(Inflater, U25_bytes_behind_the_end_are_refused) {
  const std::string packed = deflate_all("{}", gzip);
  std::string out;
  Inflater at_once;
  EXPECT_FALSE(at_once.feed(packed + "x", out));
  Inflater later;
  ASSERT_TRUE(later.feed(packed, out));
  ASSERT_TRUE(later.feed("", out));
  EXPECT_EQ(later.feed("x", out).error().code, Errc::upstream_invalid);
}

}  // namespace
}  // namespace tollway::http
