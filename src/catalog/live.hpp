// The catalogue of a running program: whoever asks gets the newest one.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "catalog/catalogue.hpp"
#include "net/types.hpp"

namespace tollway::catalog {

// Thread-safe.
class Live {
 public:
  // Never null.
  [[nodiscard]] CataloguePointer current() const;
  // `settled`: nothing better can be had soon, so nobody needs to wait.
  void publish(CataloguePointer catalogue, bool settled);
  [[nodiscard]] bool settled() const;
  // Until settled, or until `until`. Resumes on the loop that it was called on.
  [[nodiscard]] net::Task<> wait(net::TimePoint until);

 private:
  mutable std::mutex mutex_;
  CataloguePointer catalogue_ = std::make_shared<const Catalogue>();
  bool settled_ = false;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace tollway::catalog
