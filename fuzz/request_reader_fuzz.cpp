// Request bodies, read by us and by another JSON library.
#include "gateway/request_reader.hpp"

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "net/read_buffer.hpp"
#include "require.hpp"

namespace tollway {
namespace {

using fuzz::require;

boost::json::value parse(std::string_view text, boost::json::error_code& code) {
  // Deeper than our limit, so that whatever we accept is accepted here.
  return boost::json::parse({text.data(), text.size()}, code, {},
                            {.max_depth = 2 * limits::json_depth_max});
}

std::string model_of(const boost::json::object& object) {
  const auto* const model = object.if_contains("model");
  return model != nullptr && model->is_string() ? boost::json::value_to<std::string>(*model) : "";
}

void check(std::string_view body) {
  const auto facts = gateway::read_request(body);
  if (!facts) {
    require(!facts.error().message.empty(), "a refusal says why");
    require(facts.error().source == Source::client, "a refusal is the client's");
    return;
  }
  boost::json::error_code code;
  const auto document = parse(body, code);
  // Zero with a boundless exponent is zero to one library and out of range to the other.
  if (code == boost::json::error::exponent_overflow) return;
  require(!code && document.is_object(), "what is accepted is an object");
  require(facts->model == model_of(document.as_object()), "both read the same model");
  require(body[facts->object_begin] == '{', "the object begins at its brace");

  if (document.as_object().contains("model")) return;
  const std::string spliced = gateway::with_model(body, *facts, "a/\"b\"");
  const auto with_model = parse(spliced, code);
  require(!code && with_model.is_object(), "a spliced body is an object");
  require(model_of(with_model.as_object()) == "a/\"b\"", "a spliced body has the model");
  require(with_model.as_object().size() == document.as_object().size() + 1, "and nothing else");
}

}  // namespace
}  // namespace tollway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The slack that the reader may read is there, and whoever reads beyond it is caught.
  std::vector<char> body(size + tollway::net::ReadBuffer::slack_bytes);
  std::copy_n(data, size, body.begin());
  tollway::check({body.data(), size});
  return 0;
}
