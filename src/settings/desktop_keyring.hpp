// A text in the desktop's keyring, by way of libsecret's program secret-tool.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "tollway/secret.hpp"

namespace tollway::settings {

// `store` tells the master keys of several data directories apart. Waits at most `patience`: a
// locked keyring asks the person at the desktop to unlock it.
struct DesktopKeyring {
  std::string store;
  std::chrono::milliseconds patience;

  // Nullopt where the keyring has none. An error where there is no keyring or no secret-tool.
  [[nodiscard]] Result<std::optional<Secret>> look_up() const;
  // Replaces what is there.
  [[nodiscard]] Result<> keep(const Secret& text) const;
};

}  // namespace tollway::settings
