#include "tokenizer/byte_pairs.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

namespace tollway::tokenizer {
namespace {

constexpr std::size_t short_piece_max = 128;

// Parts in plain arrays, whose lowest pair is looked for anew after each merge: quadratic, but a
// few instructions for many parts at once.
class ShortPiece {
 public:
  ShortPiece(const Ranks& ranks, std::string_view piece)
      : ranks_(ranks), piece_(piece), count_(piece.size()) {
    for (std::size_t i = 0; i <= count_; ++i) begins_[i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i + 1 < count_; ++i) {
      pair_ranks_[i] = ranks.of_two(piece[i], piece[i + 1]);
    }
    pair_ranks_[count_ - 1] = Ranks::none;
  }

  void merge_all() {
    for (std::size_t at = lowest(); pair_ranks_[at] != Ranks::none; at = lowest()) {
      std::copy(begins_.begin() + at + 2, begins_.begin() + count_ + 1, begins_.begin() + at + 1);
      std::copy(pair_ranks_.begin() + at + 2, pair_ranks_.begin() + count_,
                pair_ranks_.begin() + at + 1);
      --count_;
      pair_ranks_[at] = pair_rank(at);
      if (at > 0) pair_ranks_[at - 1] = pair_rank(at - 1);
    }
  }

  void append(std::vector<std::uint32_t>& tokens) const {
    for (std::size_t i = 0; i < count_; ++i) tokens.push_back(ranks_.of(bytes(i, i + 1)));
  }

 private:
  [[nodiscard]] std::string_view bytes(std::size_t from, std::size_t to) const {
    return piece_.substr(begins_[from], begins_[to] - begins_[from]);
  }
  [[nodiscard]] std::uint32_t pair_rank(std::size_t part) const {
    return part + 2 <= count_ ? ranks_.of(bytes(part, part + 2)) : Ranks::none;
  }
  // The leftmost part with the lowest pair.
  [[nodiscard]] std::size_t lowest() const {
    auto rank = Ranks::none;
    for (std::size_t i = 0; i < count_; ++i) rank = std::min(rank, pair_ranks_[i]);
    std::size_t at = 0;
    while (pair_ranks_[at] != rank) ++at;
    return at;
  }

  const Ranks& ranks_;
  std::string_view piece_;
  std::size_t count_;
  std::array<std::uint8_t, short_piece_max + 1> begins_;
  std::array<std::uint32_t, short_piece_max + 1> pair_ranks_;  // of a part and the next
};

// A linked list of parts and a heap of pairs; what a merge made stale is passed over.
class LongPiece {
 public:
  LongPiece(const Ranks& ranks, std::string_view piece) : ranks_(ranks), piece_(piece) {
    parts_.resize(piece.size() + 1);
    for (std::uint32_t i = 0; i < parts_.size(); ++i) {
      parts_[i] = {.previous = i - 1, .next = i + 1, .pair_rank = Ranks::none};
    }
    pairs_.reserve(piece.size());
    for (std::uint32_t i = 0; i + 1 < piece.size(); ++i) {
      parts_[i].pair_rank = ranks.of_two(piece[i], piece[i + 1]);
      if (parts_[i].pair_rank != Ranks::none) pairs_.push_back(pair_of(i));
    }
    std::ranges::make_heap(pairs_, std::greater<>());
  }

  void merge_all() {
    while (!pairs_.empty()) {
      std::ranges::pop_heap(pairs_, std::greater<>());
      const auto part = static_cast<std::uint32_t>(pairs_.back());
      const bool is_current = pair_of(part) == pairs_.back();
      pairs_.pop_back();
      if (is_current) merge(part);
    }
  }

  void append(std::vector<std::uint32_t>& tokens) const {
    for (std::uint32_t part = 0; part < piece_.size(); part = parts_[part].next) {
      tokens.push_back(ranks_.of(piece_.substr(part, parts_[part].next - part)));
    }
  }

 private:
  // A part is named by the index of its first byte; its end is the next part's beginning.
  struct Part {
    std::uint32_t previous = 0;
    std::uint32_t next = 0;
    std::uint32_t pair_rank = Ranks::none;  // with the next; none for a part that was merged away
  };

  // The rank above the part, so that the lowest rank comes first and the leftmost of equals.
  [[nodiscard]] std::uint64_t pair_of(std::uint32_t part) const {
    return std::uint64_t{parts_[part].pair_rank} << 32U | part;
  }

  void offer(std::uint32_t part) {
    const auto second = parts_[part].next;
    auto& rank = parts_[part].pair_rank;
    rank = second < piece_.size() ? ranks_.of(piece_.substr(part, parts_[second].next - part))
                                  : Ranks::none;
    if (rank == Ranks::none) return;
    pairs_.push_back(pair_of(part));
    std::ranges::push_heap(pairs_, std::greater<>());
  }

  void merge(std::uint32_t part) {
    const auto second = parts_[part].next;
    parts_[second].pair_rank = Ranks::none;
    parts_[part].next = parts_[second].next;
    parts_[parts_[part].next].previous = part;
    offer(part);
    if (part > 0) offer(parts_[part].previous);
  }

  const Ranks& ranks_;
  std::string_view piece_;
  std::vector<Part> parts_;           // one more than bytes: the end
  std::vector<std::uint64_t> pairs_;  // a heap
};

}  // namespace

void encode_piece(const Ranks& ranks, std::string_view piece, std::vector<std::uint32_t>& tokens) {
  if (const auto whole = ranks.of(piece); whole != Ranks::none) {
    tokens.push_back(whole);
  } else if (piece.size() <= short_piece_max) {
    ShortPiece parts(ranks, piece);
    parts.merge_all();
    parts.append(tokens);
  } else {
    LongPiece parts(ranks, piece);
    parts.merge_all();
    parts.append(tokens);
  }
}

}  // namespace tollway::tokenizer
