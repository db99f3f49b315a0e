#include "chat/interrupts.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>

#include "exit_codes.hpp"

namespace tollway::chat {
namespace {

sigset_t interrupt_alone() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

void signal_event(int descriptor) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
}

}  // namespace

Interrupts::Interrupts(Idle idle)
    : idle_(idle),
      ending_(::eventfd(0, EFD_CLOEXEC)),
      pending_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  const sigset_t set = interrupt_alone();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

Interrupts::~Interrupts() {
  signal_event(ending_);
  thread_.join();
  for (const int descriptor : {signals_, ending_, pending_}) ::close(descriptor);
  const sigset_t set = interrupt_alone();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Interrupts::Answer::Answer(Interrupts& interrupts) : interrupts_(interrupts) {
  const std::lock_guard lock(interrupts_.mutex_);
  interrupts_.answer_ = this;
}

Interrupts::Answer::~Answer() {
  const std::lock_guard lock(interrupts_.mutex_);
  interrupts_.answer_ = nullptr;
}

bool Interrupts::take() noexcept {
  std::uint64_t count = 0;
  return ::read(pending_, &count, sizeof count) == sizeof count;
}

void Interrupts::run() {
  std::array<pollfd, 2> waited{pollfd{signals_, POLLIN, 0}, pollfd{ending_, POLLIN, 0}};
  for (;;) {
    if (::poll(waited.data(), waited.size(), -1) < 0) continue;
    if (waited[1].revents != 0) return;
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == sizeof info) on_interrupt();
  }
}

void Interrupts::on_interrupt() {
  const std::lock_guard lock(mutex_);
  if (answer_ == nullptr && idle_ == Idle::wait) return signal_event(pending_);
  // Whoever presses twice does not want to wait for an orderly end.
  if (answer_ == nullptr || answer_->interrupted()) ::_exit(exit_interrupted);
  answer_->interrupt();
}

}  // namespace tollway::chat
