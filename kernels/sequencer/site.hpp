#pragma once
// What every rank of a group does: it delivers each shard in the order of its numbers, acknowledges, and asks for what is
// missing.

#include "kernels/sequencer/early.hpp"
#include "kernels/sequencer/message.hpp"
#include "kernels/sequencer/order.hpp"
#include "kernels/sequencer/seats.hpp"

namespace coordbench::sequencer {

class Site {
 public:
  using Out = Outbox<Message>;
  enum { ordered, delivered };  ///< marks

  /// Of an operation that the last step delivered.
  [[nodiscard]] Answer answer(Operation operation) const {
    const Payload* payload = orders_[setting_.shard_of(operation)].just_delivered(operation);
    return payload ? Answer{1, *payload} : Answer{};
  }
  [[nodiscard]] Time deadline() const { return looks_at_; }
  /// The newest that this rank was told of.
  [[nodiscard]] const Configuration& configuration() const { return configuration_; }

 protected:
  /// An operation of this rank's that it has not delivered; kept only where messages may be lost.
  struct Open {
    std::uint32_t operation;
    bool was_looked_at;
    Payload payload;
  };
  static constexpr std::uint16_t kPassive = UINT16_MAX;  ///< no rank sends a message of this epoch

  Site(const Shape& shape, Rank self)
      : setting_(shape),
        self_(self),
        quarter_(std::max(setting_.keep / 4, 1U)),
        seats_(setting_),
        has_heard_open_(setting_.shards.by(), true),
        early_(most_early(shape)) {
    for (std::size_t shard = 0; shard < setting_.shards.by(); ++shard) {
      orders_.emplace_back(setting_.room(), setting_.remembers());
      if (setting_.broadcasts) done_.emplace_back(shape, static_cast<int>(setting_.senders.by()));
    }
    open_.reserve(setting_.timeout > 0 ? static_cast<std::size_t>(shape.in_flight) : 0);
  }

  void begin(const Out& out) {
    orders_[latest_].settle();
    if (setting_.timeout > 0 && looks_at_ == kNever) looks_at_ = out.now() + setting_.timeout;
  }
  /// Where one step may deliver in several shards.
  void begin_all(const Out& out) {
    for (Order& order : orders_) order.settle();
    begin(out);
  }
  [[nodiscard]] bool leads(std::size_t shard) const { return seats_.of(shard) == self_; }

  // ---- deliveries --------------------------------------------------------------------------------------------------------

  /// BB: a payload that waits for its number.
  void hear_early(std::uint32_t k, const Payload& payload, Out& out) {
    const std::size_t shard = setting_.shard_of(k);
    if (done_[shard][k] > k) return;  // a late copy
    early_.put(k, payload);
    deliver(shard, out);
  }
  void deliver(std::size_t shard, Out& out) {
    Order& order = orders_[shard];
    latest_ = shard;
    while (Entry* entry = order.next()) {
      if (entry->state != Entry::whole || setting_.broadcasts)
        if (!complete(*entry, shard)) break;
      order.advance();
      out.complete(entry->operation, delivered);
      if (setting_.timeout > 0) close(entry->operation);
    }
    if (order.unreported() >= quarter_) report(shard, Kind::acknowledge, out);
  }
  /// The payload, unless it came with the number. False while it is missing.
  bool complete(Entry& entry, std::size_t shard) {
    if (!setting_.broadcasts) return false;
    Payload early;
    const bool has_come = early_.take(entry.operation, early);
    if (entry.state != Entry::whole) {
      if (!has_come) return false;
      entry.payload = std::move(early);
    }
    done_[shard][entry.operation] = entry.operation + 1;
    return true;
  }
  [[gnu::noinline, gnu::cold]] void close(std::uint32_t k) {
    std::erase_if(open_, [k](const Open& open) { return open.operation == k; });
    Payload early;
    if (setting_.asks_first) early_.take(k, early);
  }

  // ---- what the sequencer is told, and asked -----------------------------------------------------------------------------

  void report(std::size_t shard, Kind kind, Out& out) {
    Order& order = orders_[shard];
    order.report();
    if (!leads(shard)) tell(seats_.of(shard), shard, kind, order.delivered(), out);
  }
  /// Something about a shard; background.
  void tell(Rank to, std::size_t shard, Kind kind, std::uint32_t number, Out& out) {
    out.send(to, {static_cast<std::uint32_t>(shard), number, 0, kind, epoch_});
  }
  [[gnu::noinline, gnu::cold]] void send_again(Rank to, std::size_t shard, std::uint32_t number, Out& out) {
    const Entry& entry = std::as_const(orders_[shard]).at(number);
    out.send(to, {.first = entry.operation, .number = number, .count = 0, .kind = Kind::ordered, .epoch = epoch_},
             entry.payload);
  }

  /// Whether anything is missing in a shard that another rank orders.
  bool look_at_orders(Out& out) {
    bool lags = false;
    for (std::size_t shard = 0; shard < orders_.size(); ++shard) {
      if (leads(shard)) continue;
      Order& order = orders_[shard];
      if (!has_heard_open_[shard]) tell(seats_.of(shard), shard, Kind::state, order.delivered(), out);
      if (order.look())
        report(shard, Kind::ask, out);
      else if (order.unreported() > 0)
        report(shard, Kind::acknowledge, out);
      lags |= order.has_gap() || !has_heard_open_[shard];
    }
    return lags;
  }

  const Setting setting_;
  Rank self_;
  std::uint32_t quarter_;    ///< of `keep`: deliveries between two acknowledgements
  std::uint16_t epoch_ = 0;  ///< of the configuration, or kPassive where it excludes this rank
  Configuration configuration_{};
  Seats seats_;
  std::vector<bool> has_heard_open_;           ///< [shard]: from its sequencer, in this epoch
  std::vector<Order> orders_;                  ///< [shard]
  std::size_t latest_ = 0;                     ///< the shard in which the last step delivered
  Early early_;                                ///< BB: payloads without a number; UUB: this rank's own
  std::vector<Window<std::uint32_t>> done_{};  ///< BB, [shard]: one more than the last delivered operation of a slot
  std::vector<Open> open_{};
  Time looks_at_ = kNever;

 private:
  std::size_t most_early(const Shape& shape) const {
    if (setting_.broadcasts) return setting_.shards.by() * std::size_t{setting_.keep} + setting_.open;
    return setting_.asks_first ? static_cast<std::size_t>(shape.in_flight) : 0;
  }
};

}  // namespace coordbench::sequencer
