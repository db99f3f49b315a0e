// A page of documentation as a test follows it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::test {

struct Block {
  std::string language;  // "toml"
  std::string text;
};

// A command of a "console" block, and the lines that are shown behind it.
struct ShownCommand {
  std::string command;  // without "$ "
  std::vector<std::string> output;
};

struct Document {
  std::string text;
  std::vector<Block> blocks;  // what stands between ``` and ```, in order

  // Fails the test where there is none.
  [[nodiscard]] std::string block(std::string_view language, std::size_t index = 0) const;
  [[nodiscard]] std::vector<ShownCommand> commands() const;
  // The first `...` behind these words.
  [[nodiscard]] std::string quoted_after(std::string_view words) const;
};

[[nodiscard]] Document read_document(const std::filesystem::path& path);

}  // namespace tollway::test
