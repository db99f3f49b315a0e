#include "demo/json_text.hpp"

#include <boost/json.hpp>

namespace tollway::demo {
namespace {

void append(std::string& out, Members members) {
  for (const auto& [name, value] : members) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += name;
    out += "\":";
    out += value;
  }
}

}  // namespace

std::string object(Members members) {
  std::string out = "{";
  append(out, members);
  return out + '}';
}

std::string with(std::string object, Members members) {
  object.pop_back();
  append(object, members);
  return object + '}';
}

std::string array(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  return out + ']';
}

std::string text(std::string_view value) {
  return boost::json::serialize(boost::json::string_view(value));
}

std::string event(std::string_view data) {
  std::string out = "data: ";
  out += data;
  return out + "\n\n";
}

}  // namespace tollway::demo
