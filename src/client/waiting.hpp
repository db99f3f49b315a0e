// From a callback to a blocking call.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "client/runtime.hpp"

namespace tollway::client {

// Runs `start(done)`, where done is a std::function<void(Result<T>)>, and waits until done has been
// called on the runtime's thread. That thread itself gets an error: it would wait for itself.
template <class T, class Start>
[[nodiscard]] Result<T> wait_for(const Runtime::Parts& parts, const Start& start) {
  if (parts.on_own_thread()) {
    return internal_error(
        "a blocking call was made in a callback on the runtime's thread; use its async form there");
  }
  // Shared, for the thread that sets it may still be leaving it when this one has gone on.
  const auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  start(std::function<void(Result<T>)>(
      [promise](Result<T> given) { promise->set_value(std::move(given)); }));
  return future.get();
}

}  // namespace tollway::client
