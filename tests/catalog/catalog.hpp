// What the tests of the catalogue share: an upstream with a list of models, and a gateway before
// it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/gateway_process.hpp"

namespace tollway::test {

// Answers GET models with a list that can be exchanged, with an ETag; everything else with 404 and
// what it was asked for.
class ListUpstream {
 public:
  explicit ListUpstream(std::string body) : body_(std::move(body)) {}

  void list(std::string body) {
    const std::scoped_lock lock(mutex_);
    body_ = std::move(body);
  }
  [[nodiscard]] FaultUpstream& upstream() noexcept { return upstream_; }
  [[nodiscard]] int lists_asked() const;

 private:
  std::string answer_to(const Request& request);

  mutable std::mutex mutex_;
  std::string body_;
  FaultUpstream upstream_{
      FaultUpstream::answering([this](const Request& request) { return answer_to(request); })};
};

// {"data": [...]} of rows in OpenRouter's shape with these ids, each at a price of its own.
[[nodiscard]] std::string list_of(const std::vector<std::string>& ids);
[[nodiscard]] std::vector<std::string> ids_in(const json::value& list);

}  // namespace tollway::test
