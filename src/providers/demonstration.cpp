// The built-in provider: the process serves it to itself on an internal listener, so that it takes
// the same path as any other (docs/decisions/0004).
#include <array>

#include "providers/description.hpp"

namespace tollway::providers {
namespace {

constexpr std::array<std::string_view, 1> forwarded{"accept"};

}  // namespace

extern const Description demonstration{
    .key = "demonstration",
    .name = "Tollway demonstration",
    .default_base_url = {},
    .default_model = "tollway/echo",
    .api_key_variable = {},
    .base_url_variable = {},
    .forwarded_headers = forwarded,
};

}  // namespace tollway::providers
