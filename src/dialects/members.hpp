// Members of an object, most of which are looked for in vain.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>

namespace tollway::dialects {

// simdjson looks through an object for each name. What no member's name is as long as is not looked
// for. Lasts as long as the object does.
class Members {
 public:
  explicit Members(simdjson::dom::object object) noexcept : object_(object) {
    for (auto member = object.begin(); member != object.end(); ++member) {
      sizes_ |= bit_of(member.key_length());
    }
  }

  [[nodiscard]] simdjson::simdjson_result<simdjson::dom::element> operator[](
      std::string_view name) const noexcept {
    if ((sizes_ & bit_of(name.size())) == 0) return simdjson::NO_SUCH_FIELD;
    return object_.at_key(name);
  }

 private:
  static constexpr std::uint64_t bit_of(std::size_t size) noexcept {
    return std::uint64_t{1} << (size % 64);
  }

  simdjson::dom::object object_;
  std::uint64_t sizes_ = 0;  // of the names, as a set of their remainders
};

}  // namespace tollway::dialects
