// Recordings, found by what was asked.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "recording/exchange.hpp"

namespace tollway::recording {

// All recordings of a directory. A request finds the one with the same method, path (query
// included) and body; bodies that are JSON are equal when their values are, whatever the order of
// keys, white space and spelling of numbers. Several with equal requests are served in turn, in the
// order of their names. Not thread-safe, because it counts the turns.
class Index {
 public:
  // Every *.json file below `directory`. An error names the file that is no recording.
  [[nodiscard]] static Result<Index> load(const std::filesystem::path& directory);

  // `name` is what messages call it: the file's path below the directory.
  void add(std::string name, Exchange exchange);

  struct Found {
    const Exchange* exchange = nullptr;  // lives as long as the index and until the next add()
    // Without one: which recording is nearest and where it first differs, fit to be shown:
    // "no recording matches POST /v1/x; nearest is a/b.json, first difference at
    // /messages/1/content: expected \"Hi\", came \"Ho\"".
    std::string explanation;
  };
  [[nodiscard]] Found find(std::string_view method, std::string_view path, std::string_view body);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  // "POST /api/v1/chat/completions" and how many recordings answer it, by name.
  [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> routes() const;

 private:
  struct Entry {
    std::string name;
    boost::json::value body;
    Exchange exchange;
  };
  // Entries with equal requests, and whose turn it is.
  struct Group {
    std::vector<std::size_t> entries;
    std::size_t next = 0;
  };
  [[nodiscard]] std::string explain(std::string_view method, std::string_view path,
                                    const boost::json::value& body) const;

  std::vector<Entry> entries_;
  std::unordered_multimap<std::size_t, Group> groups_;  // by a hash of the request
};

}  // namespace tollway::recording
