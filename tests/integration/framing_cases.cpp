#include "integration/framing_cases.hpp"

#include <fmt/format.h>

#include "support/answers.hpp"

namespace tollway::test {
namespace {

constexpr std::string_view body = R"({"model":"m","messages":[]})";  // 27 bytes

std::string post(std::string_view headers, std::string_view content,
                 std::string_view version = "1.1") {
  return fmt::format(
      "POST /v1/chat/completions HTTP/{}\r\nHost: tollway.test\r\nAuthorization: Bearer {{key}}\r\n"
      "Content-Type: application/json\r\n{}\r\n{}",
      version, headers, content);
}

// A second request, hidden where a lenient reader would find it.
std::string hidden() {
  return post("Content-Length: 34\r\n", R"({"model":"hidden","messages":[]}  )");
}

std::string length(std::size_t size) {
  return fmt::format("Content-Length: {}\r\n", size);
}

std::string chunked() {
  return chunk(body) + last_chunk();
}

std::vector<FramingCase> wrong_lengths() {
  const auto right = length(body.size());
  return {
      {"length_and_chunked", post(right + "Transfer-Encoding: chunked\r\n", chunked())},
      {"chunked_and_length_zero",
       post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", chunked() + hidden())},
      {"two_lengths", post(right + length(body.size() + 5), std::string(body) + "     ")},
      {"two_equal_lengths", post(right + right, body)},
      {"list_of_lengths", post("Content-Length: 27, 27\r\n", body)},
      {"plus_before_length", post("Content-Length: +27\r\n", body)},
      {"minus_before_length", post("Content-Length: -27\r\n", body)},
      {"hexadecimal_length", post("Content-Length: 0x1b\r\n", body)},
      {"length_with_a_point", post("Content-Length: 27.0\r\n", body)},
      {"empty_length", post("Content-Length: \r\n", body)},
      {"overflowing_length", post("Content-Length: 18446744073709551643\r\n", body)},
      {"space_before_colon", post("Content-Length : 27\r\n", body)},
  };
}

std::vector<FramingCase> wrong_codings() {
  const std::string coding = "Transfer-Encoding: chunked\r\n";
  return {
      {"chunked_in_http_1_0", post(coding, chunked() + hidden(), "1.0")},
      {"unknown_coding", post("Transfer-Encoding: xchunked\r\n", chunked())},
      {"chunked_not_last", post("Transfer-Encoding: chunked, identity\r\n", chunked())},
      {"chunked_twice", post("Transfer-Encoding: chunked, chunked\r\n", chunked())},
      {"two_codings", post(coding + "Transfer-Encoding: identity\r\n", chunked())},
      {"tab_in_coding_name", post("Transfer-Encoding\t: chunked\r\n", chunked())},
      {"vertical_tab_before_chunked", post("Transfer-Encoding: \x0b"
                                           "chunked\r\n",
                                           chunked())},
      {"coding_in_a_folded_line", post("Transfer-Encoding:\r\n chunked\r\n", chunked())},
      {"overflowing_chunk",
       post(coding, "1000000000000001b\r\n" + std::string(body) + "\r\n" + last_chunk())},
      {"negative_chunk", post(coding, "-1\r\n" + std::string(body) + "\r\n" + last_chunk())},
      {"hexadecimal_prefix_in_chunk",
       post(coding, "0x1b\r\n" + std::string(body) + "\r\n" + last_chunk())},
      {"chunk_longer_than_said",
       post(coding, "1a\r\n" + std::string(body) + "\r\n" + last_chunk() + hidden())},
      {"chunk_size_with_bare_lf", post(coding, "1b\n" + std::string(body) + "\r\n" + last_chunk())},
      {"chunk_data_with_bare_lf", post(coding, "1b\r\n" + std::string(body) + "\n" + last_chunk())},
      {"last_chunk_with_bare_lf", post(coding, chunk(body) + "0\n\n" + hidden())},
      {"bare_cr_in_chunk_extension",
       post(coding, "1b;a\rb\r\n" + std::string(body) + "\r\n" + last_chunk())},
  };
}

std::vector<FramingCase> wrong_heads() {
  const auto right = length(body.size());
  auto bare_lf = post(right, body);
  for (auto at = bare_lf.find("\r\n"); at != std::string::npos; at = bare_lf.find("\r\n")) {
    bare_lf.erase(at, 1);
  }
  const auto replaced = [&](std::string_view from, std::string_view to) {
    auto bytes = post(right, body);
    return bytes.replace(bytes.find(from), from.size(), to);
  };
  return {
      {"bare_lf", bare_lf},
      {"one_bare_lf", post("X-A: 1\nX-B: 2\r\n" + right, body)},
      {"bare_cr", post("X-A: 1\rX-B: 2\r\n" + right, body)},
      {"nul_in_value", post(std::string("X-A: 1\0"
                                        "2\r\n",
                                        10) +
                                right,
                            body)},
      {"folded_line", post("X-A: 1\r\n 2\r\n" + right, body)},
      {"folded_first_line", replaced("Host:", " Host:")},
      {"empty_name", post(": value\r\n" + right, body)},
      {"no_colon", post("NoColon\r\n" + right, body)},
      {"space_in_name", post("X A: 1\r\n" + right, body)},
      {"no_host", replaced("Host: tollway.test\r\n", "")},
      {"two_hosts", post("Host: other.test\r\n" + right, body)},
      {"http_1_2", post(right, body, "1.2")},
      {"http_2_0", post(right, body, "2.0")},
      {"http_without_version", replaced(" HTTP/1.1", "")},
      {"version_with_two_digits", post(right, body, "1.10")},
      {"two_spaces", replaced("POST ", "POST  ")},
      {"target_with_a_space", replaced("/v1/chat", "/v1 /chat")},
      {"target_is_a_url", replaced("/v1/chat", "http://inside.test/v1/chat")},
      {"lower_case_method", replaced("POST", "post")},
      {"method_with_a_bracket", replaced("POST", "PO(T")},
      {"tls_hello", std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10)},
  };
}

}  // namespace

std::string closing_request() {
  return post("Content-Length: 33\r\nConnection: close\r\n",
              R"({"model":"closing","messages":[]})");
}

std::string with_key(std::string bytes, std::string_view key) {
  constexpr std::string_view mark = "{key}";
  for (auto at = bytes.find(mark); at != std::string::npos; at = bytes.find(mark)) {
    bytes.replace(at, mark.size(), key);
  }
  return bytes;
}

std::vector<FramingCase> malformed_requests() {
  auto all = wrong_lengths();
  for (auto& more : wrong_codings()) all.push_back(std::move(more));
  for (auto& more : wrong_heads()) all.push_back(std::move(more));
  return all;
}

std::vector<FramingCase> wellformed_requests() {
  const std::string coding = "Transfer-Encoding: chunked\r\n";
  return {
      {"plain", post(length(body.size()), body)},
      {"chunks_of_one_byte", post(coding,
                                  [] {
                                    std::string all;
                                    for (const char& byte : body) all += chunk({&byte, 1});
                                    return all + last_chunk();
                                  }())},
      {"chunk_extensions",
       post(coding, "1b;name=value\r\n" + std::string(body) + "\r\n0;x\r\n\r\n")},
      {"trailers", post(coding, chunk(body) + "0\r\nX-Trailer: 1\r\nContent-Length: 5\r\n\r\n")},
      {"leading_zeros_in_chunk",
       post(coding, "0000001B\r\n" + std::string(body) + "\r\n" + last_chunk())},
      {"coding_in_capitals", post("TRANSFER-ENCODING: Chunked\r\n", chunked())},
      {"leading_zeros_in_length", post("Content-Length: 00027\r\n", body)},
      {"white_space_around_values", post("X-A: \t 1 \t \r\nContent-Length:  27  \r\n", body)},
      {"http_1_0", post(length(body.size()), body, "1.0")},
      {"blank_line_before", "\r\n" + post(length(body.size()), body)},
  };
}

void PrintTo(const FramingCase& request, std::ostream* out) {
  *out << request.name;
}

}  // namespace tollway::test
