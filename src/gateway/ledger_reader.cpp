#include "gateway/ledger_reader.hpp"

#include <optional>
#include <utility>

#include "base/limits.hpp"

namespace tollway::gateway {
namespace {

std::unexpected<Error> overloaded(std::string message) {
  return std::unexpected(
      Error{Errc::overloaded, Source::internal, Retry::same, std::move(message), {}});
}

}  // namespace

// Touched by the thread alone.
struct LedgerReader::Database {
  std::string path;
  std::unique_ptr<ledger::Reports> reports;

  [[nodiscard]] Result<std::string> answer(const Question& question) {
    if (!reports) {
      auto opened = ledger::Reports::open(path);
      if (!opened) return std::unexpected(std::move(opened.error()));
      reports = std::move(*opened);
    }
    return question(*reports);
  }
};

LedgerReader::LedgerReader(std::string database_path)
    : database_(std::make_shared<Database>(std::move(database_path), nullptr)),
      thread_(limits::ledger_reads_waiting_max) {}

net::Task<Result<std::string>> LedgerReader::read(net::Loop& loop, Question question,
                                                  net::Abort& abort) {
  const auto answer = std::make_shared<std::optional<Result<std::string>>>();
  OffLoop::Job job = [database = database_, question = std::move(question), answer] {
    answer->emplace(database->answer(question));
  };
  auto running = thread_.run(loop, std::move(job), limits::ledger_read_timeout, abort);
  switch (co_await std::move(running)) {
    case OffLoop::Ran::done:
      co_return std::move(**answer);
    case OffLoop::Ran::too_many:
      co_return overloaded("too many wait for the ledger; try again");
    case OffLoop::Ran::aborted:
      co_return std::unexpected(abort.reason());
    case OffLoop::Ran::timed_out:
      break;
  }
  co_return overloaded("the ledger did not answer in time; try again");
}

}  // namespace tollway::gateway
