#include "gateway/silence.hpp"

#include <memory>
#include <new>

#include "gateway/answer.hpp"
#include "gateway/request.hpp"
#include "http/head_writer.hpp"

namespace tollway::gateway {

Silence::Silence(Request& request)
    : request_(request), due_(request.services.loop.deadlines(), &Silence::on_due, this) {}

void Silence::begin() {
  if (!going_) wait_on();
}

void Silence::wait_on() {
  going_ = true;
  due_.set(net::Clock::now() + request_.services.options.silence_before_comment);
}

void Silence::stop() noexcept {
  going_ = false;
  due_.clear();
}

net::Task<> Silence::end() {
  stop();
  // The write has a deadline of its own, and an abort ends it.
  net::Abort never;
  while (writing_) {
    if (!written_) written_.emplace(request_.services.loop);
    auto waiting = written_->wait(net::TimePoint::max(), never);
    co_await std::move(waiting);
  }
}

void Silence::on_due(void* self) {
  auto& silence = *static_cast<Silence*>(self);
  try {
    silence.request_.services.loop.tasks().spawn(silence.write());
  } catch (const std::bad_alloc&) {
    silence.wait_on();  // there may be memory for the next one
  }
}

net::Task<> Silence::write() {
  writing_ = true;
  const auto end = [](Silence* self) {
    self->writing_ = false;
    if (self->written_) self->written_->set();
  };
  const std::unique_ptr<Silence, decltype(end)> ending(this, end);  // on every way out
  if (!request_.exchange.begun()) begin_answer();
  request_.bytes_out += comment.size();
  auto writing = request_.exchange.write(comment);
  const auto written = co_await std::move(writing);
  if (!written) {
    // Nobody is there to get an answer.
    request_.exchange.abort().fire(written.error());
  } else if (going_) {
    wait_on();
  }
}

void Silence::begin_answer() {
  std::string lines;
  http::HeadWriter writer(lines);
  writer.header("Cache-Control", "no-cache");
  append_own_headers(request_, lines);
  request_.status = 200;
  request_.streamed = true;
  request_.exchange.begin(
      {.status = 200, .content_type = "text/event-stream", .header_lines = lines});
}

}  // namespace tollway::gateway
