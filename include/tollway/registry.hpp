// Models by name, for programs that choose them at run time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tollway/chat_model.hpp"
#include "tollway/error.hpp"
#include "tollway/export.hpp"
#include "tollway/provider.hpp"

namespace tollway {

// Makes a model: what create_llm() takes.
using LlmFactory = std::function<Result<ChatModel>(
    std::string_view model_name, std::optional<double> temperature, const LlmOptions& options)>;

// Factories under names. Names compare without regard to case and are kept in lower case. Each user
// has a namespace over the shared one: a user's entry shadows the shared one for that user alone.
// The empty user is the shared namespace. Thread-safe.
class TOLLWAY_API LlmRegistry {
 public:
  LlmRegistry();
  ~LlmRegistry();
  LlmRegistry(const LlmRegistry&) = delete;
  LlmRegistry& operator=(const LlmRegistry&) = delete;

  // Replaces an entry of the same name and namespace. Errc::bad_request for an empty name or one
  // with characters other than letters, digits, ".", "-" and "_", and for an empty factory.
  [[nodiscard]] Result<> register_llm(std::string_view name, LlmFactory factory,
                                      std::string_view user = {});
  // Whether there was one. A user's call leaves the shared entry alone.
  bool unregister_llm(std::string_view name, std::string_view user = {});
  // The user's own, else the shared one. Errc::not_found names those there are.
  [[nodiscard]] Result<LlmFactory> get(std::string_view name, std::string_view user = {}) const;
  [[nodiscard]] bool is_registered(std::string_view name, std::string_view user = {}) const;
  // What the user sees, sorted, each name once.
  [[nodiscard]] std::vector<std::string> list_registered(std::string_view user = {}) const;
  // Empties one namespace.
  void clear(std::string_view user = {});

  // A registry for programs that want just one; nothing in the library uses it unasked.
  [[nodiscard]] static LlmRegistry& global();

 private:
  struct TOLLWAY_INTERNAL Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway
