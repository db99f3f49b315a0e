// One attempt as a row of the database.
#include <algorithm>
#include <tuple>

#include "ledger/database.hpp"
#include "ledger/record_format.hpp"

namespace tollway::ledger {
namespace {

void bind_or_null(sqlite::Statement& statement, int at, std::int64_t count) {
  if (count == 0) {
    statement.bind_null(at);
  } else {
    statement.bind(at, count);
  }
}

void bind_money(sqlite::Statement& statement, int at, const std::optional<Money>& money) {
  if (money) {
    statement.bind(at, money->nanodollars);
  } else {
    statement.bind_null(at);
  }
}

void bind_us(sqlite::Statement& statement, int at, std::uint32_t us) {
  if (us == AttemptRecord::unset_us) {
    statement.bind_null(at);
  } else {
    statement.bind(at, static_cast<std::int64_t>(us));
  }
}

std::int64_t integer(SQLite::Statement& row, int column) {
  return row.getColumn(column).getInt64();
}
bool is_null(SQLite::Statement& row, int column) {
  return row.getColumn(column).isNull();
}
std::string_view bytes(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  const auto* const data = static_cast<const char*>(cell.getBlob());
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(cell.getBytes())};
}
std::int64_t integer(const sqlite::Statement& row, int column) {
  return row.integer(column);
}
bool is_null(const sqlite::Statement& row, int column) {
  return row.is_null(column);
}
std::string_view bytes(const sqlite::Statement& row, int column) {
  return row.bytes(column);
}

// Walks the columns in their order.
template <class Row>
class Columns {
 public:
  explicit Columns(Row& row) : row_(row) {}

  std::int64_t number() { return integer(row_, next_++); }
  std::optional<Money> money() {
    const int at = next_++;
    return is_null(row_, at) ? std::nullopt : std::optional(Money{integer(row_, at)});
  }
  std::uint32_t us() {
    const int at = next_++;
    return is_null(row_, at) ? AttemptRecord::unset_us
                             : static_cast<std::uint32_t>(integer(row_, at));
  }
  // Lasts until the statement's next step.
  std::string_view text() { return bytes(row_, next_++); }

 private:
  Row& row_;
  int next_ = 0;
};

template <class Row>
AttemptRecord read(Database& database, Row& row) {
  Columns<Row> columns(row);
  AttemptRecord record;
  std::ignore = columns.number();  // seq
  record.request = request_id_of(columns.text());
  record.attempt = static_cast<std::uint8_t>(columns.number());
  record.at_ms = columns.number();
  record.flags = static_cast<std::uint32_t>(columns.number());
  record.status = static_cast<std::uint16_t>(columns.number());
  for (const auto member : name_members) record.*member = database.name(columns.number());
  record.upstream_id = columns.text();
  Counts& counts = record.counts;
  for (auto* count :
       {&counts.input, &counts.output, &counts.cache_read, &counts.cache_write_5m,
        &counts.cache_write_1h, &counts.input_audio, &counts.cache_read_audio, &counts.reasoning,
        &counts.output_audio, &counts.output_image, &counts.web_searches}) {
    *count = columns.number();
  }
  for (auto* money :
       {&record.billed, &record.computed, &record.computed_prompt, &record.computed_completion}) {
    *money = columns.money();
  }
  for (auto* us :
       {&record.connect_us, &record.first_byte_us, &record.first_token_us, &record.total_us}) {
    *us = columns.us();
  }
  for (auto* count : {&counts.input_image, &counts.input_video, &counts.output_video,
                      &counts.input_image_pieces, &counts.output_image_pieces}) {
    *count = columns.number();
  }
  record.pricing.tier = tier_of(columns.number());
  record.pricing.source = static_cast<PriceSource>(columns.number());
  record.pricing.day = static_cast<std::int32_t>(columns.number());
  return record;
}

}  // namespace

const char* const attempt_columns =
    "seq, request, attempt, at, flags, status, key, route, provider, model, served_model, "
    "served_by, outcome, finish_reason, upstream_id, input, output, cache_read, cache_write_5m, "
    "cache_write_1h, input_audio, cache_read_audio, reasoning, output_audio, output_image, "
    "web_searches, billed, computed, computed_prompt, computed_completion, connect_us, "
    "first_byte_us, first_token_us, total_us, input_image, input_video, output_video, "
    "input_image_pieces, output_image_pieces, service_tier, price_source, price_day";

const char* const insert_attempt_sql =
    "INSERT INTO attempts (seq, request, attempt, at, flags, status, key, route, provider, model, "
    "served_model, served_by, outcome, finish_reason, upstream_id, input, output, cache_read, "
    "cache_write_5m, cache_write_1h, input_audio, cache_read_audio, reasoning, output_audio, "
    "output_image, web_searches, billed, computed, computed_prompt, computed_completion, "
    "connect_us, first_byte_us, first_token_us, total_us, upstream_key, input_image, input_video, "
    "output_video, input_image_pieces, output_image_pieces, service_tier, price_source, "
    "price_day) VALUES "
    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT (request, attempt) DO NOTHING";

void put_attempt(sqlite::Statement& insert, std::int64_t seq, const AttemptRecord& record,
                 const NameIds& names) {
  int at = 0;
  insert.bind(++at, seq);
  insert.bind_bytes(++at,
                    {reinterpret_cast<const char*>(record.request.data()), record.request.size()});
  insert.bind(++at, record.attempt);
  insert.bind(++at, record.at_ms);
  insert.bind(++at, record.flags);
  insert.bind(++at, record.status);
  for (const auto id : {names.key, names.route, names.provider, names.model, names.served_model,
                        names.served_by, names.outcome, names.finish_reason}) {
    insert.bind(++at, id);
  }
  if (record.upstream_id.empty()) {
    insert.bind_null(++at);
  } else {
    insert.bind_text(++at, record.upstream_id);
  }
  insert.bind(++at, record.counts.input);
  insert.bind(++at, record.counts.output);
  for (const auto count :
       {record.counts.cache_read, record.counts.cache_write_5m, record.counts.cache_write_1h,
        record.counts.input_audio, record.counts.cache_read_audio, record.counts.reasoning,
        record.counts.output_audio, record.counts.output_image, record.counts.web_searches}) {
    bind_or_null(insert, ++at, count);
  }
  for (const auto& money :
       {record.billed, record.computed, record.computed_prompt, record.computed_completion}) {
    bind_money(insert, ++at, money);
  }
  for (const auto us :
       {record.connect_us, record.first_byte_us, record.first_token_us, record.total_us}) {
    bind_us(insert, ++at, us);
  }
  if (record.upstream_id.empty()) {
    insert.bind_null(++at);
  } else {
    insert.bind(++at, upstream_key(day_of_ms(record.at_ms), record.upstream_id));
  }
  const Counts& counts = record.counts;
  for (const auto number :
       {counts.input_image, counts.input_video, counts.output_video, counts.input_image_pieces,
        counts.output_image_pieces, tier_number(record.pricing.tier),
        static_cast<std::int64_t>(record.pricing.source),
        static_cast<std::int64_t>(record.pricing.day)}) {
    bind_or_null(insert, ++at, number);
  }
}

RequestId request_id_of(std::string_view bytes) {
  RequestId id{};
  if (bytes.size() == id.size()) std::ranges::copy(bytes, id.begin());
  return id;
}

AttemptRecord attempt_of(Database& database, SQLite::Statement& row) {
  return read(database, row);
}

AttemptRecord attempt_of(Database& database, const sqlite::Statement& row) {
  return read(database, row);
}

}  // namespace tollway::ledger
