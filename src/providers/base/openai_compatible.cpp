#include "providers/base/openai_compatible.hpp"

#include "http/head_writer.hpp"

namespace tollway::providers {

OpenAICompatibleProvider::OpenAICompatibleProvider(const Description& description,
                                                   http::Url base_url, Secret api_key)
    : description_(description), base_url_(std::move(base_url)) {
  std::string lines;
  http::HeadWriter head(lines);
  head.header("Host", base_url_.origin.host_header());
  if (!api_key.empty()) {
    std::string bearer = "Bearer ";
    bearer += api_key.reveal();
    head.header("Authorization", bearer);
  }
  // Answers are read on their way through, so compression would be undone here anyway.
  head.header("Accept-Encoding", "identity");
  own_headers_ = Secret(std::move(lines));
}

void OpenAICompatibleProvider::write_head(const Call& call, std::string& out) const {
  out.clear();
  out += call.method;
  out += ' ';
  out += base_url_.path;
  out += '/';
  out += call.path;
  if (!call.query.empty()) {
    out += '?';
    out += call.query;
  }
  out += " HTTP/1.1\r\n";
  out += own_headers_.reveal();
  http::HeadWriter head(out);
  for (std::size_t i = 0; i < call.client_head.header_count(); ++i) {
    const http::Header header = call.client_head.header(i);
    for (const std::string_view forwarded : description_.forwarded_headers) {
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
