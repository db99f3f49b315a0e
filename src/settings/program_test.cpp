#include "settings/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway::settings {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Result<ProgramOutput> shell(const std::string& script, const Secret& input = {},
                            std::chrono::milliseconds patience = 20s) {
  return run_program({"sh", "-c", script}, input, patience);
}

TEST(Program, GivesInputAndTakesOutput) {
  const auto output = shell("read word; printf '%s' \"$word\" | rev; exit 3", Secret("abc\n"));
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->standard_output.reveal(), "cba");
  EXPECT_EQ(output->exit_code, 3);
  EXPECT_FALSE(output->complained);
  EXPECT_TRUE(shell("echo no >&2")->complained);
  EXPECT_EQ(shell("kill -TERM $$")->exit_code, 128 + 15);
}

TEST(Program, OneThatDoesNotReadItsInputRaisesNoSignal) {
  const auto output = shell("exec <&-; echo done", Secret(std::string(1 << 20, 'a')));
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->standard_output.reveal(), "done\n");
}

TEST(Program, OneThatHangsIsStopped) {
  const auto begin = std::chrono::steady_clock::now();
  for (const auto* script : {"exec sleep 100", "exec >&- 2>&-; exec sleep 100"}) {
    const auto output = shell(script, Secret("canary"), 50ms);
    ASSERT_FALSE(output);
    EXPECT_THAT(output.error().message, HasSubstr("sh did not end within"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

TEST(Program, OneThatIsNotThereIsAnError) {
  const auto output = run_program({"tollway-no-such-program"}, {}, 1s);
  ASSERT_FALSE(output);
  EXPECT_THAT(output.error().message, HasSubstr("cannot run tollway-no-such-program"));
}

}  // namespace
}  // namespace tollway::settings
