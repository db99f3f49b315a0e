// Every queue, buffer, retry and wait of the data plane has its limit here, under its name.
// Values that an operator may change are defaults of an option struct; the rest is fixed.
#pragma once

#include <chrono>
#include <cstddef>

namespace tollway::limits {

using namespace std::chrono_literals;

// HTTP messages.
inline constexpr std::size_t head_bytes_max = 64 * 1024;
inline constexpr std::size_t header_count_max = 128;
inline constexpr std::size_t request_body_bytes_max = 32 * 1024 * 1024;  // option
inline constexpr std::size_t json_depth_max = 512;
inline constexpr std::size_t explanation_bytes_max = 12 * 1024;  // clients take 16 KiB of head
inline constexpr int informational_answers_max = 8;              // 1xx before the real answer

// Answers.
inline constexpr std::size_t held_answer_bytes_max = 1024 * 1024;  // whole JSON held for a check
inline constexpr std::size_t held_stream_bytes_max = 64 * 1024;  // events before the first content
inline constexpr std::size_t sse_event_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t error_body_bytes_max = 256 * 1024;
inline constexpr std::size_t inflate_ratio_max = 200;
inline constexpr std::size_t inflate_free_bytes = 1024 * 1024;  // below this any ratio is fine

// Chat replies that are put together from what a provider sent.
inline constexpr std::size_t chat_answer_bytes_max = 128 * 1024 * 1024;
inline constexpr std::size_t tool_calls_max = 1024;          // of one reply
inline constexpr std::size_t reasoning_details_max = 65536;  // of one reply

// Buffers.
inline constexpr std::size_t read_buffer_bytes = 16 * 1024;

// Recordings (serve --record).
inline constexpr std::size_t recording_bytes_max = 64 * 1024 * 1024;           // of one exchange
inline constexpr std::size_t recordings_waiting_bytes_max = 64 * 1024 * 1024;  // for the disk

// The ledger and its journal (docs/decisions/0010).
inline constexpr std::size_t journal_segment_bytes = 1024 * 1024;
inline constexpr std::size_t ledger_text_bytes_max = 256;                   // of a name in a record
inline constexpr std::size_t ledger_backlog_bytes_max = 256 * 1024 * 1024;  // not yet in SQLite
inline constexpr std::size_t ledger_names_known_max = 65536;                // kept in memory
inline constexpr std::size_t ledger_batch_records_max = 65536;              // of one transaction
inline constexpr std::size_t ledger_reads_waiting_max = 256;                // questions to it
inline constexpr std::size_t token_counts_waiting_max = 4096;  // answers that stated no usage
// A larger database is not checked page by page at every start.
inline constexpr std::size_t ledger_checked_at_start_bytes_max = 128 * 1024 * 1024;

// Waits. Options where an operator may need another value.
inline constexpr auto client_head_timeout = 30s;   // from the first byte of a head to its end
inline constexpr auto client_body_timeout = 60s;   // between two reads of a body
inline constexpr auto client_idle_timeout = 75s;   // keep-alive
inline constexpr auto client_write_timeout = 60s;  // without progress
inline constexpr auto resolve_timeout = 5s;
inline constexpr auto connect_timeout = 5s;
inline constexpr auto tls_handshake_timeout = 10s;
inline constexpr auto first_byte_timeout = 300s;
inline constexpr auto between_bytes_timeout = 120s;
inline constexpr auto total_timeout = 1800s;
inline constexpr auto retry_after_max = 10min;  // whatever a provider asks for
inline constexpr auto ledger_read_timeout = 30s;
inline constexpr auto token_count_patience = 5s;
inline constexpr auto happy_eyeballs_delay = 250ms;
inline constexpr auto silence_before_comment = 10s;
inline constexpr auto drain_timeout = 30s;
inline constexpr auto queue_delay_max = 250ms;  // of a loop; beyond it work is turned away

// Connections.
inline constexpr std::size_t client_connections_max = 16384;  // a thread
inline constexpr std::size_t idle_upstreams_max = 1024;       // an origin and thread
inline constexpr auto upstream_idle_timeout = 60s;
inline constexpr std::size_t answer_readers_spare_max = 256;  // buffers kept for the next call
inline constexpr std::size_t requests_spare_max = 256;        // their memory kept for the next one
// A request up to this size goes up in one go; a larger one while the answer is watched for.
inline constexpr std::size_t upload_at_once_bytes = 32 * 1024;

// Names and addresses.
inline constexpr std::size_t resolver_threads_max = 8;
inline constexpr std::size_t resolver_queue_max = 256;   // names that wait for a thread
inline constexpr std::size_t resolver_names_max = 1024;  // cached
inline constexpr auto resolved_for = 30s;
inline constexpr auto unresolved_for = 2s;
inline constexpr std::size_t dial_addresses_max = 16;  // of one name

}  // namespace tollway::limits
