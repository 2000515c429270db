#pragma once
// A register that servers keep, and that proposers read and write, clients or servers themselves: what a proposer has asked
// until it is answered, and which servers a configuration from outside has left. Requests are sent again by the kernel, because
// only the kernel knows whom to ask.

#include "kernels/parts/reads.hpp"
#include "kernels/parts/requests.hpp"

namespace coordbench {

class ServedRegister {
 public:
  static constexpr auto kinds = Reads::kinds;
  static constexpr int clients_most = 4096;
  enum { answered };
  static constexpr std::array marks{Mark{.name = "answered", .answers = true}};

  static constexpr Parameter proposers_parameter(std::string_view help) {
    return {.name = "proposers", .initial = 1, .highest = 1 << 20, .help = help};
  }
  static constexpr Parameter kTimeout{
      .name = "timeout_us",
      .highest = 60'000'000,
      .help = "wait before sending again, 0: never; a time-out that expires makes the case fail"};

  static int kind(const Shape& shape, Operation k) { return Reads::kind(shape, k); }
  static bool accepts(const Shape& shape, Operation k, const Answer& answer) { return Reads::accepts(shape, k, answer); }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  static int proposers(const Shape& shape) {
    if (shape.clients > 0) return shape.clients;
    return shape["proposers"] > 0 ? static_cast<int>(shape["proposers"]) : shape.ranks;
  }
  static std::string unfit(const Shape& shape) {
    if (shape.clients > 0 && shape["proposers"] != 1) return "with --clients no server asks; leave proposers at 1";
    return shape["proposers"] > shape.ranks ? "more proposers than servers; 0 stands for all of them" : "";
  }
  /// The server that the seed chooses for a read of a client, if any server will do.
  static Rank drawn_server(const Shape& shape, Operation k) { return drawn_server(shape.seed, k, shape.ranks); }

  [[nodiscard]] Answer answer(Operation k) const { return requests_[k].answer(); }
  [[nodiscard]] Time deadline() const { return looks_at_; }
  /// Whether a configuration has excluded this rank.
  [[nodiscard]] bool is_out() const { return configuration_.is_down(self_); }
  [[nodiscard]] const Configuration& configuration() const { return configuration_; }

 protected:
  struct Value {
    std::uint32_t sequence = 0, writer = 0;  ///< number of the write, operation that wrote it, plus 1; 0: the initial value
    Payload payload{};
  };

  ServedRegister(const Shape& shape, Rank self)
      : self_(self),
        servers_(shape.ranks),
        has_clients_(shape.clients > 0),
        seed_(shape.seed),
        timeout_(shape["timeout_us"] * 1000),
        reads_(shape),
        requests_(shape, proposers(shape)) {}

  Request& open(Operation k, Payload payload) {
    Request& request = requests_[k];
    request = {.operation = k, .is_open = true, .is_read = reads_.is_read(k), .payload = std::move(payload)};
    return request;
  }
  /// Unless it has ended already.
  template <class Out>
  void end(Operation k, const Value& value, Out& out) {
    Request* const request = requests_.find(k);
    if (!request) return;
    request->is_open = false;
    request->payload = request->is_read ? value.payload : Payload();
    request->writer = static_cast<Operation>(value.writer) - 1;
    out.complete(k, answered);
  }
  /// Calls ask(request) for each that is open.
  template <class Ask>
  void ask_all(Ask&& ask) {
    for (Request& request : requests_) {
      if (!request.is_open) continue;
      request.was_looked_at = true;
      ask(request);
    }
  }
  /// Calls ask(request) for each that was open at the last look already. Whether any is open.
  template <class Ask>
  bool ask_late(Ask&& ask) {
    bool waits = false;
    for (Request& request : requests_) {
      if (!request.is_open) continue;
      waits = true;
      if (std::exchange(request.was_looked_at, true)) ask(request);
    }
    return waits;
  }

  /// The rank itself or, if it is excluded, the next one that is not.
  [[nodiscard]] Rank next_in(Rank rank) const {
    while (configuration_.is_down(rank)) rank = rank + 1 == servers_ ? 0 : rank + 1;
    return rank;
  }
  /// The server that this proposer reads from if any will do: itself, or one that the seed draws.
  [[nodiscard]] Rank any_server(Operation k) const { return has_clients_ ? next_in(drawn_server(seed_, k, servers_)) : self_; }

  template <class Out>
  void wait(Out& out) {
    if (timeout_ > 0 && looks_at_ == kNever && !is_out()) looks_at_ = out.now() + timeout_;
  }

  Rank self_;
  int servers_;
  bool has_clients_;
  std::uint64_t seed_;
  Time timeout_, looks_at_ = kNever;
  Reads reads_;
  Requests requests_;
  Configuration configuration_{};

 private:
  static Rank drawn_server(std::uint64_t seed, Operation k, int servers) { return Draw(seed, k, servers).below(servers); }
};

}  // namespace coordbench
