// A value that must not be seen: an API key, a token.
#pragma once

#include <string>
#include <string_view>

#include "tollway/export.hpp"

namespace tollway {

// Owns a secret, has no formatter and no serialiser, and wipes its memory when freed. Moves but
// does not copy by accident: clone() says so where a copy is meant. Not thread-safe by itself;
// reading an unchanging Secret from many threads is fine.
class TOLLWAY_API Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) noexcept;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  [[nodiscard]] Secret clone() const;
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  // The only way out. Name the caller's reason in its own code, pass the view on to nothing that
  // stores or prints it.
  [[nodiscard]] std::string_view reveal() const noexcept { return value_; }

  // "...abcd": at most the last four characters, and none of a secret under 16 characters.
  [[nodiscard]] std::string masked() const;

 private:
  void wipe() noexcept;
  std::string value_;
};

}  // namespace tollway
