// Members of an object, most of which are looked for in vain.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>

namespace tollway::dialects {

// simdjson looks through an object for each name. A name whose size and ends no member's name can
// have is not looked for. Lasts as long as the object does.
class Members {
 public:
  explicit Members(simdjson::dom::object object) noexcept : object_(object) {
    for (auto member = object.begin(); member != object.end(); ++member) {
      names_ |= bit_of({member.key_c_str(), member.key_length()});
    }
  }

  // Inlined, the bit of a name that is known to the compiler is a constant.
  [[nodiscard, gnu::always_inline]] simdjson::simdjson_result<simdjson::dom::element> operator[](
      std::string_view name) const noexcept {
    if ((names_ & bit_of(name)) == 0) return simdjson::NO_SUCH_FIELD;
    return object_.at_key(name);
  }

 private:
  static constexpr std::uint64_t bit_of(std::string_view name) noexcept {
    if (name.empty()) return 1;
    // Odd factors, so that names which differ in one of the three differ in their bit.
    const auto mixed = name.size() + 7U * static_cast<unsigned char>(name.front()) +
                       13U * static_cast<unsigned char>(name.back());
    return std::uint64_t{1} << (mixed % 64);
  }

  simdjson::dom::object object_;
  std::uint64_t names_ = 0;  // the bits of all
};

}  // namespace tollway::dialects
