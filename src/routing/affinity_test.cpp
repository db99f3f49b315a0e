#include "routing/affinity.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint start{std::chrono::hours(1)};

std::uint64_t named(std::string_view name) {
  return hash_of(name);
}

struct Endpoints {
  Standing one;
  Standing other;
};

TEST(Affinity, RemembersWhoServedLastAndWhoBefore) {
  const Endpoints endpoints;
  Affinity affinity;
  const auto chat = named("chat");
  EXPECT_TRUE(affinity.find(chat, start).all().empty());
  affinity.served(chat, {.endpoint = &endpoints.one, .at = start, .cached_prompt_tokens = 2000});
  affinity.served(chat, {.endpoint = &endpoints.other, .at = start + seconds(2)});
  const auto memory = affinity.find(chat, start + seconds(3));
  ASSERT_EQ(memory.all().size(), 2U);
  EXPECT_EQ(memory.all()[0].endpoint, &endpoints.other);
  ASSERT_NE(memory.of(&endpoints.one), nullptr);
  EXPECT_EQ(memory.of(&endpoints.one)->cached_prompt_tokens, 2000);
  EXPECT_TRUE(affinity.find(named("another"), start).all().empty());
}

TEST(Affinity, ForgetsAfterTenIdleMinutes) {
  const Endpoints endpoints;
  Affinity affinity;
  const auto chat = named("chat");
  affinity.served(chat, {.endpoint = &endpoints.one, .at = start});
  EXPECT_EQ(affinity.find(chat, start + minutes(10)).all().size(), 1U);
  EXPECT_TRUE(affinity.find(chat, start + minutes(10) + seconds(1)).all().empty());
  affinity.served(chat, {.endpoint = &endpoints.one, .at = start + minutes(9)});
  EXPECT_EQ(affinity.find(chat, start + minutes(18)).all().size(), 1U) << "each use renews it";
}

TEST(Affinity, OfASetTheOldestGoes) {
  const Endpoints endpoints;
  Affinity affinity(1);  // one set
  for (unsigned i = 0; i <= Affinity::ways; ++i) {
    affinity.served(mixed(7, i), {.endpoint = &endpoints.one, .at = start + seconds(i)});
  }
  EXPECT_TRUE(affinity.find(mixed(7, 0), start).all().empty());
  for (unsigned i = 1; i <= Affinity::ways; ++i) {
    EXPECT_EQ(affinity.find(mixed(7, i), start).all().size(), 1U) << i;
  }
}

TEST(Affinity, ACacheIsLikelyThereForFiveMinutesAndGoneAfterTen) {
  const Affinity::Served served{.endpoint = nullptr, .at = start, .cached_prompt_tokens = 4000};
  EXPECT_EQ(expected_cached(served, 5000, start + minutes(5)), 4000);
  EXPECT_EQ(expected_cached(served, 1000, start), 1000) << "no more than the prompt has";
  EXPECT_EQ(expected_cached(served, 5000, start + seconds(450)), 2000);
  EXPECT_EQ(expected_cached(served, 5000, start + minutes(10)), 0);
}

TEST(Affinity, ThreadsNeverFindWhatNobodyWrote) {
  const Endpoints endpoints;
  Affinity affinity(4);
  constexpr int rounds = 20'000;
  // Of each endpoint one count of tokens alone is true.
  const auto write_and_read = [&](const Standing* endpoint, std::int64_t tokens) {
    for (int i = 0; i < rounds; ++i) {
      affinity.served(mixed(1, static_cast<unsigned>(i % 8)),
                      {.endpoint = endpoint, .at = start, .cached_prompt_tokens = tokens});
      const auto memory = affinity.find(mixed(1, static_cast<unsigned>(i % 5)), start);
      for (const auto& found : memory.all()) {
        const std::int64_t expected = found.endpoint == &endpoints.one ? 1 : 2;
        if (found.cached_prompt_tokens != expected) return false;
      }
    }
    return true;
  };
  bool held = false;
  std::thread other([&] { held = write_and_read(&endpoints.other, 2); });
  EXPECT_TRUE(write_and_read(&endpoints.one, 1));
  other.join();
  EXPECT_TRUE(held);
}

TEST(Conversation, IsKnownByWhatSaysMost) {
  Conversation chat{.opening = named("hello")};
  std::set<std::uint64_t> hashes{Conversation{}.hash(), chat.hash()};
  EXPECT_EQ(Conversation{}.hash(), 0U);
  chat.system = named("you are");
  hashes.insert(chat.hash());
  chat.prompt_cache = named("cache");
  hashes.insert(chat.hash());
  chat.session = named("session");
  hashes.insert(chat.hash());
  chat.opening = named("something else");
  EXPECT_FALSE(hashes.insert(chat.hash()).second) << "a session says it all";
  EXPECT_EQ(hashes.size(), 5U);
}

}  // namespace
}  // namespace tollway::routing
