#include "tollway/secret.hpp"

#include <openssl/crypto.h>

#include <utility>

namespace tollway {

Secret::Secret(std::string value) noexcept : value_(std::move(value)) {}

// A short std::string lives inside the object, so a moved-from one still holds the characters:
// swap, then wipe what the other side kept.
Secret::Secret(Secret&& other) noexcept {
  value_.swap(other.value_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_.swap(other.value_);
  }
  return *this;
}

Secret::~Secret() {
  wipe();
}

Secret Secret::clone() const {
  return Secret(std::string(value_));
}

std::string Secret::masked() const {
  if (value_.size() < 16) return "...";
  return "..." + value_.substr(value_.size() - 4);
}

void Secret::wipe() noexcept {
  OPENSSL_cleanse(value_.data(), value_.capacity());
  value_.clear();
}

}  // namespace tollway
