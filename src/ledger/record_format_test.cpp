#include "ledger/record_format.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/limits.hpp"
#include "ledger/chain.hpp"
#include "ledger/ledger_test.hpp"

namespace tollway::ledger {
namespace {

std::string written(Kind kind, const AttemptRecord& record) {
  alignas(8) std::array<char, record_bytes_max> bytes{};
  return {bytes.data(), write_record(kind, record, bytes.data())};
}

TEST(RecordFormat, ASettledRecordComesBackWhole) {
  AttemptRecord record = settled_record(7);
  record.counts = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 14, 15, 16};
  record.pricing = {
      .tier = llm::ServiceTier::priority, .source = PriceSource::built_in, .day = 20'786};
  record.computed_prompt.reset();
  record.first_token_us = AttemptRecord::unset_us;
  record.attempt = 255;
  const std::string bytes = written(Kind::settled, record);
  const auto read = read_record(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size, bytes.size());
  EXPECT_EQ(sealed_bytes(read->record), std::string(sealed_bytes(record)));
  EXPECT_EQ(read->record.upstream_id, record.upstream_id);
  EXPECT_EQ(read->record.counts, record.counts);
  EXPECT_EQ(read->record.pricing, record.pricing);
  EXPECT_EQ(read->record.computed_prompt, std::nullopt);
  EXPECT_EQ(read->record.attempt, 255);
}

// Else the hash chain of a ledger that an older version began would not hold.
TEST(RecordFormat, ARecordWithoutExtrasIsWhatItWasBeforeThereWereAny) {
  RowsHash hash;
  hash.add(settled_record(7));
  EXPECT_EQ(to_hex(hash.finish()),
            "8dc82a362f31af38ee1ec6b2a1da7562582be2fe286333ae65abd618d7b83dc2");
}

TEST(RecordFormat, EachExtraIsUnderTheHash) {
  const auto hashed = [](const AttemptRecord& record) { return std::string(sealed_bytes(record)); };
  const std::string before = hashed(settled_record(7));
  for (const auto member : {&Counts::input_image, &Counts::input_video, &Counts::output_video,
                            &Counts::input_image_pieces, &Counts::output_image_pieces}) {
    AttemptRecord record = settled_record(7);
    record.counts.*member = 1;
    EXPECT_NE(hashed(record), before);
  }
  for (const Pricing& pricing : {Pricing{llm::ServiceTier::standard, {}, 0},
                                 Pricing{{}, PriceSource::built_in, 0}, Pricing{{}, {}, 1}}) {
    AttemptRecord record = settled_record(7);
    record.pricing = pricing;
    EXPECT_NE(hashed(record), before);
  }
}

TEST(RecordFormat, ABegunRecordSaysWhoAskedWhomForWhat) {
  const auto bytes = written(Kind::begun, settled_record(7));
  const auto read = read_record(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, Kind::begun);
  EXPECT_EQ(read->record.model, "openai/gpt-4o");
  EXPECT_EQ(read->record.request, request_id(7));
  EXPECT_EQ(read->record.outcome, "");
}

TEST(RecordFormat, TheLongestRecordFitsAndTextsAreCutBetweenCharacters) {
  std::string text(limits::ledger_text_bytes_max - 1, 'x');
  text += "\u00e9";
  AttemptRecord record = settled_record(1);
  record.counts = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  record.pricing.day = -1;
  for (auto* field :
       {&record.key, &record.route, &record.provider, &record.model, &record.served_model,
        &record.served_by, &record.upstream_id, &record.outcome, &record.finish_reason}) {
    *field = text;
  }
  const auto bytes = written(Kind::settled, record);
  EXPECT_LE(bytes.size(), record_bytes_max);
  EXPECT_EQ(read_record(bytes)->record.counts, record.counts);
  const auto read = read_record(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->record.model, text.substr(0, text.size() - 2));
}

TEST(RecordFormat, CutAnywhereOrChangedAnywhereItIsNoRecord) {
  const auto bytes = written(Kind::settled, settled_record(7));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_record(bytes.substr(0, size))) << size;
    std::string torn = bytes;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(size), torn.end(), '\0');
    // A tail that is zeros anyway is not torn.
    if (torn != bytes) EXPECT_FALSE(read_record(torn)) << size;
    std::string changed = bytes;
    changed[size] = static_cast<char>(changed[size] ^ 0x10);
    // The upper half of the kind is the kind.
    EXPECT_FALSE(read_record(changed)) << size;
  }
}

}  // namespace
}  // namespace tollway::ledger
