// A provider of the program's own, in a registry beside the others. A descriptor file does the same
// without code: docs/adding_a_provider.md.
#include <iostream>
#include <memory>
#include <tollway/tollway.hpp>

namespace {

tollway::ProviderInfo house_info(std::string base_url) {
  tollway::ProviderInfo info;
  info.provider_name = "House";
  info.provider_key = "HOUSE";
  info.default_base_url = std::move(base_url);
  info.default_model = "tollway/echo";
  info.company_name = "Ourselves";
  info.is_cloud = false;  // in our own network, so private addresses are fine
  return info;
}

class HouseProvider final : public tollway::OpenAICompatibleProvider {
 public:
  explicit HouseProvider(std::string base_url)
      : OpenAICompatibleProvider(house_info(std::move(base_url))) {}
};

}  // namespace

int main(int argc, char** argv) {
  const auto provider =
      std::make_shared<HouseProvider>(argc > 1 ? argv[1] : "http://127.0.0.1:8484/v1");
  tollway::LlmRegistry registry;
  const auto registered =
      registry.register_llm("house", [provider](auto name, auto temperature, const auto& options) {
        return provider->create_llm(name, temperature, options);
      });
  if (!registered) return 1;

  const auto make = registry.get("House");  // names compare without regard to case
  const auto model = make ? (*make)("", {}, {}) : std::unexpected(make.error());
  const auto reply = model ? model->invoke("Good morning") : std::unexpected(model.error());
  if (!reply) {
    std::cerr << reply.error().message << '\n';
    return 1;
  }
  std::cout << reply->content << " (" << model->provider_key() << ")\n";
}
