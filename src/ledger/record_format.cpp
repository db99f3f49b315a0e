#include "ledger/record_format.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "base/limits.hpp"

namespace tollway::ledger {
namespace {

static_assert(std::endian::native == std::endian::little, "the journal is little-endian");

struct Frame {
  std::uint32_t size;  // of all, a multiple of 8; zero where no record follows
  std::uint32_t kind;
  std::uint64_t checksum;  // of the payload
};
static_assert(sizeof(Frame) == 16);

constexpr std::size_t begun_texts = 4;
constexpr std::size_t settled_texts = 9;

struct BegunPart {
  RequestId request;
  std::int64_t at_ms;
  std::uint32_t flags;
  std::uint16_t attempt;
  std::array<std::uint16_t, begun_texts> lengths;
  std::uint16_t padding;
};
static_assert(sizeof(BegunPart) == 40);

struct SettledPart {
  RequestId request;
  std::int64_t at_ms;
  std::uint32_t flags;
  std::uint16_t attempt;
  std::uint16_t status;
  std::array<std::int64_t, 11> counts;
  std::array<std::int64_t, 4> money;
  std::array<std::uint32_t, 4> times;
  std::array<std::uint16_t, settled_texts> lengths;
  std::uint16_t money_present;   // a bit each
  std::uint32_t extras_present;  // a bit each
};
static_assert(sizeof(SettledPart) == 192);

// What most attempts have not follows the texts, where it is not zero: counts, and the pricing. So
// a record without any is what it was before there were extras, and so is its hash.
constexpr std::int64_t Counts::* extra_members[] = {
    &Counts::input_image,        &Counts::input_video,         &Counts::output_video,
    &Counts::input_image_pieces, &Counts::output_image_pieces,
};
constexpr std::size_t extra_counts = std::size(extra_members);
constexpr std::size_t extras_max = extra_counts + 1;
static_assert(sizeof(Frame) + sizeof(SettledPart) + settled_texts * limits::ledger_text_bytes_max +
                  extras_max * sizeof(std::int64_t) <=
              record_bytes_max);

constexpr std::int64_t Counts::* count_members[] = {
    &Counts::input,          &Counts::cache_read,   &Counts::cache_write_5m,
    &Counts::cache_write_1h, &Counts::input_audio,  &Counts::cache_read_audio,
    &Counts::output,         &Counts::reasoning,    &Counts::output_audio,
    &Counts::output_image,   &Counts::web_searches,
};
constexpr std::optional<Money> AttemptRecord::* money_members[] = {
    &AttemptRecord::billed,
    &AttemptRecord::computed,
    &AttemptRecord::computed_prompt,
    &AttemptRecord::computed_completion,
};
constexpr std::uint32_t AttemptRecord::* time_members[] = {
    &AttemptRecord::connect_us,
    &AttemptRecord::first_byte_us,
    &AttemptRecord::first_token_us,
    &AttemptRecord::total_us,
};
// Those of a begun record first.
constexpr std::string_view AttemptRecord::* text_members[] = {
    &AttemptRecord::key,         &AttemptRecord::route,        &AttemptRecord::provider,
    &AttemptRecord::model,       &AttemptRecord::served_model, &AttemptRecord::served_by,
    &AttemptRecord::upstream_id, &AttemptRecord::outcome,      &AttemptRecord::finish_reason,
};

std::int64_t packed(const Pricing& pricing) {
  const std::uint64_t bits = static_cast<std::uint64_t>(tier_number(pricing.tier)) |
                             static_cast<std::uint64_t>(pricing.source) << 8 |
                             static_cast<std::uint64_t>(static_cast<std::uint32_t>(pricing.day))
                                 << 16;
  return static_cast<std::int64_t>(bits);
}

Pricing unpacked(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return {.tier = tier_of(static_cast<std::int64_t>(bits & 0xff)),
          .source = static_cast<PriceSource>(bits >> 8 & 0xff),
          .day = static_cast<std::int32_t>(static_cast<std::uint32_t>(bits >> 16))};
}

// Cut between two characters of UTF-8.
std::string_view cut(std::string_view text) {
  constexpr auto max = limits::ledger_text_bytes_max;
  if (text.size() <= max) return text;
  std::size_t size = max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

template <std::size_t count>
char* write_texts(const AttemptRecord& record, std::array<std::uint16_t, count>& lengths,
                  char* at) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view text = cut(record.*text_members[i]);
    lengths[i] = static_cast<std::uint16_t>(text.size());
    at += text.copy(at, text.size());
  }
  return at;
}

char* write_begun(const AttemptRecord& record, char* at) {
  BegunPart part{};
  part.request = record.request;
  part.at_ms = record.at_ms;
  part.flags = record.flags;
  part.attempt = record.attempt;
  char* const end = write_texts(record, part.lengths, at + sizeof part);
  std::memcpy(at, &part, sizeof part);
  return end;
}

char* write_extras(const AttemptRecord& record, std::uint32_t& present, char* at) {
  const auto write = [&](std::size_t number, std::int64_t extra) {
    if (extra == 0) return;
    present |= std::uint32_t{1} << number;
    std::memcpy(at, &extra, sizeof extra);
    at += sizeof extra;
  };
  for (std::size_t i = 0; i < extra_counts; ++i) write(i, record.counts.*extra_members[i]);
  write(extra_counts, packed(record.pricing));
  return at;
}

bool read_extras(std::string_view bytes, std::uint32_t present, AttemptRecord& record) {
  if (present >> extras_max != 0) return false;
  for (std::size_t i = 0; i < extras_max; ++i) {
    if ((present & (std::uint32_t{1} << i)) == 0) continue;
    std::int64_t extra = 0;
    if (bytes.size() < sizeof extra) return false;
    std::memcpy(&extra, bytes.data(), sizeof extra);
    bytes.remove_prefix(sizeof extra);
    if (i < extra_counts) {
      record.counts.*extra_members[i] = extra;
    } else {
      record.pricing = unpacked(extra);
    }
  }
  return true;
}

char* write_settled(const AttemptRecord& record, char* at) {
  SettledPart part{};
  part.request = record.request;
  part.at_ms = record.at_ms;
  part.flags = record.flags;
  part.attempt = record.attempt;
  part.status = record.status;
  for (std::size_t i = 0; i < part.counts.size(); ++i) {
    part.counts[i] = record.counts.*count_members[i];
  }
  for (std::size_t i = 0; i < part.money.size(); ++i) {
    const auto& money = record.*money_members[i];
    if (!money) continue;
    part.money[i] = money->nanodollars;
    part.money_present |= static_cast<std::uint16_t>(1U << i);
  }
  for (std::size_t i = 0; i < part.times.size(); ++i) part.times[i] = record.*time_members[i];
  char* const texts_end = write_texts(record, part.lengths, at + sizeof part);
  char* const end = write_extras(record, part.extras_present, texts_end);
  std::memcpy(at, &part, sizeof part);
  return end;
}

// Tells torn records from whole ones, not friends from foes: that is the hash chain's.
std::uint64_t checksum_of(const char* payload, std::size_t size) {
  return XXH3_64bits(payload, size);
}

// Takes them off `bytes`.
template <std::size_t count>
bool read_texts(std::string_view& bytes, const std::array<std::uint16_t, count>& lengths,
                AttemptRecord& record) {
  for (std::size_t i = 0; i < count; ++i) {
    if (lengths[i] > bytes.size()) return false;
    record.*text_members[i] = bytes.substr(0, lengths[i]);
    bytes.remove_prefix(lengths[i]);
  }
  return true;
}

bool read_begun(std::string_view payload, AttemptRecord& record) {
  BegunPart part;
  if (payload.size() < sizeof part) return false;
  std::memcpy(&part, payload.data(), sizeof part);
  record.request = part.request;
  record.at_ms = part.at_ms;
  record.flags = part.flags;
  record.attempt = static_cast<std::uint8_t>(part.attempt);
  payload.remove_prefix(sizeof part);
  return read_texts(payload, part.lengths, record);
}

bool read_settled(std::string_view payload, AttemptRecord& record) {
  SettledPart part;
  if (payload.size() < sizeof part) return false;
  std::memcpy(&part, payload.data(), sizeof part);
  record.request = part.request;
  record.at_ms = part.at_ms;
  record.flags = part.flags;
  record.attempt = static_cast<std::uint8_t>(part.attempt);
  record.status = part.status;
  for (std::size_t i = 0; i < part.counts.size(); ++i) {
    record.counts.*count_members[i] = part.counts[i];
  }
  for (std::size_t i = 0; i < part.money.size(); ++i) {
    if ((part.money_present & (1U << i)) != 0) record.*money_members[i] = Money{part.money[i]};
  }
  for (std::size_t i = 0; i < part.times.size(); ++i) record.*time_members[i] = part.times[i];
  payload.remove_prefix(sizeof part);
  return read_texts(payload, part.lengths, record) &&
         read_extras(payload, part.extras_present, record);
}

}  // namespace

std::size_t write_record(Kind kind, const AttemptRecord& record, char* at) noexcept {
  char* const payload = at + sizeof(Frame);
  char* const end =
      kind == Kind::begun ? write_begun(record, payload) : write_settled(record, payload);
  auto payload_size = static_cast<std::size_t>(end - payload);
  const std::size_t padded = (payload_size + 7) & ~std::size_t{7};
  std::memset(end, 0, padded - payload_size);
  const std::size_t size = sizeof(Frame) + padded;
  const std::uint64_t sum = checksum_of(payload, padded);
  std::memcpy(at + offsetof(Frame, kind), &kind, sizeof kind);
  std::memcpy(at + offsetof(Frame, checksum), &sum, sizeof sum);
  std::atomic_ref<std::uint32_t>(*reinterpret_cast<std::uint32_t*>(at))
      .store(static_cast<std::uint32_t>(size), std::memory_order_release);
  return size;
}

std::string_view sealed_bytes(const AttemptRecord& record) {
  thread_local std::array<char, record_bytes_max> bytes;
  const char* const end = write_settled(record, bytes.data());
  return {bytes.data(), static_cast<std::size_t>(end - bytes.data())};
}

std::optional<ReadRecord> read_record(std::string_view bytes) noexcept {
  Frame frame;
  if (bytes.size() < sizeof frame) return std::nullopt;
  std::memcpy(&frame, bytes.data(), sizeof frame);
  if (frame.size <= sizeof frame || frame.size > std::min(bytes.size(), record_bytes_max) ||
      frame.size % 8 != 0) {
    return std::nullopt;
  }
  const auto payload = bytes.substr(sizeof frame, frame.size - sizeof frame);
  if (checksum_of(payload.data(), payload.size()) != frame.checksum) return std::nullopt;
  ReadRecord read{.kind = static_cast<Kind>(frame.kind), .record = {}, .size = frame.size};
  const bool whole = read.kind == Kind::begun     ? read_begun(payload, read.record)
                     : read.kind == Kind::settled ? read_settled(payload, read.record)
                                                  : false;
  return whole ? std::optional(read) : std::nullopt;
}

}  // namespace tollway::ledger
