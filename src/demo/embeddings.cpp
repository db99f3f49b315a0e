// POST embeddings.
#include <fmt/format.h>
#include <sodium.h>

#include <bit>
#include <boost/json.hpp>

#include "demo/conversation.hpp"
#include "demo/embedding.hpp"
#include "demo/failure.hpp"
#include "demo/json_text.hpp"
#include "demo/routes.hpp"
#include "demo/tokens.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

struct Input {
  std::string text;
  std::size_t tokens = 0;
};

// Text, token numbers, or {content: parts}.
Result<Input> read_input(const json::value& value) {
  if (value.is_string()) {
    const std::string_view words = value.get_string();
    return Input{std::string(words), count_tokens(words)};
  }
  if (value.is_array()) return Input{json::serialize(value), value.get_array().size()};
  if (value.is_object()) {
    std::string words = text_of(value.get_object().if_contains("content"));
    const std::size_t tokens = count_tokens(words);
    return Input{std::move(words), tokens};
  }
  return client_error(Errc::bad_request, "input must be text, token numbers or an array of these");
}

Result<std::vector<Input>> read_inputs(const json::object& request) {
  const json::value* input = request.if_contains("input");
  if (input == nullptr) return client_error(Errc::bad_request, "input is missing");
  std::vector<json::value> values;
  const json::array* array = input->if_array();
  if (array == nullptr || (!array->empty() && array->front().is_number())) {
    values.push_back(*input);
  } else {
    values.assign(array->begin(), array->end());
  }
  std::vector<Input> inputs;
  for (const json::value& value : values) {
    auto read = read_input(value);
    if (!read) return std::unexpected(read.error());
    inputs.push_back(std::move(*read));
  }
  if (inputs.empty()) return client_error(Errc::bad_request, "input must not be empty");
  return inputs;
}

Result<std::size_t> read_dimensions(const json::object& request) {
  const json::value* dimensions = request.if_contains("dimensions");
  if (dimensions == nullptr || dimensions->is_null()) return embedding_dimensions;
  const std::int64_t* count = dimensions->if_int64();
  if (count == nullptr || *count < 1 ||
      *count > static_cast<std::int64_t>(embedding_dimensions_max)) {
    return client_error(Errc::bad_request,
                        fmt::format("dimensions must be 1 to {}", embedding_dimensions_max));
  }
  return static_cast<std::size_t>(*count);
}

// Floats in their shortest form that reads back as the same float.
std::string as_numbers(const std::vector<float>& vector) {
  std::vector<std::string> numbers;
  numbers.reserve(vector.size());
  for (const float number : vector) numbers.push_back(fmt::format("{}", number));
  return array(numbers);
}

// Little-endian float32, as OpenAI packs them.
std::string as_base64(const std::vector<float>& vector) {
  static_assert(std::endian::native == std::endian::little);
  const std::size_t size = vector.size() * sizeof(float);
  std::string out(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(vector.data()),
                    size, sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // the terminating NUL
  return text(out);
}

Result<std::string> answer_to(const Question& question) {
  const auto request = parse_body(question.body);
  if (!request) return std::unexpected(request.error());
  const auto model = read_model(*request);
  if (!model) return std::unexpected(model.error());
  const auto inputs = read_inputs(*request);
  if (!inputs) return std::unexpected(inputs.error());
  const auto dimensions = read_dimensions(*request);
  if (!dimensions) return std::unexpected(dimensions.error());
  const bool packed = string_member(*request, "encoding_format") == "base64";

  std::vector<std::string> data;
  std::uint64_t tokens = 0;
  for (const Input& input : *inputs) {
    tokens += input.tokens;
    const auto vector = embed(input.text, *dimensions);
    data.push_back(object({{"object", text("embedding")},
                           {"index", std::to_string(data.size())},
                           {"embedding", packed ? as_base64(vector) : as_numbers(vector)}}));
  }
  return object({{"object", text("list")},
                 {"data", array(data)},
                 {"model", text((*model)->id)},
                 {"usage", object({{"prompt_tokens", std::to_string(tokens)},
                                   {"total_tokens", std::to_string(tokens)},
                                   {"cost", dollars(tokens * (*model)->prompt_price)}})},
                 {"provider", text(provider_name)},
                 {"id", text(question.moment.id)}});
}

}  // namespace

Answer embeddings(const Question& question) {
  return whole_answer(question, answer_to(question));
}

}  // namespace tollway::demo
