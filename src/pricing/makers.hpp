// Who makes a model, by its name.
#pragma once

#include <string_view>
#include <vector>

namespace tollway::pricing {

// Who may have made a model of that name, and what he calls it: the author of "author/name" alone,
// every maker where there is no author.
struct MakersModel {
  std::string_view provider;  // as its sheet is called
  std::string_view model;
};
[[nodiscard]] std::vector<MakersModel> makers_of(std::string_view model);

}  // namespace tollway::pricing
