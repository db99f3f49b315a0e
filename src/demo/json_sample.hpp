// Arguments for a tool that nobody thought about.
#pragma once

#include <boost/json/value.hpp>

namespace tollway::demo {

// The smallest value that satisfies a JSON schema, as far as it can be told without solving it:
// const, enum, default and examples first, then the type with its bounds; of an object its required
// properties, of anyOf and oneOf the first, of allOf all; "$ref" within the document. Patterns and
// conditions are not looked at. An empty object where there is no schema of an object.
[[nodiscard]] boost::json::value sample_of(const boost::json::value& schema);

}  // namespace tollway::demo
