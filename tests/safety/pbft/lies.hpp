#pragma once
// What a replica may say that is not so. Without a client's credentials nobody can tell an invented request from a real one, so
// there traitors mix up real ones only.

#include <cstring>

#include "tests/safety/pbft/replicas.hpp"

namespace coordbench::testing::pbft {

template <class L>
class Liar {
 public:
  explicit Liar(L& lie) : lie_(lie), setting_(lie.machine.replica().setting) {}

  /// Changes the message, and says whether it did.
  bool lies() {
    switch (lie_.message.kind) {
      case Kind::pre_prepare:
        return lie_.random.below(2) == 0 ? gives_number_to_another() : invents();
      case Kind::prepare:
        return lie_.random.below(4) == 0 ? usurps() : names_another();
      case Kind::commit:
      case Kind::decided:
        return names_another();
      case Kind::reply:
      case Kind::tentative_reply:
        lie_.message.sequence += 1 + lie_.random.below(3U);
        return true;
      case Kind::checkpoint:
        return lies_of_checkpoint();
      case Kind::view_change_ack:
        lie_.message.digest = some_digest();
        return true;
      case Kind::status:
        lie_.message.sequence = lie_.random.below(20U);
        return true;
      case Kind::told_request:
      case Kind::state:
        return changes_a_word(false);
      case Kind::view_change:
        return lie_.random.below(2) == 0 ? conceals() : changes_a_word(true);
      case Kind::copy_view_change:
      case Kind::new_view:
        return changes_a_word(true);
      default:
        return false;
    }
  }
  /// Tells of its checkpoints, but of nothing that has prepared or pre-prepared.
  bool conceals() {
    const machine::Report report(lie_.payload);
    if (report.prepared() == 0) return false;
    const std::array<std::uint32_t, 5> head{report.view(), report.stable(), report.checkpoints(), 0, 0};
    lie_.payload = lie_.copy(lie_.payload).resized(sizeof head + report.checkpoints() * sizeof(machine::Checkpoint));
    std::memcpy(lie_.payload.data(), head.data(), sizeof head);
    lie_.message.digest = digest_of(lie_.payload);
    return true;
  }

 private:
  [[nodiscard]] machine::ShortDigest some_digest() { return {{static_cast<std::uint32_t>(lie_.random.next()), 1, 2, 3}}; }
  /// A request that a client has really asked for, as it came.
  bool gives_number_to_another() {
    for (auto it = lie_.heard.rbegin(); it != lie_.heard.rend(); ++it) {
      const bool is_request = it->message.kind == Kind::request || it->message.kind == Kind::pre_prepare;
      if (!is_request || it->message.first == lie_.message.first || it->payload.size() != setting_.carried_bytes()) continue;
      lie_.message.first = it->message.first;
      lie_.payload = it->payload;
      lie_.message.digest = digest_of(machine::without_credentials(setting_, lie_.payload));
      return true;
    }
    return false;
  }
  /// A digest that is not its state's, or a checkpoint that nobody can have reached.
  bool lies_of_checkpoint() {
    const bool is_far = lie_.random.below(2) == 0;
    lie_.message.digest = is_far ? machine::ShortDigest() : some_digest();
    if (is_far) lie_.message.sequence = UINT32_MAX - UINT32_MAX % setting_.checkpoint;
    return true;
  }
  /// Gives the number itself, as if it were the primary.
  bool usurps() {
    if (!gives_number_to_another()) return names_another();
    lie_.message.kind = Kind::pre_prepare;
    return true;
  }
  /// Other bytes than the client's, where the client's credentials tell.
  bool invents() {
    if (setting_.credential_bytes() == 0 || setting_.payload_bytes == 0) return false;
    lie_.payload = lie_.copy(lie_.payload);
    lie_.payload.data()[0] ^= std::byte{1};
    lie_.message.digest = digest_of(machine::without_credentials(setting_, lie_.payload));
    return true;
  }
  /// Votes for a request that has, or had, another number, or for one that is nowhere.
  bool names_another() {
    if (lie_.message.size == 0) return false;
    for (auto it = lie_.heard.rbegin(); it != lie_.heard.rend(); ++it)
      if (it->message.kind == Kind::pre_prepare && it->message.first != lie_.message.first) {
        lie_.message.first = it->message.first;
        lie_.message.digest = it->message.digest;
        return true;
      }
    lie_.message.digest = some_digest();
    return true;
  }
  /// Of what a replica has made itself: a number, a view, a request or a digest somewhere in it.
  bool changes_a_word(bool is_named_by_digest) {
    const std::size_t words = lie_.payload.size() / 4;
    if (words == 0) return false;
    lie_.payload = lie_.copy(lie_.payload);
    std::byte* const at = lie_.payload.data() + 4 * lie_.random.below(words);
    std::uint32_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word += lie_.random.below(2) == 0 ? 1U : UINT32_MAX;
    std::memcpy(at, &word, sizeof word);
    if (is_named_by_digest && lie_.message.kind != Kind::new_view) lie_.message.digest = digest_of(lie_.payload);
    return true;
  }
  [[nodiscard]] machine::ShortDigest digest_of(const Payload& payload) const { return machine::digest_of(payload, lie_.out); }

  L& lie_;
  const machine::Setting& setting_;
};

}  // namespace coordbench::testing::pbft
