#include "pricing/makers.hpp"

#include <array>
#include <utility>

namespace tollway::pricing {
namespace {

// Makers of models, as slugs name them, and as their sheets do.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> makers{{
    {"openai", "openai"},
    {"anthropic", "anthropic"},
    {"google", "google"},
    {"mistralai", "mistral"},
    {"deepseek", "deepseek"},
    {"cohere", "cohere"},
    {"x-ai", "x-ai"},
    {"moonshotai", "moonshotai"},
    {"z-ai", "zhipuai"},
}};

}  // namespace

std::vector<MakersModel> makers_of(std::string_view model) {
  const auto slash = model.find('/');
  const auto author = slash == std::string_view::npos ? std::string_view{} : model.substr(0, slash);
  const auto name = author.empty() ? model : model.substr(slash + 1);
  std::vector<MakersModel> all;
  for (const auto& [slug, provider] : makers) {
    if (author.empty() || author == slug) all.push_back({.provider = provider, .model = name});
  }
  return all;
}

}  // namespace tollway::pricing
