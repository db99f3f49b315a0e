#include "dialects/chat_attachments.hpp"

#include <gtest/gtest.h>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

struct Attachments {
  std::vector<ImagePart> images;
  std::optional<AudioOutput> audio;
  std::vector<UrlCitation> citations;
  std::string json;
};

void read(std::string_view json, Attachments& into) {
  const auto message = parse_object(json);
  ASSERT_TRUE(message) << json;
  append_images(*message, into.images);
  append_audio(*message, into.audio);
  append_annotations(*message, into.citations, into.json);
}

TEST(ChatAttachments, ImagesAreTakenWithAndWithoutAType) {
  Attachments read_in;
  read(R"({"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},)"
       R"({"image_url":{"url":"https://a/b.png"}},{"image_url":{}},7]})",
       read_in);
  ASSERT_EQ(read_in.images.size(), 2U);
  EXPECT_EQ(read_in.images[0].url, "data:image/png;base64,AA==");
  EXPECT_EQ(read_in.images[1].url, "https://a/b.png");
}

TEST(ChatAttachments, AudioIsPutTogether) {
  Attachments read_in;
  read(R"({"audio":{"id":"audio_1","transcript":"Hel"}})", read_in);
  read(R"({"audio":{"data":"UklG","transcript":"lo"}})", read_in);
  read(R"({"audio":{"data":"Rg==","expires_at":1767761758}})", read_in);
  ASSERT_TRUE(read_in.audio);
  EXPECT_EQ(read_in.audio->id, "audio_1");
  EXPECT_EQ(read_in.audio->data, "UklGRg==");
  EXPECT_EQ(read_in.audio->transcript, "Hello");
  EXPECT_EQ(read_in.audio->expires_at, 1767761758);
}

TEST(ChatAttachments, CitationsAreReadAndOtherAnnotationsKept) {
  Attachments read_in;
  read(R"({"annotations":[{"type":"url_citation","url_citation":{"url":"https://a","title":"A",)"
       R"("content":"so","start_index":3,"end_index":9}}]})",
       read_in);
  read(R"({"annotations":[{"type":"file","file":{"hash":"h","content":[]}}, null]})", read_in);
  ASSERT_EQ(read_in.citations.size(), 1U);
  EXPECT_EQ(read_in.citations[0].url, "https://a");
  EXPECT_EQ(read_in.citations[0].title, "A");
  EXPECT_EQ(read_in.citations[0].content, "so");
  EXPECT_EQ(read_in.citations[0].start_index, 3);
  EXPECT_EQ(read_in.citations[0].end_index, 9);
  EXPECT_EQ(read_in.json, R"([{"type":"file","file":{"hash":"h","content":[]}}])");
  read(R"({"annotations":[{"type":"file","file":{"hash":"i"}}]})", read_in);
  EXPECT_EQ(read_in.json, R"([{"type":"file","file":{"hash":"h","content":[]}},)"
                          R"({"type":"file","file":{"hash":"i"}}])");
}

TEST(ChatAttachments, NothingIsNothing) {
  Attachments read_in;
  read(R"({"images":null,"audio":null,"annotations":[]})", read_in);
  read(R"({"images":{},"audio":"x","annotations":7})", read_in);
  EXPECT_TRUE(read_in.images.empty());
  EXPECT_FALSE(read_in.audio);
  EXPECT_TRUE(read_in.citations.empty());
  EXPECT_EQ(read_in.json, "");
}

}  // namespace
}  // namespace tollway::dialects
