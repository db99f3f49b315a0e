#include "dialects/request_edit.hpp"

#include <algorithm>
#include <vector>

#include "dialects/json_reader.hpp"
#include "dialects/member_scanner.hpp"

namespace tollway::dialects {
namespace {

constexpr std::size_t no_edit = static_cast<std::size_t>(-1);

struct Member {
  std::size_t begin;
  std::size_t value_begin;
  std::size_t end;
  std::size_t edit;  // index of the one that is meant for it, else no_edit
  bool kept;
};

std::size_t edit_of(std::string_view name, std::span<const MemberEdit> edits) {
  const auto edit = std::ranges::find_if(
      edits, [name](const MemberEdit& candidate) { return reads_as(name, candidate.name); });
  return edit == edits.end() ? no_edit : static_cast<std::size_t>(edit - edits.begin());
}

struct Plan {
  std::vector<Member> members;
  std::vector<bool> placed;  // which edits have a member to stand in
};

Plan plan_of(MemberScanner& scanner, std::span<const MemberEdit> edits) {
  Plan plan{.members = {}, .placed = std::vector<bool>(edits.size())};
  plan.members.reserve(24);
  for (MemberPlace place; scanner.next(place);) {
    const auto edit = edit_of(place.name, edits);
    const bool kept = edit == no_edit || (edits[edit].value && !plan.placed[edit]);
    if (edit != no_edit) plan.placed[edit] = true;
    plan.members.push_back({.begin = place.begin,
                            .value_begin = place.value_begin,
                            .end = place.end,
                            .edit = edit,
                            .kept = kept});
  }
  return plan;
}

}  // namespace

std::string edited(std::string_view body, std::span<const MemberEdit> edits) {
  MemberScanner scanner(body);
  const auto [members, placed] = plan_of(scanner, edits);
  if (!scanner.complete()) return std::string(body);

  std::string out;
  std::size_t growth = 0;
  for (const auto& edit : edits) growth += edit.name.size() + 4 + edit.value.value_or("").size();
  out.reserve(body.size() + growth);
  out += body.substr(0, members.empty() ? scanner.inside() : members.front().begin);
  bool first = true;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (placed[i] || !edits[i].value) continue;
    if (!first) out += ',';
    first = false;
    out += json_string(edits[i].name);
    out += ':';
    out += *edits[i].value;
  }
  std::size_t previous_end = scanner.inside();
  for (const auto& member : members) {
    if (member.kept) {
      // What stands between two members is the second one's, the comma above all.
      if (!first) {
        out += previous_end == scanner.inside()
                   ? std::string_view(",")
                   : body.substr(previous_end, member.begin - previous_end);
      }
      first = false;
      const std::size_t untouched = member.edit == no_edit ? member.end : member.value_begin;
      out += body.substr(member.begin, untouched - member.begin);
      if (member.edit != no_edit) out += *edits[member.edit].value;
    }
    previous_end = member.end;
  }
  out += body.substr(previous_end);
  return out;
}

std::optional<std::string_view> member_text(std::string_view body, std::string_view name) {
  MemberScanner scanner(body);
  std::optional<std::string_view> text;
  for (MemberPlace place; scanner.next(place);) {
    if (reads_as(place.name, name)) {
      text = body.substr(place.value_begin, place.end - place.value_begin);
    }
  }
  return text;
}

}  // namespace tollway::dialects
