#include "gateway/token_counter.hpp"

#include <cmath>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "tokenizer/tokenizer.hpp"

namespace tollway::gateway {
namespace {

// What OpenAI's chat format has around each message, and before the answer.
constexpr std::int64_t tokens_a_message = 3;
constexpr std::int64_t tokens_before_answer = 3;

std::int64_t tokens_of(const llm::TextSample& text, const tokenizer::Tokenizer& tokenizer) {
  if (text.kept.empty()) return 0;
  const auto counted = static_cast<double>(tokenizer.count(text.kept));
  const double whole = counted * static_cast<double>(text.bytes);
  return std::llround(whole / static_cast<double>(text.kept.size()));
}

TokenCounter::Counts counts_of(const TokenCounter::Texts& texts) {
  const auto& tokenizer = tokenizer::Tokenizer::get(tokenizer::encoding_of(texts.model));
  TokenCounter::Counts counts;
  if (texts.prompt) {
    const std::int64_t messages = texts.prompt->messages;
    counts.prompt = tokens_of(texts.prompt->text, tokenizer) + tokens_a_message * messages +
                    (messages > 0 ? tokens_before_answer : 0);
  }
  if (texts.answer) counts.answer = tokens_of(*texts.answer, tokenizer);
  return counts;
}

}  // namespace

TokenCounter::TokenCounter() : thread_(limits::token_counts_waiting_max) {}

net::Task<TokenCounter::Counts> TokenCounter::count(net::Loop& loop, Texts texts) {
  const auto counts = std::make_shared<Counts>();
  OffLoop::Job job = [texts = std::move(texts), counts] { *counts = counts_of(texts); };
  net::Abort never;  // the client may have gone, and the bill is still to be made out
  auto running = thread_.run(loop, std::move(job), limits::token_count_patience, never);
  const auto ran = co_await std::move(running);
  co_return ran == OffLoop::Ran::done ? *counts : Counts{};
}

}  // namespace tollway::gateway
