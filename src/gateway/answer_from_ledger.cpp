#include "gateway/answer_from_ledger.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/answer.hpp"

namespace tollway::gateway {
namespace {

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

}  // namespace

net::Task<Result<>> answer_from_ledger(Request& request, LedgerReader::Question question) {
  if (request.services.ledger_reader == nullptr) {
    co_return client_error(Errc::not_found, "this gateway keeps no ledger");
  }
  auto reading = request.services.ledger_reader->read(request.services.loop, std::move(question),
                                                      request.exchange.abort());
  const auto body = co_await std::move(reading);
  if (!body) co_return std::unexpected(body.error());
  auto answering = answer_json(request, 200, *body);
  co_return co_await std::move(answering);
}

std::optional<std::string> visible_key(const Request& request) {
  if (request.key == nullptr) return std::nullopt;
  return request.key->label;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) == name) {
      return decoded(pair.substr(std::min(equals + 1, pair.size())));
    }
  }
  return std::nullopt;
}

}  // namespace tollway::gateway
