#include "providers/vendors.hpp"

namespace tollway::test {
namespace {

// Those that differ in nothing but where they are.
Vendor usual(std::string key, std::string base_path, const std::string& models = "/models") {
  Vendor vendor;
  vendor.key = std::move(key);
  vendor.chat = base_path + "/chat/completions";
  vendor.models = base_path + models;
  vendor.base_path = std::move(base_path);
  return vendor;
}

Vendor with_completion_tokens(Vendor vendor) {
  vendor.max_tokens = "max_completion_tokens";
  return vendor;
}

Vendor with_public_models(Vendor vendor) {
  vendor.models_need_key = false;
  return vendor;
}

Vendor with_optional_key(Vendor vendor) {
  vendor.key_needed = false;
  vendor.models_need_key = false;
  return vendor;
}

Vendor on_own_machine(Vendor vendor) {
  vendor.local = true;
  return with_optional_key(std::move(vendor));
}

Vendor anthropic() {
  Vendor vendor = usual("anthropic", "/v1", "/models?limit=1000");
  vendor.models_key_header = "x-api-key";
  vendor.version_header = "anthropic-version: 2023-06-01";
  return vendor;
}

Vendor azure() {
  Vendor vendor = with_completion_tokens(usual("azure", ""));
  vendor.chat = "/openai/deployments/author%2Fmodel/chat/completions?api-version=2024-10-21";
  vendor.models = "/openai/models?api-version=2024-10-21";
  vendor.key_header = vendor.models_key_header = "api-key";
  return vendor;
}

Vendor with_models_at(Vendor vendor, std::string target) {
  vendor.models = std::move(target);
  return vendor;
}

Vendor github() {
  Vendor vendor = with_models_at(usual("github", "/inference"), "/catalog/models");
  vendor.version_header = "x-github-api-version: 2022-11-28";
  return vendor;
}

Vendor mistral() {
  Vendor vendor = usual("mistral", "/v1");
  vendor.stream_usage = false;
  return vendor;
}

}  // namespace

const std::vector<Vendor>& vendors() {
  static const std::vector<Vendor> all{
      anthropic(),
      azure(),
      with_completion_tokens(usual("cerebras", "/v1")),
      with_models_at(usual("cohere", "/compatibility/v1"),
                     "/v1/models?page_size=1000&endpoint=chat"),
      with_public_models(usual("deepinfra", "/v1/openai")),
      usual("deepseek", ""),
      usual("fireworks", "/inference/v1"),
      github(),
      usual("google", "/v1beta/openai"),
      with_completion_tokens(usual("groq", "/openai/v1")),
      with_public_models(usual("huggingface", "/v1")),
      usual("ionos", "/v1"),
      on_own_machine(usual("llamacpp", "/v1")),
      on_own_machine(with_models_at(usual("lmstudio", "/v1"), "/api/v0/models")),
      mistral(),
      usual("moonshot", "/v1"),
      usual("nebius", "/v1", "/models?verbose=true"),
      with_public_models(usual("novita", "/openai/v1")),
      on_own_machine(with_models_at(usual("ollama", "/v1"), "/api/tags")),
      with_completion_tokens(usual("openai", "/v1")),
      with_optional_key(usual("openai_endpoint", "/v1")),
      with_public_models(usual("openrouter", "/api/v1")),
      with_public_models(with_models_at(usual("perplexity", ""), "")),
      with_public_models(usual("requesty", "/v1")),
      usual("together", "/v1"),
      on_own_machine(usual("vllm", "/v1")),
      usual("xai", "/v1", "/language-models"),
      usual("zai", "/api/paas/v4"),
  };
  return all;
}

void PrintTo(const Vendor& vendor, std::ostream* out) {
  *out << vendor.key;
}

}  // namespace tollway::test
