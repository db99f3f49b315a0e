// Everything that is spent, from the loops to the disk.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "ledger/journal.hpp"

namespace tollway::ledger {

// What survives a power cut. The end of the process, however it comes, loses nothing either way.
enum class Sync : std::uint8_t {
  process,  // what the database holds; the journal when the kernel writes it
  second,   // the journal too, within a second
};

// Owns the database and the thread that moves records from the journals into it. One process at a
// time has a data directory's ledger; others may read the database. Thread-safe.
class Ledger {
 public:
  struct Options {
    std::string directory;  // DATA: ledger.db and journal/ are in it
    Sync sync = Sync::process;
    std::size_t backlog_bytes_max = limits::ledger_backlog_bytes_max;
    std::size_t segment_bytes = limits::journal_segment_bytes;
    std::chrono::milliseconds move_every{100};
    std::chrono::milliseconds sync_every{1000};            // for Sync::second
    std::chrono::milliseconds lock_patience{250};          // for others who write the database
    std::chrono::milliseconds predecessor_patience{5000};  // for a process that is about to end
    std::chrono::days kept{0};  // how long every attempt is; then its sums alone; 0: for ever
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
    FileOperations* files = &FileOperations::system();
  };
  // Takes over what an earlier process left in the journal; attempts that it did not settle become
  // rows with the outcome "interrupted". Errors say what to do; nothing is lost by one.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(Options options);
  // Moves what is left. Every journal must be gone.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // One for each loop; the ledger outlives it.
  [[nodiscard]] std::unique_ptr<Journal> make_journal();
  // Blocks until all that was settled before is in the database. Errc::overloaded where it takes
  // nothing.
  [[nodiscard]] Result<> flush();

  [[nodiscard]] const std::string& database_path() const noexcept;
  [[nodiscard]] const Health& health() const noexcept;

 private:
  struct Parts;
  explicit Ledger(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway::ledger
