#include "support/document.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support/temporary_directory.hpp"

namespace tollway::test {

std::string Document::block(std::string_view language, std::size_t index) const {
  for (const Block& block : blocks) {
    if (block.language == language && index-- == 0) return block.text;
  }
  ADD_FAILURE() << "the page has too few blocks of " << language;
  return {};
}

std::vector<ShownCommand> Document::commands() const {
  std::vector<ShownCommand> commands;
  for (const Block& block : blocks) {
    if (block.language != "console") continue;
    std::istringstream lines(block.text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("$ ")) {
        commands.push_back({.command = line.substr(2), .output = {}});
      } else if (!commands.empty()) {
        commands.back().output.push_back(line);
      }
    }
  }
  return commands;
}

std::string Document::quoted_after(std::string_view words) const {
  const auto at = text.find(words);
  const auto begin = at == std::string::npos ? at : text.find('`', at + words.size());
  if (begin == std::string::npos) {
    ADD_FAILURE() << "the page does not say: " << words;
    return {};
  }
  return text.substr(begin + 1, text.find('`', begin + 1) - begin - 1);
}

Document read_document(const std::filesystem::path& path) {
  Document document{.text = read_file(path), .blocks = {}};
  EXPECT_FALSE(document.text.empty()) << path;
  std::istringstream lines(document.text);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) document.blocks.push_back({.language = line.substr(3), .text = {}});
    } else if (inside) {
      document.blocks.back().text += line + "\n";
    }
  }
  return document;
}

}  // namespace tollway::test
