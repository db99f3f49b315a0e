// The gateway, put together: settings in, a running server out.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "base/error.hpp"
#include "installation.hpp"
#include "settings/serve_settings.hpp"

namespace tollway {

// Owns every part of `tollway serve` and the threads that run them. start(), then reload() as often
// as wanted, then stop(); all from one thread.
class Gateway {
 public:
  // Opens the data directory, reads keys and certificates, listens. Nothing is served before it
  // returns without an error, and an error says what to change. `settings` are validated.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> start(settings::ServeSettings settings,
                                                              const Installation& installation);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  [[nodiscard]] boost::asio::ip::tcp::endpoint address() const;
  // The key that was created at this start, empty at every later one. Shown once.
  [[nodiscard]] const Secret& created_key() const noexcept;
  // Key and default model of the provider behind the gateway.
  [[nodiscard]] std::string_view provider_name() const noexcept;
  [[nodiscard]] std::string_view default_model() const noexcept;

  // Reads the TLS files again, reopens the access log, and lets requests that arrive from now on go
  // where the settings say. On an error the old certificate, or the old provider, stays.
  [[nodiscard]] Result<> reload(const Installation& installation);
  // Lets requests under way end until the drain's deadline, then ends them, and joins the threads.
  void stop();

 private:
  struct Parts;
  explicit Gateway(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway
