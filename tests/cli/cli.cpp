#include "cli/cli.hpp"

#include <fmt/format.h>
#include <wchar.h>

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <fstream>

namespace tollway::test {
namespace {

namespace fs = std::filesystem;

std::string in_quotes(std::string_view word) {
  std::string made = "'";
  for (const char c : word) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

}  // namespace

Cli::Cli() {
  fs::create_directories(config());
  environment_ = {{"HOME", home_.path().string()},
                  {"TOLLWAY_DATA", data().string()},
                  {"XDG_CONFIG_HOME", config().string()},
                  {"TERM", "xterm"},
                  {"LANG", "C.UTF-8"}};
  // Nothing may reach the real one.
  use_openrouter("http://127.0.0.1:1/api/v1");
}

void Cli::use_openrouter(std::string_view url, std::string_view key) {
  environment_["TOLLWAY_LLM_OPENROUTER_URL"] = url;
  environment_["OPENROUTER_API_KEY"] = key;
  secrets_.emplace_back(key);
}

void Cli::TearDown() {
  std::string stored;
  std::error_code code;
  for (const auto& entry : fs::recursive_directory_iterator(data(), code)) {
    if (entry.is_regular_file()) stored += read_file(entry.path());
  }
  for (const auto& secret : secrets_) {
    EXPECT_EQ(printed_.find(secret), std::string::npos) << "a secret was printed: " << secret;
    EXPECT_EQ(stored.find(secret), std::string::npos) << "a secret was stored as it is: " << secret;
  }
  if (HasFailure()) fmt::print("printed:\n{}\n", printed_);
}

Finished Cli::finish(const Command& command) {
  ChildProcess process(command);
  const auto code = process.wait_for_exit();
  EXPECT_TRUE(code.has_value()) << "it does not end by itself";
  Finished finished{code.value_or(-1), read_file(command.stdout_file),
                    read_file(command.stderr_file)};
  fs::remove(command.stdout_file);
  fs::remove(command.stderr_file);
  printed_ += finished.out + finished.err;
  return finished;
}

Finished Cli::run(const std::vector<std::string>& words) {
  Command command;
  command.words = words;
  command.words.insert(command.words.begin(), tollway_binary());
  command.environment = environment_;
  command.stdout_file = home_.path() / "stdout";
  command.stderr_file = home_.path() / "stderr";
  return finish(command);
}

Finished Cli::run_with_input(const std::vector<std::string>& words, std::string_view input) {
  const auto file = home_.write("input", input);
  std::string script = "\"$tollway\"";
  for (const auto& word : words) script += " " + in_quotes(word);
  auto finished = run_script(script + " < " + in_quotes(file.string()));
  fs::remove(file);
  return finished;
}

Finished Cli::run_script(std::string_view script) {
  Command command;
  command.words = {"bash", "-c", std::string(script)};
  command.environment = environment_;
  command.environment["tollway"] = tollway_binary();
  command.stdout_file = home_.path() / "stdout";
  command.stderr_file = home_.path() / "stderr";
  return finish(command);
}

std::unique_ptr<Pty> Cli::start(const std::vector<std::string>& words, unsigned short columns) {
  PtyOptions options;
  options.words = words;
  options.words.insert(options.words.begin(), tollway_binary());
  options.environment = environment_;
  options.columns = columns;
  return std::make_unique<Pty>(options);
}

Cli::Shown Cli::show(const std::vector<std::string>& words, unsigned short columns) {
  const auto pty = start(words, columns);
  const auto code = pty->wait_for_exit();
  EXPECT_TRUE(code.has_value()) << "it does not end by itself";
  keep(*pty);
  return {code.value_or(-1), pty->lines(), pty->output()};
}

int columns_of(std::string_view line) {
  static const char* const locale = std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_NE(locale, nullptr);
  int columns = 0;
  std::mbstate_t state{};
  while (!line.empty()) {
    wchar_t c = 0;
    const auto bytes = std::mbrtowc(&c, line.data(), line.size(), &state);
    if (bytes == 0 || bytes > line.size()) {
      ADD_FAILURE() << "no UTF-8: " << line;
      return columns;
    }
    columns += std::max(0, ::wcwidth(c));
    line.remove_prefix(bytes);
  }
  return columns;
}

json::value only_document(std::string_view output) {
  EXPECT_EQ(std::ranges::count(output, '\n'), 1) << output;
  EXPECT_TRUE(output.ends_with('\n'));
  for (const char c : output) {
    EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) << output;
  }
  return parse_json(output);
}

std::string streamed_answer(std::string_view content) {
  const auto event = [](const json::object& document) {
    return fmt::format("data: {}\n\n", json::serialize(document));
  };
  const json::object base{{"id", "gen-1"}, {"model", "author/model"}, {"provider", "Vendor"}};
  std::string events;
  const auto add = [&](json::value delta, json::value reason) {
    json::object document = base;
    document["choices"] = json::array{json::object{
        {"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(reason)}}};
    events += event(document);
  };
  // One byte an event where it can be: characters may not be torn by JSON, words may.
  const auto middle = content.find(' ') == content.npos ? content.size() : content.find(' ');
  for (const auto piece : {content.substr(0, middle), content.substr(middle)}) {
    if (piece.empty()) continue;
    add(json::object{{"role", "assistant"}, {"content", std::string(piece)}}, nullptr);
  }
  add(json::object{{"content", ""}}, "stop");
  json::object last = base;
  last["choices"] = json::array{};
  last["usage"] = json::object{
      {"prompt_tokens", 12}, {"completion_tokens", 34}, {"total_tokens", 46}, {"cost", 0.0000222}};
  return events + event(last) + "data: [DONE]\n\n";
}

FaultUpstream::Script openrouter_with(std::string models, std::string content) {
  return FaultUpstream::answering(
      [models = std::move(models), content = std::move(content)](const Request& request) {
        if (request.target.ends_with("/models")) {
          return json_answer(fmt::format(R"({{"data":{}}})", models));
        }
        if (request.target.ends_with("/key")) return json_answer(R"({"data":{"label":"a key"}})");
        const auto body = parse_json(request.body);
        if (at(body, "/stream") == json::value(true)) return sse_answer(streamed_answer(content));
        json::object answer{{"id", "gen-1"}, {"model", "author/model"}, {"provider", "Vendor"}};
        answer["choices"] =
            json::array{json::object{{"index", 0},
                                     {"finish_reason", "stop"},
                                     {"message", {{"role", "assistant"}, {"content", content}}}}};
        answer["usage"] = json::object{{"prompt_tokens", 12},
                                       {"completion_tokens", 34},
                                       {"total_tokens", 46},
                                       {"cost", 0.0000222}};
        return json_answer(json::serialize(answer));
      });
}

}  // namespace tollway::test
