#include "demo/demonstration.hpp"

#include <fmt/format.h>

#include <array>

#include "demo/failure.hpp"
#include "demo/routes.hpp"

namespace tollway::demo {
namespace {

struct Route {
  std::string_view method;
  std::string_view path;
  Answer (*answer)(const Question& question);
};

constexpr std::array<Route, 8> routes{Route{"POST", "chat/completions", &chat_completions},
                                      Route{"POST", "completions", &completions},
                                      Route{"POST", "responses", &responses},
                                      Route{"POST", "messages", &messages},
                                      Route{"POST", "embeddings", &embeddings},
                                      Route{"POST", "rerank", &rerank},
                                      Route{"GET", "models", &list_models},
                                      Route{"GET", "models/count", &count_models}};

}  // namespace

Answer answer(const Question& question) {
  for (const Route& route : routes) {
    if (route.path != question.path) continue;
    if (route.method == question.method) return route.answer(question);
    Answer refusal =
        failure(405, error_body(405, fmt::format("{} wants {}", question.path, route.method)));
    refusal.headers.emplace_back("Allow", route.method);
    return refusal;
  }
  return failure(404,
                 error_body(404, fmt::format("the demonstration has no route {}", question.path)));
}

}  // namespace tollway::demo
