// The demonstration's routes: each is one file of its name.
#pragma once

#include "demo/question.hpp"

namespace tollway::demo {

[[nodiscard]] Answer chat_completions(const Question& question);
[[nodiscard]] Answer completions(const Question& question);
[[nodiscard]] Answer responses(const Question& question);
[[nodiscard]] Answer messages(const Question& question);
[[nodiscard]] Answer embeddings(const Question& question);
[[nodiscard]] Answer rerank(const Question& question);
[[nodiscard]] Answer list_models(const Question& question);
[[nodiscard]] Answer count_models(const Question& question);

}  // namespace tollway::demo
