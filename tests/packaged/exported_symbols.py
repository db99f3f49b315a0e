"""Holds that libtollway exports its API and nothing else: exported_symbols.py LIBTOLLWAY."""

import re
import subprocess
import sys

# A function, or a member of a class; names of namespaces below tollway are in lower case.
_api = re.compile(r"^(typeinfo (name )?for |vtable for )?tollway::([A-Z]\w*::[^:]+$|[A-Z]\w*$|\w+$)")
# Something of each header that has anything to export.
_needed = ["ChatModel::invoke", "ChatStream::next", "ChatReply::to_message", "Message::user",
           "Money::parse", "Runtime::shared", "Secret::clone", "Settings::open",
           "SettingsSnapshot::from_json", "LlmRegistry::global", "OpenRouterProvider::",
           "Provider::~Provider", "discover_providers", "create_openrouter_llm", "name_of"]


def main():
    output = subprocess.run(["nm", "-D", "--defined-only", "-C", sys.argv[1]], check=True, text=True,
                            capture_output=True).stdout
    # "000000000015abe0 T tollway::Money::parse(std::basic_string_view<...>)@@TOLLWAY_0.1"
    symbols = [line.split(" ", 2)[2] for line in output.splitlines()]
    unversioned = [symbol for symbol in symbols if not re.search(r"@@TOLLWAY_\d+\.\d+$", symbol)]
    names = {re.sub(r"\[abi:\w+\]|@@.*", "", symbol.split("(")[0]) for symbol in symbols}
    stray = sorted(name for name in names if not _api.match(name))
    missing = [name for name in _needed if not any(f"tollway::{name}" in each for each in names)]
    if stray or missing or unversioned:
        sys.exit(f"exported, but no API: {stray}\nAPI, but not exported: {missing}\n"
                 f"without a version: {unversioned}")
    print(f"{len(names)} names, all of the API")


main()
