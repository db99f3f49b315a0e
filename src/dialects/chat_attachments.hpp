// What an answer holds besides text and tool calls: images, audio, annotations.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <vector>

#include "tollway/chat.hpp"

namespace tollway::dialects {

// Each reads the member of that name of a message or of a stream's delta, where it is there; what
// is not of the documented form is passed over.

void append_images(const simdjson::dom::object& message, std::vector<ImagePart>& images);

// Appends the pieces of data and transcript.
void append_audio(const simdjson::dom::object& message, std::optional<AudioOutput>& audio);

// The citations among the annotations, and the others as the text of one JSON array.
void append_annotations(const simdjson::dom::object& message, std::vector<UrlCitation>& citations,
                        std::string& other_json);

}  // namespace tollway::dialects
