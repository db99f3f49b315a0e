// Requests to the demonstration and their answers, as files in tests/golden/demo: the request, a
// line of dashes, the answer write by write. TOLLWAY_UPDATE_GOLDENS=1 writes the answers anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "demo/demonstration.hpp"

namespace tollway::demo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view divider = "\n----\n";

std::string show(const Answer& answer) {
  std::string out = fmt::format("{} {}\n", answer.status, answer.content_type);
  for (const auto& [name, value] : answer.headers) out += fmt::format("{}: {}\n", name, value);
  for (const Piece& piece : answer.pieces) {
    out +=
        fmt::format("\n+{} ms, {} bytes\n{}", piece.delay.count(), piece.data.size(), piece.data);
    if (!piece.data.ends_with('\n')) out += '\n';
  }
  if (answer.cut) out += "\ncut\n";
  return out;
}

std::string answer_to(std::string_view request) {
  const auto line = request.substr(0, request.find('\n'));
  const auto space = line.find(' ');
  const Moment moment{.unix_seconds = 1'767'761'758,
                      .id = "gen-1767761758-GoldenGoldenGolden12",
                      .token_gap = std::chrono::milliseconds(20)};
  return show(answer({.method = line.substr(0, space),
                      .path = line.substr(space + 1),
                      .body = request.substr(line.size() + 1),
                      .moment = moment}));
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& file : fs::directory_iterator("tests/golden/demo", code)) {
    names.push_back(file.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, demonstration_answers_as_written) {
  const fs::path file = fs::path("tests/golden/demo") / (GetParam() + ".txt");
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto end = text.find(divider);
  ASSERT_NE(end, std::string::npos) << file << " has no line of four dashes";
  const std::string came = answer_to(std::string_view(text).substr(0, end));
  if (std::getenv("TOLLWAY_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(file, std::ios::binary) << text.substr(0, end) << divider << came;
    return;
  }
  EXPECT_EQ(came, text.substr(end + divider.size()));
}

INSTANTIATE_TEST_SUITE_P(Demonstration, Golden, testing::ValuesIn(case_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace tollway::demo
