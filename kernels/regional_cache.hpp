#pragma once
// regional_cache — ranks live in regions; one region is the master and has the register, the others read through a cache.
//
//   proposer ──read──►  cache                     the first rank of the proposer's region
//                       cache ──fetch──►  master  rank 0; only if the cache has nothing, or knows that its value is old
//                       cache ◄──fill───          and keeps it
//            ◄─value──                            `answered`
//   proposer ──write──► master ──written──► proposer  `answered`; the master waits for nobody
//                       master ──invalidate──► caches
//
// With G regions a write takes 2 messages and 2 delays, 0 at the master, and the G - 1 invalidations, which are counted because
// each write causes them. A read takes 2 messages and 2 delays, 0 at the cache itself, and 2 more of each if it misses, which
// timing decides. Without tracking a read may return an old value, even after an own write, whose invalidation is under way.
// With read_after_write=client_tracks a proposer says which version it has written or read, and a cache whose value is older
// fetches: so it reads its own writes. Others' writes may still be seen late. Reads are monotonic in both cases, because a
// proposer asks one cache, which never goes back. A fill that an invalidation has overtaken answers one read.
// Caches agree with the master, or know that they do not, once all invalidations have come. If messages may be lost, timeout_us
// makes caches acknowledge invalidations, and the master sends the newest again (background).
// Source: Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, 5 (regions); Terry et al., PDIS 1994 (session
// guarantees).

#include <algorithm>

#include "harness/protocol.hpp"
#include "kernels/parts/proposers.hpp"
#include "kernels/parts/reads.hpp"
#include "kernels/parts/requests.hpp"

namespace coordbench {

class RegionalCache : public Proposers {
 public:
  enum ReadAfterWrite : std::int64_t { none, client_tracks };
  enum class Kind : std::uint16_t { write, written, read, value, fetch, fill, invalidate, invalid };

  struct Message {
    std::uint32_t first;      ///< the operation
    std::uint16_t count = 1;  ///< 0 when it is sent again, and in the acknowledgement of an invalidation
    Kind kind;
    std::uint32_t version = 0;  ///< of the value: number of its write, in the master's order; of a read: the least that will do
    std::uint32_t writer = 0;   ///< of a value: the operation that wrote it, plus 1; 0: the initial value
  };
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 1,
      .group = "cache",
      .promise =
          "caches agree with the master in the end; client_tracks: a proposer reads its own writes, and nothing older "
          "than before",
      .survives = "loss, with timeout_us; other regions down",
      .blocks = "while the master or the cache of the proposer's region is down",
      .messages = "G regions: write 2 + (G - 1), read 2 + (2 if it misses); 2 fewer where the master or the cache itself asks",
      .delays = "write 2, read 2 + (2 if it misses); 2 fewer where the master or the cache itself asks",
      .source = "Nishtala et al., NSDI 2013, 5; Terry et al., PDIS 1994",
      .latency = Latency::proposer,
      .count_rule = CountRule::range};
  static constexpr std::array parameters{
      Parameter{.name = "regions",
                .highest = 1 << 20,
                .help =
                    "neighbouring ranks are divided among so many regions, of which the first is the master; 0: each rank is "
                    "one"},
      Reads::parameter(90),
      Parameter{.name = "read_after_write",
                .initial = none,
                .highest = client_tracks,
                .help = "whether a proposer says what it has written or read, so that it is shown nothing older",
                .choices = {"none", "client_tracks"}},
      Proposers::parameter("how many ranks read and write: ranks 0, 1, …; 0: all"),
      Parameter{.name = "timeout_us",
                .highest = 60'000'000,
                .help = "wait before sending again, 0: never; a time-out that expires makes the case fail"}};
  enum { answered };
  static constexpr std::array marks{Mark{.name = "answered", .answers = true}};
  static constexpr auto kinds = Reads::kinds;

  static int kind(const Shape& shape, Operation k) { return Reads::kind(shape, k); }
  static Cost cost(const Shape& shape, Operation k) {
    const Rank proposer = static_cast<Rank>(k % proposers(shape)), cache = cache_of(shape, proposer);
    if (kind(shape, k) == 0) {
      const int asks = proposer == 0 ? 0 : 2;
      return {.messages = asks + regions(shape) - 1, .delays = {asks}};
    }
    const int asks = proposer == cache ? 0 : 2, misses = cache == 0 ? 0 : 2;
    return {.messages = {asks, asks + misses}, .delays = {Range{asks, asks + misses}}};
  }
  static bool accepts(const Shape& shape, Operation k, const Answer& answer) { return Reads::accepts(shape, k, answer); }
  static std::string unfit(const Shape& shape) {
    if (shape["regions"] > shape.ranks)
      return "regions is " + std::to_string(shape["regions"]) + ", more than the " + std::to_string(shape.ranks) +
             " of the ranks; choose at most as many";
    return Proposers::unfit(shape);
  }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  static Bounds bounds(const Shape& shape, Rank rank) {
    const std::size_t again = times_out(shape) ? static_cast<std::size_t>(shape.in_flight) : 0;
    const std::size_t caches = rank == 0 ? static_cast<std::size_t>(regions(shape)) : 0;
    return {.sends = 2 + caches + again, .completions = 2 + again, .leases = Window<int>::length(shape) + 2};
  }
  /// The first rank of a rank's region.
  static Rank cache_of(const Shape& shape, Rank rank) {
    return first_of(shape, static_cast<std::int64_t>(rank) * regions(shape) / shape.ranks);
  }

  RegionalCache(const Shape& shape, Rank self)
      : Proposers(shape),
        self_(self),
        cache_(cache_of(shape, self)),
        reads_(shape),
        tracks_(shape["read_after_write"] == client_tracks),
        timeout_(shape["timeout_us"] * 1000),
        requests_(shape, proposers(shape)),
        held_{.is_filled = self == 0},
        written_(self == 0 ? shape : Shape(), self == 0 ? proposers(shape) : 1) {
    for (std::int64_t region = 1; self == 0 && region < regions(shape); ++region) caches_.push_back(first_of(shape, region));
    invalid_.resize(caches_.size(), 0);
  }

  // ---- the proposer ------------------------------------------------------------------------------------------------------

  void propose(Operation k, Payload payload, Out& out) {
    Request& request = requests_[k];
    request = {.operation = k, .is_open = true, .is_read = reads_.is_read(k), .payload = std::move(payload)};
    if (tracks_) request.version = seen_;
    ask(request, 1, out);
    wait(out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    switch (message.kind) {
      case Kind::write:
        return write(message.first, message.count, payload, out);
      case Kind::read:
        return look_up(message, out);
      case Kind::fetch:
        return out.send(from, said(message, Kind::fill, held_), held_.payload);
      case Kind::fill:
        return fill(message, payload, out);
      case Kind::invalidate:
        known_ = std::max(known_, message.version);
        if (timeout_ > 0) out.send(from, {message.first, 0, Kind::invalid, message.version});
        return;
      case Kind::invalid:
        return note_invalid(from, message.version);
      default:
        return hear(message, payload, out);
    }
  }

  /// Resends messages whose acknowledgement has been missing since the last look.
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    bool waits = false;
    for (Request& request : requests_) {
      if (!request.is_open) continue;
      waits = true;
      if (std::exchange(request.was_looked_at, true)) ask(request, 0, out);
    }
    for (std::size_t i = 0; i < caches_.size(); ++i) {
      waits |= invalid_[i] < held_.version;
      if (invalid_[i] < looked_) out.send(caches_[i], invalidation(0));
    }
    looked_ = held_.version;
    looks_at_ = waits ? out.now() + timeout_ : kNever;
  }
  [[nodiscard]] Time deadline() const { return looks_at_; }

  [[nodiscard]] Answer answer(Operation k) const { return requests_[k].answer(); }

  /// The version that this rank holds, as the master or as a cache, and the operation that wrote it, or -1.
  [[nodiscard]] std::uint32_t version() const { return held_.version; }
  [[nodiscard]] Operation writer() const { return static_cast<Operation>(held_.writer) - 1; }
  /// Whether a read that asks for no version in particular is answered here.
  [[nodiscard]] bool hits() const { return may_show(0); }

 private:
  struct Value {
    std::uint32_t version = 0, writer = 0;
    bool is_filled = false;  ///< a cache is empty at first
    Payload payload{};
  };
  struct Written {
    Operation operation = -1;
    std::uint32_t version = 0;
  };

  static int regions(const Shape& shape) { return shape["regions"] > 0 ? static_cast<int>(shape["regions"]) : shape.ranks; }
  static Rank first_of(const Shape& shape, std::int64_t region) {
    return static_cast<Rank>((region * shape.ranks + regions(shape) - 1) / regions(shape));
  }

  void ask(Request& request, std::uint16_t count, Out& out) {
    const auto k = static_cast<std::uint32_t>(request.operation);
    const Message read{k, count, Kind::read, request.version};
    if (!request.is_read && self_ == 0) return write(k, count, request.payload, out);
    if (!request.is_read) return out.send(0, {k, count, Kind::write}, request.payload);
    if (cache_ == self_) return look_up(read, out);
    out.send(cache_, read);
  }
  void hear(const Message& message, const Payload& payload, Out& out) {
    Request* const request = requests_.find(message.first);
    if (!request) return;
    request->is_open = false;
    request->payload = payload;
    request->version = message.version;
    request->writer = static_cast<Operation>(message.writer) - 1;
    seen_ = std::max(seen_, message.version);
    out.complete(message.first, answered);
  }
  void reply(const Message& message, const Payload& payload, Out& out) {
    const Rank proposer = proposer_of(message.first);
    if (proposer == self_) return hear(message, payload, out);
    out.send(proposer, message, payload);
  }
  static Message said(const Message& asked, Kind kind, const Value& value) {
    return {asked.first, asked.count, kind, value.version, value.writer};
  }

  // ---- the cache of a region ---------------------------------------------------------------------------------------------

  [[nodiscard]] bool may_show(std::uint32_t least) const {
    return held_.is_filled && held_.version >= known_ && held_.version >= least;
  }
  void look_up(const Message& read, Out& out) {
    if (may_show(read.version)) return reply(said(read, Kind::value, held_), held_.payload, out);
    out.send(0, {read.first, read.count, Kind::fetch, read.version});
  }
  /// If an invalidation has overtaken it, this read may have it, since it was right when the master sent it, but no later one.
  void fill(const Message& message, const Payload& payload, Out& out) {
    if (message.version >= held_.version) held_ = {message.version, message.writer, true, payload};
    reply({message.first, message.count, Kind::value, message.version, message.writer}, payload, out);
  }

  // ---- the master --------------------------------------------------------------------------------------------------------

  void write(Operation k, std::uint16_t count, const Payload& payload, Out& out) {
    Written& written = written_[k];
    if (k < written.operation) return;  // a late copy of one that has been answered
    if (k > written.operation) {
      written = {k, held_.version + 1};
      held_ = {written.version, static_cast<std::uint32_t>(k) + 1, true, payload};
      for (const Rank cache : caches_) out.send(cache, invalidation(1));
      wait(out);
    }
    reply({static_cast<std::uint32_t>(k), count, Kind::written, written.version}, {}, out);
  }
  [[nodiscard]] Message invalidation(std::uint16_t count) const {
    return {held_.writer - 1, count, Kind::invalidate, held_.version};
  }
  void note_invalid(Rank cache, std::uint32_t version) {
    const auto place = std::lower_bound(caches_.begin(), caches_.end(), cache) - caches_.begin();
    std::uint32_t& newest = invalid_[static_cast<std::size_t>(place)];
    newest = std::max(newest, version);
  }

  void wait(Out& out) {
    if (timeout_ > 0 && looks_at_ == kNever) looks_at_ = out.now() + timeout_;
  }

  Rank self_, cache_;
  Reads reads_;
  bool tracks_;
  Time timeout_, looks_at_ = kNever;
  Requests requests_;
  std::uint32_t seen_ = 0;  ///< the newest version that this proposer has written or read
  Value held_;
  std::uint32_t known_ = 0;               ///< at a cache: the newest version that it was told of
  Window<Written> written_;               ///< at the master, of each slot: the newest write
  std::vector<Rank> caches_{};            ///< at the master: those of the other regions
  std::vector<std::uint32_t> invalid_{};  ///< [cache]: the newest version of which it has said that it knows
  std::uint32_t looked_ = 0;              ///< the version at the last look
};

}  // namespace coordbench
