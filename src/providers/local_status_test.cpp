#include "providers/local_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "providers/descriptor.hpp"

namespace tollway::providers {
namespace {

using testing::ElementsAre;

std::vector<std::string> targets(std::string_view provider, std::string_view url) {
  const auto& description = *find(built_in(), provider);
  return status_targets(description, *normalise_base_url(url, description));
}

LocalStatus status(StatusKind kind, std::initializer_list<StatusAnswer> answers) {
  return read_status(kind, {answers.begin(), answers.size()});
}

TEST(LocalStatus, IsAskedForBesideTheVersion) {
  EXPECT_THAT(targets("ollama", ""), ElementsAre("/api/ps"));
  EXPECT_THAT(targets("ollama", "http://box:1/sub/v1"), ElementsAre("/sub/api/ps"));
  EXPECT_THAT(targets("llamacpp", ""), ElementsAre("/health", "/slots"));
  EXPECT_THAT(targets("llamacpp", "http://box:1/llama"),
              ElementsAre("/llama/health", "/llama/slots"));
  EXPECT_THAT(targets("vllm", ""), ElementsAre("/health", "/metrics"));
  EXPECT_THAT(targets("lmstudio", ""), ElementsAre("/api/v0/models"));
}

TEST(LocalStatus, OfOllamaTellsWhatIsLoaded) {
  const auto read = status(
      StatusKind::ollama,
      {{200,
        R"({"models":[{"name":"llama3.2:3b","model":"llama3.2:3b","size":3100000000,"digest":"a80c",)"
        R"("details":{"family":"llama"},"expires_at":"2025-11-02T10:20:12Z","size_vram":3100000000,)"
        R"("context_length":4096},{"name":"nomic-embed-text:latest","size":1}]})"}});
  EXPECT_TRUE(read.reachable);
  EXPECT_THAT(read.loaded, ElementsAre("llama3.2:3b", "nomic-embed-text:latest"));
  EXPECT_FALSE(read.loading);
  EXPECT_FALSE(read.queued);
  EXPECT_TRUE(status(StatusKind::ollama, {{200, R"({"models":[]})"}}).loaded.empty());
}

TEST(LocalStatus, OfLlamaCppTellsLoadingAndFreeSlots) {
  auto read = status(
      StatusKind::llamacpp,
      {{503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})"},
       {503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})"}});
  EXPECT_TRUE(read.reachable);
  EXPECT_EQ(read.loading, true);
  EXPECT_FALSE(read.queued);

  read = status(StatusKind::llamacpp,
                {{200, R"({"status":"ok"})"},
                 {200, R"([{"id":0,"n_ctx":8192,"speculative":false,"is_processing":true,)"
                       R"("id_task":135},{"id":1,"n_ctx":8192,"is_processing":false}])"}});
  EXPECT_EQ(read.loading, false);
  EXPECT_EQ(read.queued, 0);

  read = status(StatusKind::llamacpp,
                {{200, R"({"status":"ok"})"}, {200, R"([{"id":0,"is_processing":true}])"}});
  EXPECT_FALSE(read.queued) << "more than the slots hold is not told";

  // Started with --no-slots.
  read = status(StatusKind::llamacpp,
                {{200, R"({"status":"ok"})"}, {501, R"({"error":{"code":501}})"}});
  EXPECT_EQ(read.loading, false);
  EXPECT_FALSE(read.queued);
}

TEST(LocalStatus, OfVllmTellsWhatWaits) {
  constexpr std::string_view metrics =
      "# HELP vllm:num_requests_running Number of requests in model execution batches.\n"
      "# TYPE vllm:num_requests_running gauge\n"
      "vllm:num_requests_running{engine=\"0\",model_name=\"meta-llama/Llama-3.1-8B\"} 8.0\n"
      "# HELP vllm:num_requests_waiting Number of requests waiting to be processed.\n"
      "# TYPE vllm:num_requests_waiting gauge\n"
      "vllm:num_requests_waiting{engine=\"0\",model_name=\"meta-llama/Llama-3.1-8B\"} 3.0\n"
      "vllm:num_requests_waiting{engine=\"1\",model_name=\"meta-llama/Llama-3.1-8B\"} 4.0\n"
      "vllm:num_requests_waiting_by_reason{reason=\"capacity\"} 100.0\n"
      "vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"meta-llama/Llama-3.1-8B\"} 0.5\n";
  const auto read = status(StatusKind::vllm, {{200, ""}, {200, metrics}});
  EXPECT_TRUE(read.reachable);
  EXPECT_EQ(read.loading, false);
  EXPECT_EQ(read.queued, 7);
}

TEST(LocalStatus, OfHostileAnswersStaysUnstated) {
  for (const std::string_view line :
       {"vllm:num_requests_waiting NaN", "vllm:num_requests_waiting -1",
        "vllm:num_requests_waiting{a=\"", "vllm:num_requests_waiting", "vllm:num_requests_waiting ",
        "vllm:num_requests_waiting{} x", "vllm:num_requests_waiting{} +Inf"}) {
    EXPECT_FALSE(status(StatusKind::vllm, {{200, ""}, {200, line}}).queued) << line;
  }
  EXPECT_EQ(status(StatusKind::vllm, {{200, ""}, {200, "vllm:num_requests_waiting 1e300"}}).queued,
            std::numeric_limits<int>::max());
  for (const std::string_view body : {"", "[]", "{", R"({"models":1})", R"({"models":[1,{}]})"}) {
    EXPECT_TRUE(status(StatusKind::ollama, {{200, body}}).loaded.empty()) << body;
    EXPECT_FALSE(status(StatusKind::llamacpp, {{200, ""}, {200, body}}).queued) << body;
  }
  EXPECT_TRUE(status(StatusKind::ollama, {{200, std::string(1'000'000, '[')}}).loaded.empty());
}

TEST(LocalStatus, WithoutAnAnswerIsUnreachable) {
  EXPECT_FALSE(status(StatusKind::ollama, {}).reachable);
  EXPECT_FALSE(status(StatusKind::ollama, {{0, ""}}).reachable);
  EXPECT_FALSE(status(StatusKind::vllm, {{0, ""}, {200, ""}}).reachable);
  EXPECT_TRUE(status(StatusKind::none, {{401, ""}}).reachable);
}

}  // namespace
}  // namespace tollway::providers
