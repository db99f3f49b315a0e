// What the texts of a descriptor may be.
#pragma once

#include "providers/toml_fields.hpp"

namespace tollway::providers::rules {

extern const TextRule key;
extern const TextRule label;  // for people
extern const TextRule url;
extern const TextRule model;
extern const TextRule route;
extern const TextRule variable;
extern const TextRule key_prefix;
extern const TextRule chat_path;    // may hold "{model}"
extern const TextRule models_path;  // may have a query
extern const TextRule query_text;
extern const TextRule key_header;
extern const TextRule own_header;
extern const TextRule forwarded_header;
extern const TextRule header_value;

}  // namespace tollway::providers::rules
