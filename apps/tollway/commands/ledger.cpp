#include "commands/ledger.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>
#include <memory>

#include "base/error.hpp"
#include "commands/shared_options.hpp"
#include "ledger/attempts_reader.hpp"
#include "spending/attempt_fields.hpp"
#include "spending/usage.hpp"
#include "terminal/csv.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Style;

struct Options {
  SharedOptions shared;
  spending::DayOptions days;
  std::string format = "jsonl";
};

// --- verify

json::object described(const ledger::Store::Verified& verified) {
  return {{"ok", verified.problems.empty()},
          {"attempts", verified.attempts},
          {"requests", verified.requests},
          {"seals", verified.seals},
          {"retired_until", verified.retired_until},
          {"head", verified.head.empty() ? json::value(nullptr) : json::value(verified.head)},
          {"problems", terminal::json_texts(verified.problems)}};
}

void print_verified(terminal::Console& console, const ledger::Store::Verified& verified) {
  const auto line = [&](std::string_view name, const std::string& value) {
    console.print(fmt::format("{:<10}{}\n", name, value));
  };
  line("attempts", std::to_string(verified.attempts));
  line("requests", std::to_string(verified.requests));
  line("seals", std::to_string(verified.seals));
  line("retired", verified.retired_until == 0
                      ? "none"
                      : fmt::format("up to attempt {}", verified.retired_until));
  line("newest", verified.head.empty() ? "none" : verified.head);
}

int verify(const Options& options) {
  terminal::Console console(options.shared.console());
  const auto path = spending::ledger_in(paths_of(options.shared));
  if (!path) return console.fail(path.error());
  terminal::Progress progress(console, "Reading the ledger");
  const auto verified = ledger::verify(*path);
  progress.stop();
  if (!verified) return console.fail(verified.error());
  const int exit_code = verified->problems.empty() ? exit_ok : exit_disagrees;
  if (console.json()) {
    console.print_json(described(*verified));
    return exit_code;
  }
  print_verified(console, *verified);
  for (const auto& problem : verified->problems) console.note("problem: " + problem, Style::bad);
  if (verified->problems.empty()) {
    console.note("every row is what was written", Style::good);
  } else {
    console.note(
        fmt::format("{} was changed or damaged after it was written; keep it as it is and compare "
                    "it with a backup",
                    *path),
        Style::bad);
  }
  return exit_code;
}

// --- export

Result<ledger::AttemptsRange> range_of(const spending::DayOptions& options) {
  using std::chrono::milliseconds;
  const bool all = options.from.empty() && options.to.empty() && options.last.empty();
  if (all) return ledger::AttemptsRange{0, std::numeric_limits<std::int64_t>::max()};
  const std::chrono::sys_days beginning{};
  // Without --from: from the beginning.
  auto days = spending::days_of(options, {.from = beginning, .until = spending::today()});
  if (!days) return std::unexpected(days.error());
  if (options.from.empty() && options.last.empty()) days->from = beginning;
  const auto ms_of = [](std::chrono::sys_days day) {
    return std::chrono::duration_cast<milliseconds>(day.time_since_epoch()).count();
  };
  return ledger::AttemptsRange{ms_of(days->from), ms_of(days->until + std::chrono::days(1))};
}

int export_rows(const Options& options) {
  terminal::Console console(options.shared.console());
  const auto range = range_of(options.days);
  if (!range) return console.fail(range.error(), {}, exit_usage);
  const auto path = spending::ledger_in(paths_of(options.shared));
  if (!path) return console.fail(path.error());
  auto reader = ledger::AttemptsReader::open(*path, *range);
  if (!reader) return console.fail(reader.error());
  const bool csv = options.format == "csv";
  if (csv) console.print(terminal::csv_line(spending::csv_names()));
  std::string lines;
  const auto show = [&](std::int64_t seq, const ledger::AttemptRecord& record) {
    const auto fields = spending::attempt_fields(seq, record);
    lines += csv ? terminal::csv_line(spending::csv_fields(fields)) : terminal::json_line(fields);
  };
  while (!console.closed()) {
    const auto more = (*reader)->next(show);
    if (!more) return console.fail(more.error());
    if (!*more) break;
    console.print(lines);
    lines.clear();
  }
  if (console.refused()) {
    return console.fail(internal_error("standard output took no more; the export is not whole: "
                                       "see whether its disk is full")
                            .error());
  }
  return exit_ok;
}

}  // namespace

void add_ledger_command(CLI::App& app, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("ledger", "Look after the gateway's ledger of calls and costs");
  command->require_subcommand(1);
  auto verifying = std::make_shared<Options>();
  CLI::App* const verified = command->add_subcommand(
      "verify", "Read all of it and say whether every row is what was written");
  add_shared_options(*verified, verifying->shared);
  verified->callback([verifying, &exit_code] { exit_code = verify(*verifying); });

  auto exporting = std::make_shared<Options>();
  CLI::App* const exported =
      command->add_subcommand("export", "Print its rows, one a call to a provider");
  spending::add_day_options(*exported, exporting->days);
  exported->add_option("--format", exporting->format, "How to print them (default: jsonl)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"jsonl", "csv"}));
  add_place_options(*exported, exporting->shared);
  exported->callback([exporting, &exit_code] { exit_code = export_rows(*exporting); });
}

}  // namespace tollway
