// One request's way to be called off, whatever it is waiting for.
#pragma once

#include <optional>
#include <utility>

#include "base/error.hpp"

namespace tollway::net {

// Fires once, with a reason; stays fired. Whoever waits on the request's behalf hooks in for the
// time of its wait. Belongs to one loop's thread.
class Abort {
 public:
  Abort() = default;
  Abort(const Abort&) = delete;
  Abort& operator=(const Abort&) = delete;

  // Calls every hook; a hook must not destroy this object. Later calls change nothing.
  void fire(Error reason) {
    if (reason_) return;
    reason_ = std::move(reason);
    for (Hook* hook = first_; hook != nullptr;) {
      Hook* const next = hook->next_;
      hook->callback_(hook->owner_);
      hook = next;
    }
  }
  [[nodiscard]] bool fired() const noexcept { return reason_.has_value(); }
  [[nodiscard]] const Error& reason() const { return *reason_; }

  // While it lives, `callback(owner)` runs when the abort fires. Check fired() before waiting: a
  // hook made after the firing is not called.
  class Hook {
   public:
    using Callback = void (*)(void* owner);
    Hook(Abort& abort, Callback callback, void* owner) noexcept
        : abort_(abort), callback_(callback), owner_(owner), next_(abort.first_) {
      if (next_ != nullptr) next_->previous_ = this;
      abort.first_ = this;
    }
    ~Hook() {
      (previous_ != nullptr ? previous_->next_ : abort_.first_) = next_;
      if (next_ != nullptr) next_->previous_ = previous_;
    }
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;

   private:
    friend class Abort;
    Abort& abort_;
    Callback callback_;
    void* owner_;
    Hook* next_;
    Hook* previous_ = nullptr;
  };

 private:
  std::optional<Error> reason_;
  Hook* first_ = nullptr;
};

}  // namespace tollway::net
