// Lookups are promised to take under a microsecond. What is asserted here is generous, as machines
// under test are busy and builds for debugging slow; bench/micro has the figures.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "catalog/catalogue.hpp"

namespace tollway::catalog {
namespace {

using std::chrono::nanoseconds;

constexpr auto bound = nanoseconds(20'000);

Listing vendors_listing() {
  Listing listing;
  listing.provider = "openai";
  listing.provider_name = "OpenAI";
  for (const Model& model : built_in_listing().models) {
    if (author_of(model.id) != "openai" || model.id.contains(':')) continue;
    Model& own = listing.models.emplace_back();
    own.id = own.name = bare_name(model.id);
  }
  return listing;
}

// The median of all names' means: a test that is interrupted now and then passes.
template <class Look>
nanoseconds median(const std::vector<std::string>& names, const Look& look) {
  constexpr int times = 20;
  std::vector<nanoseconds> took;
  for (const auto& name : names) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) EXPECT_TRUE(look(name)) << name;
    took.push_back((std::chrono::steady_clock::now() - begin) / times);
  }
  std::ranges::nth_element(took, took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2));
  return took[took.size() / 2];
}

class LookupSpeed : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> names(std::string_view suffix) const {
    std::vector<std::string> made;
    for (const Model& model : catalogue_.models()) {
      if (!suffix.empty() && model.id.contains(':')) continue;
      made.push_back(model.id + std::string(suffix));
    }
    return made;
  }
  [[nodiscard]] nanoseconds time_of_find(const std::vector<std::string>& names) const {
    return median(names, [this](const auto& name) { return catalogue_.find(name).has_value(); });
  }

  const std::vector<Listing> listings_{built_in_listing(), vendors_listing()};
  const Catalogue catalogue_{listings_};
};

TEST_F(LookupSpeed, by_id_and_alias) {
  EXPECT_LT(time_of_find(names("")), bound);
  std::vector<std::string> aliases;
  for (const auto& name : names("")) {
    if (name.starts_with('~')) aliases.push_back(name);
  }
  ASSERT_FALSE(aliases.empty());
  EXPECT_LT(time_of_find(aliases), bound);
}

TEST_F(LookupSpeed, by_variant_and_vendors_name) {
  EXPECT_LT(time_of_find(names(":nitro")), bound);
  std::vector<std::string> vendors;
  for (const Model& model : listings_.back().models) vendors.push_back(model.id);
  ASSERT_GT(vendors.size(), 10U);
  EXPECT_LT(time_of_find(vendors), bound);
}

TEST_F(LookupSpeed, of_what_a_provider_offers) {
  std::vector<std::string> vendors;
  for (const Model& model : listings_.back().models) vendors.push_back(model.id);
  const auto took = median(vendors, [this](const auto& name) {
    return catalogue_.find_offered("openai", name) != nullptr;
  });
  EXPECT_LT(took, bound);
  EXPECT_EQ(catalogue_.find_offered("openai", std::string(10'000, 'a')), nullptr);
}

}  // namespace
}  // namespace tollway::catalog
