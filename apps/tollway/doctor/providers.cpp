#include <fmt/format.h>

#include <future>

#include "doctor/finding.hpp"
#include "moments.hpp"
#include "probe.hpp"
#include "provider_list.hpp"
#include "providers/api_key.hpp"
#include "providers/descriptor.hpp"

namespace tollway::doctor {
namespace {

using ProviderPointer = std::shared_ptr<const Provider>;

std::string remedy_for(const Error& error, const ProviderInfo& info) {
  switch (error.code) {
    case Errc::dns_failed:
      return "check the name in the URL, /etc/resolv.conf and the network";
    case Errc::connect_failed:
    case Errc::connect_timeout:
    case Errc::connection_lost:
    case Errc::upstream_timeout:
      return info.is_cloud ? "check the network, a firewall, and HTTPS_PROXY if there is a proxy"
                           : fmt::format("start {}, or set {} to where it listens",
                                         info.provider_name, info.base_url_setting);
    case Errc::tls_failed:
      return "check the clock; where a proxy signs for others, name its authority in SSL_CERT_FILE";
    case Errc::address_refused:
      return fmt::format("if this address is meant, tollway settings set {} URL --allow-private",
                         info.base_url_setting);
    case Errc::not_configured:
    case Errc::bad_request:
      return fmt::format("set {}", info.base_url_setting);
    default:
      return "try again later; the provider's status page may know more";
  }
}

Finding key_finding(const ProviderPointer& provider, const Installation& installation) {
  const auto& settings = installation.snapshot;
  const auto& info = provider->info();
  const Secret* const key = settings.secret(info.api_key_setting);
  const std::string name = lower_key(info.provider_key);
  if (key == nullptr) {
    return {"keys", name, State::broken, "no key is set", fmt::format("tollway keys add {}", name)};
  }
  const auto checked = provider->check_key(*key, settings);
  const std::string source = settings.source(info.api_key_setting);
  if (checked) {
    // Sent to a URL of the user's own choice; at the vendor's it would have been kept back.
    const auto other =
        providers::other_vendor(key->reveal(), *description_of(provider), providers::built_in());
    const auto accepted = fmt::format("accepted (from {})", source);
    if (other.empty()) return {"keys", name, State::ok, accepted, ""};
    return {"keys", name, State::warning,
            fmt::format("{}, but looks like one of {}", accepted, other),
            fmt::format("if it is not meant, tollway keys rotate {}", name)};
  }
  const auto code = checked.error().code;
  if (code == Errc::not_found) return {"keys", name, State::ok, checked.error().message, ""};
  // Not configured, where there is a key: it is unusable, or another vendor's.
  const bool refused =
      code == Errc::unauthenticated || code == Errc::forbidden || code == Errc::not_configured;
  return {"keys", name, State::broken, fmt::format("{} (from {})", checked.error().message, source),
          refused ? fmt::format("make a new key at the vendor, then tollway keys rotate {}", name)
                  : remedy_for(checked.error(), info)};
}

Finding clock_finding(const std::string& name, const std::string& date) {
  const auto theirs = parse_http_date(date);
  if (!theirs) return {"clock", name, State::warning, "its Date header is no date", ""};
  const auto ahead =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - *theirs);
  if (std::chrono::abs(ahead) <= clock_difference_max) {
    return {"clock", name, State::ok, "this clock agrees with the provider's", ""};
  }
  return {"clock", name, State::broken,
          fmt::format("this clock is {} s {} the provider's", std::chrono::abs(ahead).count(),
                      ahead.count() > 0 ? "ahead of" : "behind"),
          "set the clock, best by a time service: timedatectl set-ntp true"};
}

Findings examine(const ProviderPointer& provider, const Installation& installation) {
  const auto& settings = installation.snapshot;
  const auto& info = provider->info();
  const std::string name = lower_key(info.provider_key);
  Findings findings;
  const auto answer = probe(info, settings, {.path = "/models"});
  if (!answer) {
    const bool tls = answer.error().code == Errc::tls_failed;
    findings.push_back({tls ? "tls" : "reachability", name, State::broken, answer.error().message,
                        remedy_for(answer.error(), info)});
  } else {
    findings.push_back({"reachability", name, State::ok,
                        fmt::format("answers in {} ms", answer->duration.count()), ""});
    if (answer->tls) findings.push_back({"tls", name, State::ok, "its certificate is good", ""});
    if (answer->date) findings.push_back(clock_finding(name, *answer->date));
  }
  if (info.api_key_setting.empty()) return findings;
  const bool has_key = settings.secret(info.api_key_setting) != nullptr;
  const bool can_ask = answer.has_value() || !has_key;
  // A local server's key is optional.
  if (can_ask && (has_key || info.is_cloud))
    findings.push_back(key_finding(provider, installation));
  return findings;
}

// Those that somebody set up, and the one that is taken when none is named.
std::vector<ProviderPointer> worth_examining(const Installation& installation, Findings& findings) {
  std::vector<ProviderPointer> chosen;
  const auto usual = installation.provider("");
  if (usual) {
    chosen.push_back(*usual);
  } else {
    findings.push_back({"configuration", "llm.provider", State::broken, usual.error().message,
                        "tollway settings set llm.provider PROVIDER"});
  }
  for (const auto& provider : installation.providers.all) {
    const auto& info = provider->info();
    const auto& snapshot = installation.snapshot;
    const bool has_key =
        !info.api_key_setting.empty() && snapshot.secret(info.api_key_setting) != nullptr;
    if (!has_key && !snapshot.is_set(info.base_url_setting)) continue;
    if (usual && (*usual)->info().provider_key == info.provider_key) continue;
    chosen.push_back(provider);
  }
  return chosen;
}

}  // namespace

Findings examine_providers(const Installation& installation) {
  Findings findings;
  std::vector<std::future<Findings>> examined;
  for (const auto& provider : worth_examining(installation, findings)) {
    examined.push_back(std::async(
        std::launch::async, [provider, &installation] { return examine(provider, installation); }));
  }
  for (auto& one : examined) {
    for (auto& finding : one.get()) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace tollway::doctor
