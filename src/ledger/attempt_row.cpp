// One attempt as a row of the database.
#include <algorithm>
#include <tuple>

#include "ledger/database.hpp"

namespace tollway::ledger {
namespace {

void bind_or_null(SQLite::Statement& statement, int at, std::int64_t count) {
  if (count == 0) {
    statement.bind(at);
  } else {
    statement.bind(at, count);
  }
}

void bind_money(SQLite::Statement& statement, int at, const std::optional<Money>& money) {
  if (money) {
    statement.bind(at, money->nanodollars);
  } else {
    statement.bind(at);
  }
}

void bind_us(SQLite::Statement& statement, int at, std::uint32_t us) {
  if (us == AttemptRecord::unset_us) {
    statement.bind(at);
  } else {
    statement.bind(at, static_cast<std::int64_t>(us));
  }
}

// Walks the columns in their order.
class Columns {
 public:
  Columns(Database& database, SQLite::Statement& row) : database_(database), row_(row) {}

  std::int64_t number() { return row_.getColumn(next_++).getInt64(); }
  std::string_view name() { return database_.name(number()); }
  std::optional<Money> money() {
    const auto column = row_.getColumn(next_++);
    return column.isNull() ? std::nullopt : std::optional(Money{column.getInt64()});
  }
  std::uint32_t us() {
    const auto column = row_.getColumn(next_++);
    return column.isNull() ? AttemptRecord::unset_us
                           : static_cast<std::uint32_t>(column.getInt64());
  }
  // Lasts until the statement's next step.
  std::string_view bytes() {
    const auto column = row_.getColumn(next_++);
    const auto* const data = static_cast<const char*>(column.getBlob());
    return data == nullptr ? std::string_view()
                           : std::string_view(data, static_cast<std::size_t>(column.getBytes()));
  }

 private:
  Database& database_;
  SQLite::Statement& row_;
  int next_ = 0;
};

}  // namespace

const char* const attempt_columns =
    "seq, request, attempt, at, flags, status, key, route, provider, model, served_model, "
    "served_by, outcome, finish_reason, upstream_id, input, output, cache_read, cache_write_5m, "
    "cache_write_1h, input_audio, cache_read_audio, reasoning, output_audio, output_image, "
    "web_searches, billed, computed, computed_prompt, computed_completion, connect_us, "
    "first_byte_us, first_token_us, total_us";

void put_attempt(Database& database, SQLite::Statement& insert, std::int64_t seq,
                 const AttemptRecord& record) {
  int at = 0;
  insert.bind(++at, seq);
  insert.bindNoCopy(++at, record.request.data(), static_cast<int>(record.request.size()));
  insert.bind(++at, static_cast<int>(record.attempt));
  insert.bind(++at, record.at_ms);
  insert.bind(++at, static_cast<std::int64_t>(record.flags));
  insert.bind(++at, static_cast<int>(record.status));
  for (const auto& text :
       {record.key, record.route, record.provider, record.model, record.served_model,
        record.served_by, record.outcome, record.finish_reason}) {
    insert.bind(++at, database.id_of(text));
  }
  if (record.upstream_id.empty()) {
    insert.bind(++at);
  } else {
    insert.bind(++at, std::string(record.upstream_id));
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
    insert.bind(++at);
  } else {
    insert.bind(++at, upstream_hash(record.upstream_id));
  }
}

RequestId request_id_of(std::string_view bytes) {
  RequestId id{};
  if (bytes.size() == id.size()) std::ranges::copy(bytes, id.begin());
  return id;
}

AttemptRecord attempt_of(Database& database, SQLite::Statement& row) {
  Columns columns(database, row);
  AttemptRecord record;
  std::ignore = columns.number();  // seq
  record.request = request_id_of(columns.bytes());
  record.attempt = static_cast<std::uint8_t>(columns.number());
  record.at_ms = columns.number();
  record.flags = static_cast<std::uint32_t>(columns.number());
  record.status = static_cast<std::uint16_t>(columns.number());
  for (auto* text :
       {&record.key, &record.route, &record.provider, &record.model, &record.served_model,
        &record.served_by, &record.outcome, &record.finish_reason}) {
    *text = columns.name();
  }
  record.upstream_id = columns.bytes();
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
  return record;
}

}  // namespace tollway::ledger
