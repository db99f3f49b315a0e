// "reasoning_details" of a stream, put together from their fragments.
#pragma once

#include <simdjson.h>

#include <boost/json.hpp>
#include <cstddef>
#include <string>

namespace tollway::dialects {

// Fragments of one text or summary (same type, same index, no other id) become one item: its
// "text" or "summary" is appended to, of a "signature" and of other members the last that is not
// null or empty counts. Encrypted and other items stay as they came, in their order, for the
// provider wants them back unmodified.
class ReasoningDetails {
 public:
  // False when there are more than limits::reasoning_details_max.
  [[nodiscard]] bool add(const simdjson::dom::array& fragments);
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  // A JSON array.
  [[nodiscard]] std::string json() const { return boost::json::serialize(items_); }

 private:
  [[nodiscard]] boost::json::object* find_begun(const boost::json::object& fragment);

  boost::json::array items_;
};

}  // namespace tollway::dialects
