// What docs/library.md shows and no example has; snippets.py holds that the page shows this.
// Runs against the demonstration, whose base URL is the first argument.
#include <algorithm>
#include <boost/asio.hpp>
#include <iostream>
#include <thread>
#include <tollway/asio.hpp>
#include <tollway/tollway.hpp>

namespace {

using namespace std::chrono_literals;

tollway::Result<tollway::ChatModel> with_another_behind(const tollway::ChatModel& model,
                                                        const tollway::LlmOptions& options) {
  const auto other = tollway::create_openrouter_llm("tollway/echo", {}, options);
  if (!other) return std::unexpected(other.error());
  return model.with_fallbacks({*other});
}

tollway::Result<tollway::ChatModel> make_model(const std::string& base_url) {
  const auto settings = tollway::SettingsSnapshot::from({{"llm.openrouter.api_key", "sk-or-v1-..."},
                                                         {"llm.openrouter.url", base_url},
                                                         {"llm.max_retries", "0"}});
  if (!settings) return std::unexpected(settings.error());
  tollway::LlmOptions options;
  options.settings = *settings;
  options.request_timeout = 20s;
  const auto model = tollway::create_openrouter_llm("tollway/metered-echo", 0.2, options);
  return model ? with_another_behind(*model, options) : model;
}

void deadline(const tollway::ChatModel& model, const tollway::ChatRequest& request) {
  tollway::CallOptions options;
  options.timeout = 100ms;
  const auto reply = model.invoke(request, options);
  if (!reply) std::cout << tollway::name_of(reply.error().code) << '\n';  // upstream_timeout
}

void cancellation(const tollway::ChatModel& model, const tollway::ChatRequest& request) {
  std::stop_source source;
  tollway::CallOptions options;
  options.cancel = source.get_token();
  std::jthread user([&source] { source.request_stop(); });  // who no longer wants to wait
  const auto reply = model.invoke(request, options);
  if (!reply) std::cout << tollway::name_of(reply.error().code) << '\n';  // cancelled
}

void errors(const tollway::ChatModel& model, const tollway::ChatRequest& request) {
  const auto reply = model.invoke(request);
  if (reply) return;
  switch (reply.error().code) {
    case tollway::Errc::unauthenticated:
    case tollway::Errc::not_configured:
      std::cout << "the key: " << reply.error().message << '\n';
      break;
    case tollway::Errc::bad_request:
      std::cout << "the request: " << reply.error().message << '\n';
      break;
    default:  // the vendor, or the way to it
      std::cout << reply.error().message << '\n';
  }
}

void threads(const tollway::ChatModel& model) {
  std::vector<std::string> answers(4);
  std::vector<std::jthread> workers;
  workers.reserve(answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    workers.emplace_back([&model, &answers, i] {
      const auto reply = model.invoke("Number " + std::to_string(i));
      answers[i] = reply ? reply->content : reply.error().message;
    });
  }
  workers.clear();  // joins
  for (const auto& answer : answers) std::cout << answer << '\n';
}

boost::asio::awaitable<void> talk(tollway::ChatModel model, tollway::ChatRequest request) {
  using boost::asio::use_awaitable;
  auto reply = co_await tollway::async_invoke(model, request, {}, use_awaitable);
  if (!reply) co_return;
  std::cout << reply->content << '\n';

  auto stream = co_await tollway::async_stream(model, request, {}, use_awaitable);
  while (stream) {
    auto piece = co_await tollway::async_next(*stream, use_awaitable);
    if (!piece || !*piece) break;  // it broke off, or it ended
    std::cout << (*piece)->content;
  }
  std::cout << '\n';
}

void awaitable(const tollway::ChatModel& model, const tollway::ChatRequest& request) {
  boost::asio::io_context io;
  boost::asio::co_spawn(io, talk(model, request), boost::asio::detached);
  io.run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto model = make_model(argv[1]);
  if (!model) return 1;
  tollway::ChatRequest slow;
  slow.messages = {tollway::Message::user("[[slow:20]] never seen")};
  deadline(*model, slow);
  cancellation(*model, slow);
  tollway::ChatRequest failing;
  failing.messages = {tollway::Message::user("[[error:400]]")};
  errors(*model, failing);
  threads(*model);
  tollway::ChatRequest greeting;
  greeting.messages = {tollway::Message::user("Hello")};
  awaitable(*model, greeting);
}
