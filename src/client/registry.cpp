#include "tollway/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "base/error.hpp"

namespace tollway {
namespace {

constexpr std::size_t name_bytes_max = 128;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || std::string_view("._-").contains(byte);
  });
}

std::string lower(std::string_view name) {
  std::string lowered(name);
  std::ranges::transform(lowered, lowered.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return lowered;
}

}  // namespace

struct LlmRegistry::Parts {
  using Names = std::map<std::string, LlmFactory, std::less<>>;

  // Null where there is none. `mutex` is held.
  [[nodiscard]] const LlmFactory* find(const std::string& name, std::string_view user) const {
    for (const std::string_view space : {user, std::string_view()}) {
      const auto names = spaces.find(space);
      if (names == spaces.end()) continue;
      const auto factory = names->second.find(name);
      if (factory != names->second.end()) return &factory->second;
    }
    return nullptr;
  }

  [[nodiscard]] std::vector<std::string> names(std::string_view user) const {
    std::set<std::string, std::less<>> seen;
    for (const std::string_view space : {user, std::string_view()}) {
      const auto names = spaces.find(space);
      if (names == spaces.end()) continue;
      for (const auto& [name, factory] : names->second) seen.insert(name);
    }
    return {seen.begin(), seen.end()};
  }

  mutable std::shared_mutex mutex;
  std::map<std::string, Names, std::less<>> spaces;  // by user; "" is the shared one
};

LlmRegistry::LlmRegistry() : parts_(std::make_unique<Parts>()) {}
LlmRegistry::~LlmRegistry() = default;

Result<> LlmRegistry::register_llm(std::string_view name, LlmFactory factory,
                                   std::string_view user) {
  if (!is_name(name)) {
    return client_error(Errc::bad_request,
                        fmt::format("expected a name of 1 to {} letters, digits, \".\", \"-\" and "
                                    "\"_\" to register a model under",
                                    name_bytes_max));
  }
  if (!factory) {
    return client_error(
        Errc::bad_request,
        fmt::format("expected a factory to register as {}, came an empty one", lower(name)));
  }
  const std::scoped_lock lock(parts_->mutex);
  // What it replaces is destroyed after the lock is gone, as it is the program's own.
  std::swap(parts_->spaces[std::string(user)][lower(name)], factory);
  return {};
}

bool LlmRegistry::unregister_llm(std::string_view name, std::string_view user) {
  Parts::Names::node_type removed;  // destroyed after the lock is gone
  const std::scoped_lock lock(parts_->mutex);
  const auto names = parts_->spaces.find(user);
  if (names == parts_->spaces.end()) return false;
  removed = names->second.extract(lower(name));
  if (names->second.empty()) parts_->spaces.erase(names);
  return !removed.empty();
}

Result<LlmFactory> LlmRegistry::get(std::string_view name, std::string_view user) const {
  const std::shared_lock lock(parts_->mutex);
  if (const LlmFactory* factory = parts_->find(lower(name), user)) return *factory;
  const auto names = parts_->names(user);
  if (names.empty()) return client_error(Errc::not_found, "no model is registered");
  return client_error(Errc::not_found, fmt::format("no model is registered under that name; "
                                                   "registered are {}",
                                                   fmt::join(names, ", ")));
}

bool LlmRegistry::is_registered(std::string_view name, std::string_view user) const {
  const std::shared_lock lock(parts_->mutex);
  return parts_->find(lower(name), user) != nullptr;
}

std::vector<std::string> LlmRegistry::list_registered(std::string_view user) const {
  const std::shared_lock lock(parts_->mutex);
  return parts_->names(user);
}

void LlmRegistry::clear(std::string_view user) {
  Parts::Names removed;  // destroyed after the lock is gone
  const std::scoped_lock lock(parts_->mutex);
  const auto names = parts_->spaces.find(user);
  if (names == parts_->spaces.end()) return;
  removed.swap(names->second);
  parts_->spaces.erase(names);
}

LlmRegistry& LlmRegistry::global() {
  static LlmRegistry registry;
  return registry;
}

}  // namespace tollway
