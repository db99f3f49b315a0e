// What each vendor's own documentation asks for, written down apart from data/providers, which is
// held to it.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::test {

struct Vendor {
  std::string key;        // "openrouter"
  std::string base_path;  // of the base URL
  // Request targets; "" where nothing is asked.
  std::string chat;
  std::string models;
  std::string max_tokens = "max_tokens";  // how the body calls it
  std::string key_header = "authorization";
  std::string models_key_header = "authorization";
  std::string version_header = {};  // "name: value", sent with every request
  bool local = false;
  bool key_needed = true;
  bool models_need_key = true;
  bool stream_usage = true;  // takes stream_options
};

[[nodiscard]] const std::vector<Vendor>& vendors();
void PrintTo(const Vendor& vendor, std::ostream* out);

}  // namespace tollway::test
