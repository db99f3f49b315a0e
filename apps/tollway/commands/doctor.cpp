#include "commands/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "commands/shared_options.hpp"
#include "doctor/finding.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/safe_text.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using doctor::Finding;
using doctor::Findings;
using doctor::State;
using terminal::json_text;
using terminal::Style;

void print_json(terminal::Console& console, const Findings& findings, bool ok) {
  json::array documents;
  for (const auto& finding : findings) {
    documents.push_back(json::object{{"check", json_text(finding.check)},
                                     {"subject", json_text(finding.subject)},
                                     {"state", json_text(name_of(finding.state))},
                                     {"message", json_text(finding.message)},
                                     {"remedy", json_text(finding.remedy)}});
  }
  console.print_json(json::object{{"ok", ok}, {"findings", std::move(documents)}});
}

// No table: messages and remedies are sentences, which must not lose their ends.
void print_lines(terminal::Console& console, const Findings& findings) {
  for (const auto& finding : findings) {
    const Style style = finding.state == State::ok        ? Style::good
                        : finding.state == State::warning ? Style::warning
                                                          : Style::bad;
    console.print(fmt::format(
        "{} {}: {}: {}\n", console.out().styled(style, fmt::format("{:7}", name_of(finding.state))),
        finding.check, terminal::safe_line(finding.subject), terminal::safe_line(finding.message)));
    if (finding.remedy.empty()) continue;
    console.print(fmt::format("        -> {}\n", terminal::safe_line(finding.remedy)));
  }
}

int run(const SharedOptions& options) {
  terminal::Console console(options.console());
  // Opening the settings may make the directory; it is looked at as it was found.
  Findings findings = doctor::examine_directory(paths_of(options).data_directory);
  const auto installation = open_installation(options, console);
  if (installation) {
    std::ranges::move(doctor::examine_configuration(*installation), std::back_inserter(findings));
    const terminal::Progress progress(console, "Asking providers");
    std::ranges::move(doctor::examine_providers(*installation), std::back_inserter(findings));
  } else {
    findings.push_back({"configuration", "settings", State::broken, installation.error().message,
                        "mend what is named, then run tollway doctor again"});
  }
  const bool ok = std::ranges::none_of(
      findings, [](const Finding& finding) { return finding.state == State::broken; });
  if (console.json()) {
    print_json(console, findings, ok);
  } else {
    print_lines(console, findings);
  }
  return ok ? exit_ok : exit_failed;
}

}  // namespace

void add_doctor_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SharedOptions>();
  CLI::App* const command = app.add_subcommand(
      "doctor", "Look for what is broken: configuration, keys, connections, clock and disk");
  add_shared_options(*command, *options);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
