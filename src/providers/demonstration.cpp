#include "providers/demonstration.hpp"

namespace tollway::providers {

DescriptionPointer demonstration() {
  auto made = std::make_shared<Description>();
  made->key = "demonstration";
  made->name = "Tollway demonstration";
  made->local = true;
  made->chooses_providers = true;  // it stands for OpenRouter
  made->default_model = "tollway/echo";
  made->forwarded_headers = {"accept"};
  return made;
}

}  // namespace tollway::providers
