#include "settings/desktop_keyring.hpp"

#include <fmt/format.h>

#include "settings/program.hpp"

namespace tollway::settings {
namespace {

std::unexpected<Error> unusable(std::string_view why) {
  return internal_error(fmt::format(
      "the desktop's keyring cannot be used: {}; install secret-tool (libsecret-tools), "
      "unlock the keyring, or run without it",
      why));
}

}  // namespace

Result<std::optional<Secret>> DesktopKeyring::look_up() const {
  auto output = run_program(
      {"secret-tool", "lookup", "application", "tollway", "master-key-of", store}, {}, patience);
  if (!output) return unusable(output.error().message);
  if (output->exit_code == 0) return std::move(output->standard_output);
  // Without complaint the exit code says that there is nothing of this name.
  if (output->exit_code == 1 && !output->complained) return std::nullopt;
  return unusable(fmt::format("secret-tool ended with code {}", output->exit_code));
}

Result<> DesktopKeyring::keep(const Secret& text) const {
  auto output = run_program({"secret-tool", "store", "--label=Tollway master key", "application",
                             "tollway", "master-key-of", store},
                            text, patience);
  if (!output) return unusable(output.error().message);
  if (output->exit_code != 0) {
    return unusable(fmt::format("secret-tool ended with code {}", output->exit_code));
  }
  auto kept = look_up();
  if (!kept) return std::unexpected(std::move(kept.error()));
  if (!*kept || (*kept)->reveal() != text.reveal()) return unusable("it did not keep the key");
  return {};
}

}  // namespace tollway::settings
