#pragma once
// What an exchange is for: after it each side has what the other had.

#include <map>
#include <optional>
#include <tuple>

#include "tests/safety/anti_entropy/updates.hpp"

namespace coordbench::testing::anti_entropy {

struct Reconciliation {
  static constexpr std::string_view sentence =
      "Reconciliation: a rank sends what a digest lacks, asks for what it lacks itself, takes what comes, and else is silent";
  explicit Reconciliation(const Schedule& schedule) : entries_(static_cast<std::size_t>(schedule.shape["entries"])) {}

  bool holds(const Step& step, const auto& world) {
    const auto& machine = world.machine(step.rank);
    const Numbers& now = machine.versions().numbers();
    const bool is_right = step.cause != Cause::deliver || step.message->first != machine.takes_part_in() ||
                          (step.message->kind == Kind::digest ? answers(step, now) : takes(step, now));
    note(step, now);
    return is_right;
  }

 private:
  /// What a sender had when it sent a message; nothing if it sent two such at different times, in answer to one that came
  /// twice.
  using Key = std::tuple<Rank, Rank, Operation, int, Kind>;
  static Key key_of(Rank from, Rank to, const AntiEntropy::Message& message) {
    return {from, to, message.first, message.call, message.kind};
  }
  void note(const Step& step, const Numbers& now) {
    for (const auto& sent : step.sent) {
      const auto [place, is_new] = had_.try_emplace(key_of(step.rank, sent.to, sent.message), now);
      if (!is_new && place->second != now) place->second.reset();
    }
  }
  [[nodiscard]] std::optional<Numbers> had(Rank from, Rank to, AntiEntropy::Message message, Kind kind) const {
    message.kind = kind;
    const auto place = had_.find(key_of(from, to, message));
    return place == had_.end() ? std::nullopt : place->second;
  }
  static std::size_t ahead(const Numbers& one, const Numbers& other) {
    std::size_t count = 0;
    for (std::size_t origin = 0; origin < one.size(); ++origin) count += one[origin] > other[origin] ? 1 : 0;
    return count;
  }

  /// A digest changes nothing here, so what the rank has now is what it had.
  [[nodiscard]] bool answers(const Step& step, const Numbers& now) const {
    const auto digest = had(step.from, step.rank, *step.message, Kind::digest);
    if (!digest) return true;
    const bool lacks = ahead(*digest, now) > 0, has_news = ahead(now, *digest) > 0;
    if (!lacks && !has_news) return step.sent.empty();
    return step.sent.size() == 1 && step.sent[0].to == step.from && step.sent[0].message.call == step.message->call &&
           step.sent[0].message.kind == (lacks ? Kind::entries_and_digest : Kind::entries);
  }
  /// A reply fills up what its receiver lacked, or as much as fits; one with a digest is answered in turn.
  [[nodiscard]] bool takes(const Step& step, const Numbers& now) const {
    const auto theirs = had(step.from, step.rank, *step.message, step.message->kind);
    if (!theirs) return true;
    const bool is_last = step.message->kind == Kind::entries;
    if (!fills_up(step, *theirs, now, is_last)) return false;
    if (is_last) return step.sent.empty();
    return step.sent.size() == (ahead(now, *theirs) > 0 ? 1 : 0) &&
           std::all_of(step.sent.begin(), step.sent.end(),
                       [&](const auto& sent) { return sent.to == step.from && sent.message.kind == Kind::entries; });
  }

  /// Whether the rank has now what it lacked when it asked, or as much of it as fits; true if it is not known what it had. An
  /// answer names neither the operation nor the kind of the message that it answers: two ranks may call each other with the
  /// same number, and an answer may come in a later operation. So it need only be right for one of them.
  [[nodiscard]] bool fills_up(const Step& step, const Numbers& theirs, const Numbers& now, bool is_last) const {
    bool has_asked = false;
    for (auto place = had_.lower_bound({step.rank, step.from, 0, 0, Kind::digest}); place != had_.end(); ++place) {
      const auto& [from, to, operation, call, kind] = place->first;
      if (from != step.rank || to != step.from) break;
      const bool has_digest = kind == Kind::digest || (is_last && kind == Kind::entries_and_digest);
      if (call != step.message->call || !has_digest) continue;
      const std::optional<Numbers>& mine = place->second;
      if (!mine || ahead(theirs, now) + std::min(entries_, ahead(theirs, *mine)) <= ahead(theirs, *mine)) return true;
      has_asked = true;
    }
    return !has_asked;
  }

  std::size_t entries_;
  std::map<Key, std::optional<Numbers>> had_{};
};

}  // namespace coordbench::testing::anti_entropy
