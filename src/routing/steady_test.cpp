// Deciding allocates nothing once it has grown to the number of candidates.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "routing/course.hpp"
#include "routing/standing.hpp"

namespace {

thread_local long allocations = 0;

}  // namespace

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool all_are_counted = false;
#else
constexpr bool all_are_counted = true;
// Of the whole test program: allocates as before, and counts.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const made = std::malloc(size == 0 ? 1 : size)) return made;
  throw std::bad_alloc();
}
void operator delete(void* pointer) noexcept {
  std::free(pointer);
}
void operator delete(void* pointer, std::size_t /*size*/) noexcept {
  std::free(pointer);
}
#endif

namespace tollway::routing {
namespace {

TEST(Steady, ADecisionAllocatesNothing) {
  if (!all_are_counted) GTEST_SKIP() << "lacks an operator new of its own: the sanitizer has one";
  const TimePoint now{std::chrono::hours(1)};
  constexpr std::size_t count = 100;
  std::vector<Endpoint> endpoints(count);
  std::vector<std::unique_ptr<Standing>> standings;
  for (Endpoint& endpoint : endpoints) {
    endpoint.input = endpoint.output = {Modality::text};
    endpoint.provider = "provider-" + std::to_string(standings.size());
    endpoint.prices.prompt = endpoint.prices.completion = 1 + standings.size();
    standings.push_back(std::make_unique<Standing>());
  }
  std::vector<Candidate> candidates(count);
  Router router(1);
  Random random(2);
  RetryBudget budget;
  Line line;
  Decision decision;
  Ask ask;
  long before = 0;
  for (int request = 0; request < 100; ++request) {
    if (request == 1) before = allocations;
    for (std::size_t i = 0; i < count; ++i) {
      candidates[i] = {.endpoint = &endpoints[i],
                       .standing = standings[i].get(),
                       .figures = standings[i]->figures(now + std::chrono::seconds(request))};
    }
    router.decide(candidates, ask, Course::candidates_max, decision);
    Course course({.candidates = candidates,
                   .places = decision.places,
                   .budget = budget,
                   .line = line,
                   .random = random},
                  {}, 1000, now + std::chrono::hours(1));
    const auto step = course.next(now + std::chrono::seconds(request));
    ASSERT_EQ(step.what, Course::Next::attempt);
    if (request % 10 == 0) {
      course.failed(FailureClass::transient, {}, now + std::chrono::seconds(request));
      ASSERT_EQ(course.next(now + std::chrono::seconds(request)).what, Course::Next::attempt);
    }
    course.answered({.outcome = Outcome::success, .first_byte_s = 1.0F, .first_token_s = 1.0F},
                    1000, now + std::chrono::seconds(request));
  }
  EXPECT_GT(before, 0) << "the first one grows";
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace tollway::routing
