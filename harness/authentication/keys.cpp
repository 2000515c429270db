#include "harness/authentication/keys.hpp"

#include <span>
#include <type_traits>

namespace coordbench {
namespace {

enum class Use : std::uint32_t { mac = 1, signature };

/// A key for one use of one rank or pair.
Key derived(std::uint64_t seed, Use use, Rank first, Rank second, Primitives primitives) {
  struct Origin {
    std::uint64_t seed;
    Use use;
    std::int32_t first, second, padding;
  };
  static_assert(std::has_unique_object_representations_v<Origin>);
  const Origin origin{seed, use, first, second, 0};
  const Bytes text = std::as_bytes(std::span(&origin, 1));
  return (primitives == Primitives::fast ? fast::digest(text, {}) : sodium::digest(text, {})).bytes;
}

}  // namespace

Keys::Keys(const Shape& shape, Rank self, Primitives primitives) : primitives_(primitives), self_(self) {
  const auto key = [&](Use use, Rank first, Rank second) { return derived(shape.seed, use, first, second, primitives); };
  for (Rank rank = 0; rank < shape.members(); ++rank) {
    if (shape.authentication == Authentication::mac) {
      to_.push_back(key(Use::mac, self, rank));
      from_.push_back(key(Use::mac, rank, self));
    } else if (shape.authentication == Authentication::signature) {
      const Key seed = key(Use::signature, rank, rank);
      open_.push_back(seed);
      if (primitives == Primitives::fast) continue;
      const SigningKey secret = sodium::signing_key(seed, open_.back());
      if (rank == self) secret_ = secret;
    }
  }
}

Signature Keys::sign(Bytes text) const {
  if (primitives_ == Primitives::fast) return fast::sign(open_[static_cast<std::size_t>(self_)], text);
  return sodium::sign(secret_, text);
}

bool Keys::verifies(Rank rank, Bytes text, const Signature& signature) const {
  const Key& open = open_[static_cast<std::size_t>(rank)];
  if (primitives_ == Primitives::fast) return fast::sign(open, text) == signature;
  return sodium::verifies(open, text, signature);
}

}  // namespace coordbench
