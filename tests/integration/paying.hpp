// Requests that cost money, and the vendor's own invoice as the witness of what is on record.
#pragma once

#include <atomic>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {

inline constexpr auto chat_path = "/api/v1/chat/completions";
inline constexpr auto chat_body = R"({"model":"openai/gpt-4o","messages":[]})";
inline constexpr std::int64_t price = 3'500'000;  // nanodollars of an answer

// Sends a bill for each call; lists of models are free.
class Vendor {
 public:
  [[nodiscard]] const FaultUpstream& upstream() const { return upstream_; }
  [[nodiscard]] int billed() const { return billed_; }

 private:
  std::atomic<int> billed_ = 0;
  FaultUpstream upstream_{FaultUpstream::answering([this](const Request& request) {
    if (request.method == "POST") ++billed_;
    return json_answer(R"({"id":"gen-1","model":"openai/gpt-4o","choices":[],"usage":)"
                       R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.0035}})");
  })};
};

// One connection's requests, so that thousands of them take no time.
class Payer {
 public:
  explicit Payer(const Gateway& gateway)
      : client_(gateway.port()), request_(gateway.request_bytes("POST", chat_path, chat_body)) {}
  // The status; 0 where no answer came.
  int pay() {
    client_.send(request_);
    const int status = client_.read_answer().status;
    if (status == 200) ++paid_;
    return status;
  }
  [[nodiscard]] int paid() const { return paid_; }

 private:
  RawClient client_;
  std::string request_;
  int paid_ = 0;
};

// Each line of the invoice is a row and in the sums, and nothing else is; and the ledger is in
// order (ledger_in_order.hpp).
void expect_all_on_record(const std::filesystem::path& data, const Vendor& vendor);

}  // namespace tollway::test
