// The models of a provider and their prices. OpenRouter's need no key.
#include <iostream>
#include <tollway/tollway.hpp>

int main(int argc, char** argv) {
  const auto settings = tollway::Settings::open({});
  if (!settings) {
    std::cerr << settings.error().message << '\n';
    return 1;
  }
  const auto provider = tollway::get_provider_class(argc > 1 ? argv[1] : "openrouter");
  if (!provider) {
    std::cerr << provider.error().message << '\n';
    return 1;
  }
  const auto models = (*provider)->list_models((*settings)->snapshot());
  if (!models) {
    std::cerr << models.error().message << '\n';
    return 1;
  }
  for (const auto& model : *models) {
    std::cout << model.id << ": $" << model.prompt_price.value_or("?") << " a token in, $"
              << model.completion_price.value_or("?") << " out, context "
              << model.context_length.value_or(0) << '\n';
  }
}
