#include "providers/base/openai_compatible.hpp"

#include "http/head_writer.hpp"
#include "providers/api_key.hpp"

namespace tollway::providers {
namespace {

constexpr std::string_view usual_chat_path = "chat/completions";

}  // namespace

OpenAICompatibleProvider::OpenAICompatibleProvider(DescriptionPointer description, BaseUrl base_url,
                                                   Secret api_key, net::AddressPolicy addresses)
    : description_(std::move(description)), base_url_(std::move(base_url)), addresses_(addresses) {
  std::string lines;
  http::HeadWriter head(lines);
  head.header("Host", base_url_.url.origin.host_header());
  if (!api_key.empty()) {
    const bool bare = !description_->api_key.header.empty();
    Secret value = credential(api_key, bare);
    head.header(bare ? description_->api_key.header : "Authorization", value.reveal());
  }
  // Answers are read on their way through, so compression would be undone here anyway.
  head.header("Accept-Encoding", "identity");
  for (const NameValue& own : description_->headers) head.header(own.name, own.value);
  own_headers_ = Secret(std::move(lines));
}

std::string OpenAICompatibleProvider::target(std::string_view path, std::string_view query,
                                             std::string_view model) const {
  const bool has_own_path = path == usual_chat_path && description_->chat_path != usual_chat_path;
  std::string target = has_own_path
                           ? base_url_.target(path_for_model(description_->chat_path, model))
                           : base_url_.target(path);
  if (!query.empty()) {
    target += target.contains('?') ? '&' : '?';
    target += query;
  }
  return target;
}

void OpenAICompatibleProvider::write_head(const Call& call, std::string& out) const {
  out.clear();
  http::HeadWriter head(out);
  head.request(call.method, target(call.path, call.query, call.model));
  out += own_headers_.reveal();
  for (std::size_t i = 0; i < call.client_head.header_count(); ++i) {
    const http::Header header = call.client_head.header(i);
    for (const std::string_view forwarded : description_->forwarded_headers) {
      if (http::equals_ignoring_case(header.name, forwarded)) {
        head.header(forwarded, header.value);
        break;
      }
    }
  }
  if (call.method == "POST") {
    head.header("Content-Type", "application/json");
    head.header("Content-Length", std::uint64_t{call.body_size});
  }
  head.finish();
}

}  // namespace tollway::providers
