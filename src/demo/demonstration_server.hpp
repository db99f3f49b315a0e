// The demonstration provider as part of a process: an internal listener with a thread of its own.
#pragma once

#include <memory>

#include "demo/demonstration_handler.hpp"
#include "tollway/secret.hpp"

namespace tollway::demo {

// Listens on 127.0.0.1 and a port of the system's choice, under a secret made at the start. The
// gateway reaches it as any other upstream. Used from one thread.
class DemonstrationServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<DemonstrationServer>> start(
      DemonstrationHandler::Options options);
  // Ends what it is answering and joins the thread.
  ~DemonstrationServer();
  DemonstrationServer(const DemonstrationServer&) = delete;
  DemonstrationServer& operator=(const DemonstrationServer&) = delete;

  // "http://127.0.0.1:<port>/api/v1".
  [[nodiscard]] const std::string& base_url() const noexcept;
  // What a request must carry as its bearer token.
  [[nodiscard]] const Secret& secret() const noexcept;

 private:
  struct Parts;
  explicit DemonstrationServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway::demo
