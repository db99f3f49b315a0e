#include "recording/recorder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "recording/writer.hpp"

namespace tollway::recording {
namespace {

namespace fs = std::filesystem;

bool is_content_type(std::string_view name) {
  constexpr std::string_view expected = "content-type";
  return std::ranges::equal(name, expected, [](char left, char right) {
    return (left >= 'A' && left <= 'Z' ? left + 32 : left) == right;
  });
}

bool is_event_stream(const Exchange& exchange) {
  return std::ranges::any_of(exchange.headers, [](const auto& header) {
    return is_content_type(header.first) && header.second.starts_with("text/event-stream");
  });
}

void join_chunks(Exchange& exchange) {
  std::string whole;
  for (const Chunk& chunk : exchange.chunks) whole += chunk.data;
  exchange.chunks.clear();
  exchange.chunks.push_back({{}, std::move(whole)});
}

}  // namespace

Recording& Recording::operator=(Recording&& other) noexcept {
  if (this != &other) {
    finish(true);
    recorder_ = other.recorder_;
    kept_ = std::move(other.kept_);
  }
  return *this;
}

void Recording::head(int status, Clock::time_point now) {
  if (!kept_) return;
  kept_->exchange.status = status;
  kept_->head_at = now;
}

void Recording::header(std::string_view name, std::string_view value) {
  if (!kept_) return;
  kept_->exchange.headers.emplace_back(name, value);
  kept_->size += name.size() + value.size();
}

void Recording::bytes(std::string_view data, Clock::time_point now) {
  if (!kept_ || data.empty()) return;
  kept_->size += data.size();
  if (kept_->size > limits::recording_bytes_max) {
    log::warning("an exchange of more than {} bytes is not recorded", limits::recording_bytes_max);
    kept_.reset();
    return;
  }
  // Rounded as a sum, so that the delays add up to the time that passed.
  const auto since_head =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - kept_->head_at);
  const auto delay = since_head - std::exchange(kept_->last, since_head);
  kept_->exchange.chunks.push_back({std::max(delay, {}), std::string(data)});
}

void Recording::finish(bool cut) {
  const auto kept = std::move(kept_);
  if (!kept || kept->exchange.status == 0) return;
  kept->exchange.cut = cut;
  recorder_->take(std::move(kept->exchange), kept->size);
}

Result<std::unique_ptr<Recorder>> Recorder::create(fs::path directory) {
  std::error_code code;
  if (fs::create_directories(directory, code)) {
    fs::permissions(directory, fs::perms::owner_all, code);  // it will hold prompts
  }
  if (!code && ::access(directory.c_str(), W_OK | X_OK) != 0) {
    code.assign(errno, std::generic_category());
  }
  if (code) {
    return internal_error(
        fmt::format("cannot record into {}: {}", directory.string(), code.message()));
  }
  return std::unique_ptr<Recorder>(new Recorder(std::move(directory)));
}

Recorder::Recorder(fs::path directory)
    : directory_(std::move(directory)), writer_([this] { write_all(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

Recording Recorder::begin(const Begun& begun) {
  auto kept = std::make_unique<Recording::Kept>();
  Exchange& exchange = kept->exchange;
  exchange.id = begun.id;
  exchange.recorded_at = to_timestamp(std::chrono::system_clock::now());
  exchange.method = begun.method;
  exchange.path = begun.path;
  exchange.request_body = begun.body;
  exchange.status = 0;  // no answer yet
  kept->size = begun.path.size() + begun.body.size();
  kept->head_at = Recording::Clock::now();
  return {*this, std::move(kept)};
}

void Recorder::take(Exchange exchange, std::size_t size) {
  std::unique_lock lock(mutex_);
  if (waiting_bytes_ + size > limits::recordings_waiting_bytes_max) {
    lock.unlock();
    return log::warning("the disk is too slow to record: {} is dropped", exchange.id);
  }
  waiting_bytes_ += size;
  waiting_.push_back({std::move(exchange), size});
  lock.unlock();
  wake_.notify_one();
}

void Recorder::write_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next.exchange.streamed = is_event_stream(next.exchange);
    if (!next.exchange.streamed) join_chunks(next.exchange);
    const auto written = write_exchange(directory_, fit_to_keep(std::move(next.exchange)));
    if (!written) log::error("{}", written.error().message);
    lock.lock();
    waiting_bytes_ -= next.size;
  }
}

}  // namespace tollway::recording
