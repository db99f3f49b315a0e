// Where two JSON documents differ.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>

namespace tollway::recording {

struct JsonDifference {
  std::size_t count = 0;  // of differing leaves; zero: the documents are equal
  // The first one, in the order of the expected document's keys. Empty when there is none, and also
  // where the documents differ at their root.
  std::string pointer;   // RFC 6901: "/messages/1/content"
  std::string expected;  // shortened for a message; "nothing" where the member is missing
  std::string came;
};

// Compares documents that parse_json() returned.
[[nodiscard]] JsonDifference difference(const boost::json::value& expected,
                                        const boost::json::value& came);

}  // namespace tollway::recording
