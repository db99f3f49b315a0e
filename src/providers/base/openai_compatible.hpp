// A provider that is reached over OpenAI's paths under a base URL.
#pragma once

#include <string>
#include <string_view>

#include "http/head.hpp"
#include "http/origin.hpp"
#include "net/dial_guard.hpp"
#include "providers/base_url.hpp"
#include "providers/description.hpp"
#include "tollway/secret.hpp"

namespace tollway::providers {

// Configured and ready for use. Immutable, so many threads may share it. Sans-IO: it says what to
// send, others send it.
class OpenAICompatibleProvider {
 public:
  OpenAICompatibleProvider(DescriptionPointer description, BaseUrl base_url, Secret api_key,
                           net::AddressPolicy addresses);

  [[nodiscard]] const DescriptionPointer& description() const noexcept { return description_; }
  [[nodiscard]] std::string_view key() const noexcept { return description_->key; }
  [[nodiscard]] std::string_view name() const noexcept { return description_->name; }
  [[nodiscard]] std::string_view default_model() const noexcept {
    return description_->default_model;
  }
  [[nodiscard]] const http::Origin& origin() const noexcept { return base_url_.url.origin; }

  // Which addresses its name may lead to.
  [[nodiscard]] net::AddressPolicy addresses() const noexcept { return addresses_; }

  // The request target of one of OpenAI's paths: "/api/v1/chat/completions?query". The description
  // may have another path for chat, and the model in it.
  [[nodiscard]] std::string target(std::string_view path, std::string_view query,
                                   std::string_view model) const;

  struct Call {
    std::string_view method;        // "POST"
    std::string_view path;          // under the base URL, e.g. "chat/completions"
    std::string_view query;         // without "?"; empty for none
    std::string_view model;         // as the body names it; empty: none
    const http::Head& client_head;  // whose headers may be forwarded
    std::size_t body_size = 0;
  };
  // Replaces `out` by the complete head of the call. It carries the API key: send it to origin()
  // and nowhere else.
  void write_head(const Call& call, std::string& out) const;

 private:
  DescriptionPointer description_;
  BaseUrl base_url_;
  net::AddressPolicy addresses_;
  Secret own_headers_;  // Host, the key and what never changes
};

}  // namespace tollway::providers
