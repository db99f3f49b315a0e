// Ctrl-C in a conversation: the first ends the answer under way, a second one the program.
#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

namespace tollway::chat {

// Takes SIGINT over for the process while it lives. To be made before any other thread, which
// inherits that the signal is blocked. Everything but the constructor is thread-safe.
class Interrupts {
 public:
  // What a Ctrl-C does while no answer is under way: wait to be taken, or end the process.
  enum class Idle : std::uint8_t { wait, leave };

  explicit Interrupts(Idle idle);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // From here to the end of the returned object a Ctrl-C stops its token, and a further one ends
  // the process with exit code 130.
  class Answer {
   public:
    explicit Answer(Interrupts& interrupts);
    ~Answer();
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    [[nodiscard]] std::stop_token token() const noexcept { return stop_.get_token(); }
    [[nodiscard]] bool interrupted() const noexcept { return stop_.stop_requested(); }
    void interrupt() noexcept { stop_.request_stop(); }

   private:
    friend class Interrupts;
    Interrupts& interrupts_;
    std::stop_source stop_;
  };

  // Readable once a Ctrl-C waits to be taken; take() makes it unreadable again.
  [[nodiscard]] int descriptor() const noexcept { return pending_; }
  [[nodiscard]] bool take() noexcept;

 private:
  void run();
  void on_interrupt();

  const Idle idle_;
  int signals_ = -1;  // signalfd
  int ending_ = -1;   // eventfd
  int pending_ = -1;  // eventfd
  std::mutex mutex_;
  Answer* answer_ = nullptr;  // under way
  std::thread thread_;
};

}  // namespace tollway::chat
