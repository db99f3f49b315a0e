#include "gateway/cost_alerts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tollway::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Alerts : public testing::Test {
 protected:
  std::vector<std::string> told() { return std::exchange(lines_, {}); }

  CostAlerts::Clock::time_point now_;
  std::vector<std::string> lines_;
  CostAlerts alerts_{[this](std::string_view line) { lines_.emplace_back(line); },
                     [this] { return now_; }};
  const CostAlerts::Attempt attempt_{.provider = "openai", .model = "new", .service_tier = {}};
};

TEST_F(Alerts, tell_once_of_a_model_and_then_how_often_it_was) {
  for (int i = 0; i < 5; ++i) alerts_.unknown(attempt_, CostAlerts::Unknown::price);
  EXPECT_THAT(told(), ElementsAre(R"(event {"event":"cost.unknown","provider":"openai",)"
                                  R"("model":"new","service_tier":"standard","attempts":1,)"
                                  R"("unknown":"price"})"));
  now_ += CostAlerts::pause - std::chrono::seconds(1);
  alerts_.unknown(attempt_, CostAlerts::Unknown::price);
  EXPECT_THAT(told(), IsEmpty());
  now_ += std::chrono::seconds(1);
  alerts_.unknown(attempt_, CostAlerts::Unknown::price);
  EXPECT_THAT(told(), ElementsAre(R"(event {"event":"cost.unknown","provider":"openai",)"
                                  R"("model":"new","service_tier":"standard","attempts":6,)"
                                  R"("unknown":"price"})"));
}

TEST_F(Alerts, of_another_kind_model_tier_or_provider_are_told_apart) {
  alerts_.unknown(attempt_, CostAlerts::Unknown::price);
  alerts_.unknown(attempt_, CostAlerts::Unknown::usage);
  alerts_.unknown({.provider = "openai", .model = "other", .service_tier = {}},
                  CostAlerts::Unknown::price);
  alerts_.unknown({.provider = "openai", .model = "new", .service_tier = "flex"},
                  CostAlerts::Unknown::price);
  alerts_.unknown({.provider = "groq", .model = "new", .service_tier = {}},
                  CostAlerts::Unknown::price);
  EXPECT_EQ(told().size(), 5U);
  alerts_.differs(attempt_, Money{2'000'000}, Money{1'000'000});
  EXPECT_THAT(told(), ElementsAre(R"(event {"event":"cost.differs","provider":"openai",)"
                                  R"("model":"new","service_tier":"standard","attempts":1,)"
                                  R"("billed":"0.002","computed":"0.001"})"));
}

TEST_F(Alerts, of_invented_names_are_bounded) {
  for (std::size_t i = 0; i < 2 * CostAlerts::models_max; ++i) {
    const std::string model = "m" + std::to_string(i);
    alerts_.unknown({.provider = "openai", .model = model, .service_tier = {}},
                    CostAlerts::Unknown::price);
  }
  EXPECT_EQ(told().size(), CostAlerts::models_max);
  now_ += CostAlerts::pause;
  alerts_.unknown(attempt_, CostAlerts::Unknown::price);
  EXPECT_EQ(told().size(), 1U) << "room again";
}

TEST_F(Alerts, write_names_as_json) {
  alerts_.unknown({.provider = "openai", .model = "a\"b\nc", .service_tier = {}},
                  CostAlerts::Unknown::usage);
  EXPECT_THAT(told(), ElementsAre(R"(event {"event":"cost.unknown","provider":"openai",)"
                                  R"("model":"a\"b\nc","service_tier":"standard","attempts":1,)"
                                  R"("unknown":"usage"})"));
}

}  // namespace
}  // namespace tollway::gateway
