#include "dialects/chat_attachments.hpp"

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

void append_text(const object& from, const char* name, std::string& into) {
  std::string_view text;
  if (from[name].get(text) == SUCCESS) into += text;
}

UrlCitation read_citation(const object& fields) {
  UrlCitation citation;
  read_text(fields, "url", citation.url);
  read_text(fields, "title", citation.title);
  read_text(fields, "content", citation.content);
  read_count(fields, "start_index", citation.start_index);
  read_count(fields, "end_index", citation.end_index);
  return citation;
}

}  // namespace

void append_images(const object& message, std::vector<ImagePart>& images) {
  array entries;
  if (message["images"].get(entries) != SUCCESS) return;
  for (const element entry : entries) {
    object image;
    std::string_view url;
    if (entry.get(image) != SUCCESS || image["image_url"]["url"].get(url) != SUCCESS) continue;
    images.push_back({.url = std::string(url), .detail = {}});
  }
}

void append_audio(const object& message, std::optional<AudioOutput>& audio) {
  object fields;
  if (message["audio"].get(fields) != SUCCESS) return;
  if (!audio) audio.emplace();
  read_text(fields, "id", audio->id);
  append_text(fields, "data", audio->data);
  append_text(fields, "transcript", audio->transcript);
  read_count(fields, "expires_at", audio->expires_at);
}

void append_annotations(const object& message, std::vector<UrlCitation>& citations,
                        std::string& other_json) {
  array annotations;
  if (message["annotations"].get(annotations) != SUCCESS) return;
  for (const element annotation : annotations) {
    object fields;
    if (annotation.get(fields) != SUCCESS) continue;
    object citation;
    if (fields["url_citation"].get(citation) == SUCCESS) {
      citations.push_back(read_citation(citation));
      continue;
    }
    if (other_json.empty()) {
      other_json = "[";
    } else {
      other_json.back() = ',';
    }
    other_json += simdjson::minify(annotation);
    other_json += ']';
  }
}

}  // namespace tollway::dialects
