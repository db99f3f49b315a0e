// The thread and the connections that models and providers work with.
#pragma once

#include <memory>

#include "tollway/error.hpp"
#include "tollway/export.hpp"

namespace tollway {

// One thread with an event loop, a connection pool and the system's trust anchors. Models and
// providers that share one share its connections. Thread-safe; ends its thread when the last
// holder lets go, which must not be the runtime's own thread (a `done` callback).
class TOLLWAY_API Runtime {
 public:
  [[nodiscard]] static Result<std::shared_ptr<Runtime>> create();
  // One that all who ask for it share, made at the first call and ended with its last holder.
  // What takes a runtime takes this one where none is given.
  [[nodiscard]] static Result<std::shared_ptr<Runtime>> shared();
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  struct TOLLWAY_INTERNAL Parts;  // inside the library
  [[nodiscard]] Parts& parts() noexcept { return *parts_; }

 private:
  explicit Runtime(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway
