#pragma once
// What a rank signs and checks with. All keys of a case follow from its seed, so that no rank has to send another one its own.

#include <cstdint>
#include <vector>

#include "harness/authentication/primitives.hpp"
#include "harness/description.hpp"

namespace coordbench {

class Keys {
 public:
  /// Of one rank, for the members of the case; those that its way of authentication has a use for.
  Keys(const Shape& shape, Rank self, Primitives primitives);

  /// Codes messages from this rank to another one, or back. The two directions have different keys, so that nothing a rank
  /// sent can be shown to it as another's.
  [[nodiscard]] const Key& to(Rank rank) const { return to_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] const Key& from(Rank rank) const { return from_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] Signature sign(Bytes text) const;
  [[nodiscard]] bool verifies(Rank rank, Bytes text, const Signature& signature) const;

 private:
  Primitives primitives_;
  std::vector<Key> to_, from_;  ///< [rank]
  std::vector<Key> open_;       ///< [rank]: public keys; of fast signatures, what they are made with
  SigningKey secret_{};
  Rank self_;
};

}  // namespace coordbench
