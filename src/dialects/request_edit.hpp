// Changing members of a request's body as text: every byte that is not theirs stays as it is, which
// is cheaper than writing the body anew, and keeps numbers, escapes and order as the client chose.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tollway::dialects {

// `name` is compared with members' names as they read without escapes, and stands once in a list of
// edits.
struct MemberEdit {
  std::string_view name;
  std::optional<std::string_view> value;  // JSON text; nullopt: the member is removed
};

// `body` is one valid JSON object, white space around it allowed. Members that exist keep their
// place, new ones come first, in the order of `edits`. Of a name that stands twice the last one
// counts for most readers; after an edit there is only the first one's place. Members of nested
// objects are never meant. What is not a valid object comes back as it is.
[[nodiscard]] std::string edited(std::string_view body, std::span<const MemberEdit> edits);

// The text of a member's value, within `body`, without white space around it; of a name that stands
// twice the last one's. Nullopt: there is none, or `body` is no object.
[[nodiscard]] std::optional<std::string_view> member_text(std::string_view body,
                                                          std::string_view name);

}  // namespace tollway::dialects
