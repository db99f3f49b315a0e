// What could take the place of a model that has gone or is about to.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalogue.hpp"

namespace tollway::catalog {

struct Replacement {
  enum class Reason : std::uint8_t {
    same_model,    // the same one under another id: without ":free", or another author's name
    alias_target,  // what the author's own alias for the family stands for now
    same_family,   // the author's other models of the family
    nearest,       // anybody's, near in price and able to do the same
  };
  const Model* model = nullptr;  // lasts as long as its catalogue
  Reason reason = Reason::nearest;
  // What it costs more than the one it replaces, in thousandths: three prompt tokens and one of
  // completion are weighed, 250 is a quarter more, -1000 is free. Nullopt where a price is unknown
  // or the old one was free.
  std::optional<std::int64_t> dearer_permille;
};
[[nodiscard]] std::string_view name_of(Replacement::Reason reason) noexcept;

// The likely ones, best first, at most `count`; never `gone` itself, a router, an alias's own row
// or what expires, too.
[[nodiscard]] std::vector<Replacement> replacements_for(const Model& gone, const Catalogue& now,
                                                        std::size_t count = 3);

// How it stands with a model that somebody has configured.
struct ConfiguredModel {
  enum class State : std::uint8_t {
    available,
    expiring,  // has a date; past or to come
    gone,      // was offered in the older catalogue and is in the newer one no more
    unknown,   // is in neither
  };
  State state = State::available;
  std::string id;                                // as it was found, else as it was given
  const Model* model = nullptr;                  // null where unknown
  std::optional<std::chrono::sys_days> expires;  // where expiring
  std::vector<Replacement> replacements;         // unless available
  std::vector<std::string> near;                 // ids that an unknown name may mean
  std::vector<std::string> elsewhere;            // of one that is gone: who still offers it
};
[[nodiscard]] std::string_view name_of(ConfiguredModel::State state) noexcept;

// `before` tells about models that have gone; the built-in sheet will do. Of the offers in `now`
// those of `provider`, a key, alone count; empty: anybody's.
[[nodiscard]] ConfiguredModel check_configured(std::string_view name, const Catalogue& before,
                                               const Catalogue& now,
                                               std::string_view provider = {});
// For people and logs: "the model a/b expires on 2026-05-05; try c/d (same_family, 20 % cheaper)";
// empty where it is available.
[[nodiscard]] std::string warning_about(const ConfiguredModel& configured);
// "25 % dearer", "free", "as dear", or "price unknown".
[[nodiscard]] std::string cost_shown(const Replacement& replacement);

}  // namespace tollway::catalog
