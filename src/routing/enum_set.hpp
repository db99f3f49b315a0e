// A set of an enumeration's values, at most 32 of them.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace tollway::routing {

template <class Enum>
class EnumSet {
 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<Enum> values) noexcept {
    for (const Enum value : values) add(value);
  }
  constexpr void add(Enum value) noexcept { bits_ |= bit(value); }
  [[nodiscard]] constexpr bool has(Enum value) const noexcept { return (bits_ & bit(value)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr bool includes(EnumSet others) const noexcept {
    return (others.bits_ & ~bits_) == 0;
  }
  [[nodiscard]] constexpr EnumSet with(EnumSet others) const noexcept {
    return EnumSet(bits_ | others.bits_);
  }
  [[nodiscard]] constexpr EnumSet common(EnumSet others) const noexcept {
    return EnumSet(bits_ & others.bits_);
  }
  bool operator==(const EnumSet&) const = default;

 private:
  constexpr explicit EnumSet(std::uint32_t bits) noexcept : bits_(bits) {}
  static constexpr std::uint32_t bit(Enum value) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(value);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace tollway::routing
