#include "catalog/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollway::test {

std::string ListUpstream::answer_to(const Request& request) {
  const std::scoped_lock lock(mutex_);
  if (!request.target.starts_with("/api/v1/models?") && request.target != "/api/v1/models") {
    return answer(404, "application/json",
                  fmt::format(R"({{"error":{{"code":404,"message":"{}"}}}})", request.target));
  }
  const std::string etag = fmt::format("\"{}\"", std::hash<std::string>()(body_));
  const auto known = request.headers.find("if-none-match");
  if (known == etag) return "HTTP/1.1 304 Not Modified\r\nETag: " + etag + "\r\n\r\n";
  return json_answer(body_, {{"ETag", etag}});
}

int ListUpstream::lists_asked() const {
  const auto requests = upstream_.requests();
  return static_cast<int>(std::ranges::count_if(
      requests, [](const Request& request) { return request.target.contains("/models"); }));
}

std::string list_of(const std::vector<std::string>& ids) {
  std::string body = R"({"data":[)";
  int price = 0;
  for (const auto& id : ids) {
    ++price;
    body += fmt::format(
        R"({}{{"id":"{}","canonical_slug":"{}","name":"{}","created":17000000{:02},)"
        R"("context_length":{},"architecture":{{"modality":"text->text","input_modalities":["text"],)"
        R"("output_modalities":["text"],"tokenizer":"GPT","instruct_type":null}},)"
        R"("pricing":{{"prompt":"0.00000{}","completion":"0.00001"}},"top_provider":)"
        R"({{"context_length":null,"max_completion_tokens":null,"is_moderated":false}},)"
        R"("per_request_limits":null,"supported_parameters":["tools"],"default_parameters":{{}},)"
        R"("supported_voices":null,"links":{{"details":"/api/v1/models/{}/endpoints"}}}})",
        price > 1 ? "," : "", id, id, id, price, 1000 * price, price, id);
  }
  return body + "]}";
}

std::vector<std::string> ids_in(const json::value& list) {
  std::vector<std::string> ids;
  for (const auto& row : list.at("data").as_array()) ids.push_back(text_at(row, "/id"));
  return ids;
}

}  // namespace tollway::test
