#include "demo/dialect.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "demo/failure.hpp"

namespace tollway::demo {
namespace {

constexpr int midstream_status = 502;

void append(Answer& answer, std::chrono::milliseconds delay, std::string data) {
  answer.pieces.push_back({delay, std::move(data)});
}

void write_whole(const Reply& reply, const Dialect& dialect, std::string body, Answer& answer) {
  if (reply.triggers.error_midstream) {
    // What a provider does that has promised success too early.
    body = dialect.error(midstream_status, failure_message(midstream_status));
  }
  answer.cut = reply.triggers.cut;
  if (answer.cut) body.resize(body.size() / 2);
  append(answer, reply.triggers.slow, std::move(body));
}

void write_stream(const Reply& reply, Encoder& encoder, Answer& answer) {
  answer.content_type = "text/event-stream";
  answer.headers.emplace_back("Cache-Control", "no-cache");
  const auto& triggers = reply.triggers;
  const auto gap = reply.moment->token_gap;
  const std::size_t count = reply.tokens.size();
  const std::size_t said =
      triggers.error_midstream || triggers.cut ? std::max<std::size_t>(count / 2, 1) : count;
  append(answer, {}, encoder.open());
  for (std::size_t i = 0; i < said; ++i) {
    // The silence comes after the first token, where a client can see the stream stand still.
    append(answer, i == 1 ? gap + triggers.slow : gap, encoder.token(reply.tokens[i]));
  }
  const auto delay = said > 1 ? gap : gap + triggers.slow;
  if (triggers.error_midstream) {
    append(answer, delay, encoder.error(midstream_status, failure_message(midstream_status)));
  } else if (triggers.cut) {
    std::string next = said < count ? encoder.token(reply.tokens[said]) : encoder.close();
    next.resize(next.size() / 2);
    append(answer, delay, std::move(next));
    answer.cut = true;
  } else {
    append(answer, delay, encoder.close());
  }
}

}  // namespace

Answer converse(const Dialect& dialect, const Question& question) {
  const auto request = parse_body(question.body);
  if (!request) return failure(400, dialect.error(400, request.error().message));
  auto conversation = dialect.read(*request);
  if (!conversation) return failure(400, dialect.error(400, conversation.error().message));
  const bool stream = conversation->stream;
  const Reply reply = make_reply(std::move(*conversation), question.moment);
  if (const int status = reply.triggers.error_status; status != 0) {
    return failure(status, dialect.error(status, failure_message(status)));
  }
  Answer answer;
  answer.headers.emplace_back("X-Generation-Id", question.moment.id);
  if (stream) {
    const auto encoder = dialect.encoder(reply, *request);
    write_stream(reply, *encoder, answer);
  } else {
    write_whole(reply, dialect, dialect.whole(reply, *request), answer);
  }
  return answer;
}

}  // namespace tollway::demo
