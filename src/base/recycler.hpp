// Memory of objects that come and go with every request.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace tollway {

// Keeps the memory of up to `kept_max` objects that have gone for those that come. For objects that
// the allocator has no quick list for (glibc's ends at 1,032 bytes). Outlives what it has made;
// belongs to one thread.
template <class T>
class Recycler {
 public:
  explicit Recycler(std::size_t kept_max) { spare_.reserve(kept_max); }

  struct GiveBack {
    Recycler* recycler;
    void operator()(T* object) const noexcept {
      object->~T();
      recycler->keep(object);
    }
  };
  using Pointer = std::unique_ptr<T, GiveBack>;

  template <class... Arguments>
  [[nodiscard]] Pointer make(Arguments&&... arguments) {
    Memory memory = take();
    T* const made = std::construct_at(reinterpret_cast<T*>(memory.get()),
                                      std::forward<Arguments>(arguments)...);
    std::ignore = memory.release();
    return Pointer(made, GiveBack{this});
  }

 private:
  struct Free {
    void operator()(std::byte* bytes) const noexcept {
      std::allocator<T>().deallocate(reinterpret_cast<T*>(bytes), 1);
    }
  };
  using Memory = std::unique_ptr<std::byte, Free>;

  Memory take() {
    if (spare_.empty()) {
      return Memory(reinterpret_cast<std::byte*>(std::allocator<T>().allocate(1)));
    }
    Memory memory = std::move(spare_.back());
    spare_.pop_back();
    return memory;
  }

  void keep(T* object) noexcept {
    Memory memory(reinterpret_cast<std::byte*>(object));
#if !__has_feature(address_sanitizer)  // which is to see who comes back to what has gone
    if (spare_.size() < spare_.capacity()) spare_.push_back(std::move(memory));
#endif
  }

  std::vector<Memory> spare_;
};

}  // namespace tollway
