#include "demo/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tollway::demo {
namespace {

constexpr std::array<Model, 2> all_models{
    Model{.id = "tollway/echo",
          .name = "Tollway: Echo (demonstration)",
          .description = "A demonstration, not a language model: repeats the last message word by "
                         "word, free of charge. Words such as [[tool]] or [[error:429]] in the "
                         "message make it behave as documented in docs/demonstration.md."},
    Model{.id = "tollway/metered-echo",
          .name = "Tollway: Metered Echo (demonstration)",
          .description = "A demonstration, not a language model: as tollway/echo, at a made-up "
                         "price, so that costs can be seen. Nothing is charged by anybody.",
          .prompt_price = 1000,
          .completion_price = 2000}};

}  // namespace

std::span<const Model> models() noexcept {
  return all_models;
}

const Model* find_model(std::string_view id) noexcept {
  const auto found = std::ranges::find(all_models, id, &Model::id);
  return found == all_models.end() ? nullptr : &*found;
}

std::string dollars(std::uint64_t nanodollars) {
  constexpr std::uint64_t per_dollar = 1'000'000'000;
  std::string digits = fmt::format("{}.{:09}", nanodollars / per_dollar, nanodollars % per_dollar);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

}  // namespace tollway::demo
