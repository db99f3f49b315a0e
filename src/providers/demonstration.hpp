// The built-in provider: the process serves it to itself on an internal listener, so that it takes
// the same path as any other (docs/decisions/0004). It is no choice of a user's and in no list.
#pragma once

#include "providers/description.hpp"

namespace tollway::providers {

[[nodiscard]] DescriptionPointer demonstration();

}  // namespace tollway::providers
