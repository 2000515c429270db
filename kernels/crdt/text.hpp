#pragma once
// A text that several may edit at once, as a replicated growable array: characters in one order, those that were deleted
// included. A new character goes right behind its anchor, but behind those there that are newer than itself: so it does not
// matter in which order characters of one anchor come.
// Source: Roh, Jeon, Kim, Lee, J. Parallel Distrib. Comput. 71(3) 2011, algorithms 4 to 6 (RGA); a proof: Attiya, Burckhardt,
// Gotsman, Morrison, Yang, Zawirski, PODC 2016.

#include <algorithm>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

/// Of a character: the Lamport clock of its insertion and who made it. Clock 0: no character, or the beginning of the text.
struct Id {
  std::uint32_t clock = 0, replica = 0;
  friend bool operator==(const Id&, const Id&) = default;
  [[nodiscard]] bool is_newer_than(const Id& other) const {
    return clock != other.clock ? clock > other.clock : replica > other.replica;
  }
};

class Text {
 public:
  struct Character {
    Id id;
    std::uint32_t operation;    ///< what it shows
    std::uint32_t deleted = 0;  ///< the clock of a deletion; 0: it can be seen
  };

  /// Room for so many characters, deleted ones included; std::length_error beyond.
  explicit Text(std::size_t most) : most_(most) { characters_.reserve(most); }

  /// Deleted ones included.
  [[nodiscard]] const std::vector<Character>& characters() const { return characters_; }
  /// Of what can be seen.
  [[nodiscard]] int length() const { return length_; }
  [[nodiscard]] bool has_deleted() const { return static_cast<std::size_t>(length_) < characters_.size(); }
  [[nodiscard]] bool has(const Id& id) const { return id.clock == 0 || find(id) != characters_.end(); }
  [[nodiscard]] bool shows(std::uint32_t operation) const {
    return std::any_of(characters_.begin(), characters_.end(),
                       [=](const Character& it) { return it.operation == operation && it.deleted == 0; });
  }
  /// The character at a place, 0 … length - 1, of what can be seen.
  [[nodiscard]] Id at(int place) const {
    auto it = characters_.begin();
    while (it->deleted > 0 || place-- > 0) ++it;
    return it->id;
  }

  /// Behind an anchor that the text has.
  void insert(const Id& anchor, const Id& id, std::uint32_t operation) {
    if (characters_.size() == most_) throw std::length_error("text: more characters than declared");
    auto place = anchor.clock == 0 ? characters_.begin() : characters_.begin() + (find(anchor) - characters_.begin()) + 1;
    while (place != characters_.end() && place->id.is_newer_than(id)) ++place;
    characters_.insert(place, {id, operation});
    ++length_;
  }
  /// Hides a character that the text has; the first deletion counts.
  void erase(const Id& id, std::uint32_t clock) {
    Character& character = characters_[static_cast<std::size_t>(find(id) - characters_.begin())];
    if (character.deleted > 0) return;
    character.deleted = clock;
    --length_;
  }
  /// Forgets what was deleted up to a clock.
  void forget(std::uint32_t clock) {
    std::erase_if(characters_, [=](const Character& it) { return it.deleted > 0 && it.deleted <= clock; });
  }

 private:
  [[nodiscard]] std::vector<Character>::const_iterator find(const Id& id) const {
    return std::find_if(characters_.begin(), characters_.end(), [&](const Character& it) { return it.id == id; });
  }

  std::size_t most_;
  int length_ = 0;
  std::vector<Character> characters_{};  ///< in the order of the text
};

}  // namespace coordbench::crdt
