#include "http/head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tollway::http {
namespace {

TEST(Head, names_are_equal_whatever_their_case) {
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_TRUE(equals_ignoring_case("Host", "hOST"));
  EXPECT_TRUE(equals_ignoring_case("Content-Length", "content-length"));
  EXPECT_TRUE(equals_ignoring_case("TRANSFER-ENCODING", "transfer-encoding"));
  EXPECT_FALSE(equals_ignoring_case("Host", "Hosts"));
  EXPECT_FALSE(equals_ignoring_case("xontent-length", "content-length"));
}

// Every pair of bytes, in a short and a long name: only a letter's case may differ.
TEST(Head, only_letters_have_a_case) {
  const auto lower = [](int byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; };
  for (int left = 0; left < 256; ++left) {
    for (int right = 0; right < 256; ++right) {
      const bool equal = lower(left) == lower(right);
      for (const std::size_t size : {1, 7, 8, 9, 16, 21}) {
        for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
          std::string one(size, 'x');
          std::string other(size, 'X');
          one[at] = static_cast<char>(left);
          other[at] = static_cast<char>(right);
          ASSERT_EQ(equals_ignoring_case(one, other), equal) << left << " " << right << " " << size;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tollway::http
