#include "settings/master_key_source.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <utility>

#include "settings/desktop_keyring.hpp"
#include "settings/private_file.hpp"

namespace tollway::settings {
namespace {

constexpr const char* variable = "TOLLWAY_MASTER_KEY";

// One key a line. Room is made at once: no outgrown copy stays behind unwiped.
Secret text_of(const std::vector<const MasterKey*>& keys) {
  std::string text;
  text.reserve(keys.size() * 65);
  for (const MasterKey* key : keys) {
    text += key->to_hex().reveal();
    text += '\n';
  }
  return Secret(std::move(text));
}

Secret file_text_of(const std::vector<const MasterKey*>& keys) {
  constexpr std::string_view comment =
      "# Tollway's master key: without it the secrets in tollway.db are lost, and with it they can "
      "be read.\n# Keep a copy, but not beside a copy of tollway.db.\n";
  const Secret lines = text_of(keys);
  std::string text;
  text.reserve(comment.size() + lines.reveal().size());
  text += comment;
  text += lines.reveal();
  return Secret(std::move(text));
}

DesktopKeyring keyring_of(const MasterKeySource::Options& options) {
  std::error_code failure;
  auto store = std::filesystem::weakly_canonical(options.data_directory, failure).string();
  return {.store = failure ? options.data_directory : std::move(store),
          .patience = options.keyring_patience};
}

}  // namespace

Result<MasterKeySource> MasterKeySource::create(Options options) {
  MasterKeySource source(std::move(options));
  const auto& environment = source.options_.environment;
  if (const Secret given(environment(variable).value_or("")); !given.empty()) {
    source.origin_ = Origin::environment;
  } else if (std::filesystem::exists(source.credential_file())) {
    source.origin_ = Origin::credential;
  } else if (source.options_.use_desktop_keyring) {
    source.origin_ = Origin::keyring;
    return source;
  }
  if (auto keys = source.load(); !keys) return std::unexpected(std::move(keys.error()));
  return source;
}

std::string MasterKeySource::credential_file() const {
  const auto folder = options_.environment("CREDENTIALS_DIRECTORY");
  return folder && !folder->empty() ? *folder + "/tollway-master-key" : std::string();
}

std::string MasterKeySource::name() const {
  switch (origin_) {
    case Origin::environment:
      return variable;
    case Origin::credential:
      return "the systemd credential tollway-master-key";
    case Origin::keyring:
      return "the desktop's keyring";
    case Origin::file:
      return key_file();
  }
  return {};
}

Result<std::vector<MasterKey>> MasterKeySource::parse(std::string_view text) const {
  auto keys = MasterKey::parse(text);
  if (!keys) {
    keys.error().message = fmt::format("{}: {}", name(), keys.error().message);
    if (origin_ == Origin::file) {
      keys.error().message += "; put a copy of the file back: it is left as it is";
    }
  }
  return keys;
}

Result<std::vector<MasterKey>> MasterKeySource::load_file(const std::string& path,
                                                          bool owner_only) const {
  auto text = read_private_file(path, owner_only);
  if (!text) return std::unexpected(std::move(text.error()));
  if (!*text) return std::vector<MasterKey>();
  return parse((*text)->reveal());
}

Result<std::vector<MasterKey>> MasterKeySource::load() const {
  switch (origin_) {
    case Origin::environment:
      return parse(Secret(options_.environment(variable).value_or("")).reveal());
    case Origin::credential:
      // systemd mounts it for the service alone, whatever its mode says.
      return load_file(credential_file(), false);
    case Origin::file:
      return load_file(key_file(), true);
    case Origin::keyring:
      break;
  }
  auto text = keyring_of(options_).look_up();
  if (!text) return std::unexpected(std::move(text.error()));
  auto keys = *text ? parse((*text)->reveal()) : std::vector<MasterKey>();
  // From before the keyring was asked for: what the file opens can still be read.
  auto older = load_file(key_file(), true);
  if (keys && older) std::ranges::move(*older, std::back_inserter(*keys));
  if (keys && !older) return older;
  return keys;
}

Result<MasterKey> MasterKeySource::make_first() const {
  if (!can_replace()) return internal_error(fmt::format("{} holds no master key", name()));
  auto key = MasterKey::generate();
  if (!key) return key;
  const auto kept = origin_ == Origin::keyring
                        ? keyring_of(options_).keep(text_of({&*key}))
                        : create_private_file(key_file(), file_text_of({&*key}).reveal());
  if (!kept) return std::unexpected(kept.error());
  return key;
}

bool MasterKeySource::can_replace() const noexcept {
  return origin_ == Origin::keyring || origin_ == Origin::file;
}

Result<> MasterKeySource::replace(const std::vector<const MasterKey*>& keys) const {
  if (!can_replace()) return internal_error(fmt::format("{} is not ours to change", name()));
  if (origin_ == Origin::keyring) return keyring_of(options_).keep(text_of(keys));
  return replace_private_file(key_file(), file_text_of(keys).reveal());
}

}  // namespace tollway::settings
