// Several providers behind one gateway, all of whom list the same model.
//
//   SeveralProviders providers({own_provider("first", first.url()),
//                               own_provider("second", second.url())});
//   Gateway gateway(providers.options());
//   gateway.post(dialect.path(), in_order(dialect.body(false)));
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/gateway_process.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {

struct ListedProvider {
  std::string key;  // in settings and records: "first"
  std::string url;  // where its requests go, once its models are known
  std::string model = "test/model";
  // Dollars a token.
  std::string prompt_price = "0.000001";
  std::string completion_price = "0.000002";
  std::string cache_read_price = {};  // empty: not stated
  std::int64_t context_length = 100'000;
  std::string output_modality = "text";
  // Lists as most vendors do, names without author, price or context.
  bool bare_list = false;
  std::string descriptor = {};  // empty for a provider that is built in
};
// One of the operator's own, which answers every route of text generation.
[[nodiscard]] ListedProvider own_provider(std::string key, std::string url);

// Their descriptors, and a data directory in which a first gateway has kept their lists, so that
// the next one knows who offers what from the beginning, whoever can be reached by then.
class SeveralProviders {
 public:
  // The first is the gateway's default.
  explicit SeveralProviders(std::vector<ListedProvider> providers);

  // Of a gateway with all of them. One at a time, as they share the data.
  [[nodiscard]] GatewayOptions options(std::map<std::string, std::string> more = {}) const;
  // What the gateway sends to the provider as its key.
  [[nodiscard]] static std::string key_of(std::string_view provider);

 private:
  [[nodiscard]] GatewayOptions options_at(const std::vector<std::string>& urls) const;
  void learn_lists();

  std::vector<ListedProvider> providers_;
  TemporaryDirectory files_;
  std::string key_;  // the gateway's
};

// `body` with `members` added: {"model":...} and R"("n":1)" make {"n":1,"model":...}.
[[nodiscard]] std::string with_members(std::string body, std::string_view members);
// `body` with "first", then "second" as the order of providers.
[[nodiscard]] std::string in_order(std::string body);

}  // namespace tollway::test
