// What MACs and signatures of messages cost: ours, with numbers and windows, beside libsodium alone on the same bytes.

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/authentication/authenticator.hpp"
#include "harness/pattern.hpp"
#include "micro/batch_times.hpp"
#include "micro/benchmarks.hpp"
#include "micro/pinned.hpp"

namespace coordbench {
namespace {

constexpr std::array<std::size_t, 6> kSizes{8, 64, 512, 4096, 32768, 65536};  ///< bytes of payload
constexpr std::size_t kBatchBytes = std::size_t{256} << 10U;

struct Message {
  std::uint32_t first = 1, count = 1, kind = 0, view = 0;
};
constexpr std::size_t kTextBytes = 16 + sizeof(Message);  ///< authenticated before the payload: use, sender, number, message

/// Messages from rank 0 to rank 1, so many that reading the clock does not count.
class Exchange {
 public:
  Exchange(Authentication way, std::size_t bytes)
      : bytes_(bytes),
        count_(std::clamp<std::size_t>(kBatchBytes / bytes, 4, way == Authentication::mac ? 512 : 16)),
        shape_{.ranks = 2, .seed = 1, .authentication = way},
        sender_(shape_, 0),
        receiver_(shape_, 1),
        arena_(count_, bytes + trailer_bytes(way)) {
    for (std::size_t i = 0; i < count_; ++i) {
      wholes_.push_back(arena_.allocate(bytes + trailer_bytes(way)));
      payloads_.push_back(wholes_.back().resized(bytes));
      Pattern::of(0, static_cast<Operation>(i), 0).fill(payloads_.back().bytes());
    }
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  void seal(std::size_t i) {
    sender_.seal_message(sender_.next_number(), 1, text_, {&payloads_[i], 1}, payloads_[i].data() + bytes_);
  }
  [[nodiscard]] bool open(std::size_t i) {
    Payload payload = wholes_[i];
    return receiver_.admit(0, text_, payload);
  }

 private:
  std::size_t bytes_, count_;
  Shape shape_;
  Authenticator sender_, receiver_;
  PayloadArena arena_;
  std::vector<Payload> wholes_, payloads_;
  Message message_;
  Bytes text_ = std::as_bytes(std::span(&message_, 1));
};

/// The same bytes, for libsodium alone.
class Bare {
 public:
  explicit Bare(std::size_t bytes) : bytes_(kTextBytes + bytes) {
    crypto_sign_keypair(open_.data(), secret_.data());
    hash();
    mac();
    sign();
  }
  void mac() { crypto_generichash(mac_.data(), mac_.size(), bytes_.data(), bytes_.size(), open_.data(), open_.size()); }
  [[nodiscard]] bool opens() {
    const auto sent = mac_;
    mac();
    return crypto_verify_16(sent.data(), mac_.data()) == 0;
  }
  /// A signature is of the text and the payload's digest.
  void hash() {
    crypto_generichash(signed_.data() + kTextBytes, crypto_generichash_BYTES, bytes_.data() + kTextBytes,
                       bytes_.size() - kTextBytes, nullptr, 0);
  }
  void sign() {
    hash();
    crypto_sign_detached(signature_.data(), nullptr, signed_.data(), signed_.size(), secret_.data());
  }
  [[nodiscard]] bool verifies() {
    hash();
    return crypto_sign_verify_detached(signature_.data(), signed_.data(), signed_.size(), open_.data()) == 0;
  }

 private:
  std::vector<unsigned char> bytes_;
  std::array<unsigned char, kTextBytes + crypto_generichash_BYTES> signed_{};
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open_{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_{};
  std::array<unsigned char, crypto_sign_BYTES> signature_{};
  std::array<unsigned char, sizeof(Mac)> mac_{};
};

void require(bool genuine) {
  if (!genuine) throw std::runtime_error("what was sealed does not open");
}

void seal_ours(benchmark::State& state, Authentication way, std::size_t bytes) {
  Exchange exchange(way, bytes);
  BatchTimes times;
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(exchange.count())))
    times.measure([&] {
      for (std::size_t i = 0; i < exchange.count(); ++i) exchange.seal(i);
    });
  times.report_to(state);
}
/// Each message is opened once, because a second time its number has been seen.
void open_ours(benchmark::State& state, Authentication way, std::size_t bytes) {
  Exchange exchange(way, bytes);
  BatchTimes times;
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(exchange.count()))) {
    for (std::size_t i = 0; i < exchange.count(); ++i) exchange.seal(i);
    bool genuine = true;
    times.measure([&] {
      for (std::size_t i = 0; i < exchange.count(); ++i) genuine &= exchange.open(i);
    });
    require(genuine);
  }
  times.report_to(state);
}
template <class Once>
void time_bare(benchmark::State& state, std::size_t bytes, Once once) {
  Bare bare(bytes);
  time_in_batches<16>(state, [&] { require(once(bare)); });
}

template <class Function>
void add_pinned(const std::string& name, std::size_t bytes, const Topology& topology, const CpuSet& here, Function function) {
  add_benchmark(name + "/" + std::to_string(bytes), [=, &topology](benchmark::State& state) {
    const Pinned bound(topology, here);
    function(state, bytes);
  });
}

}  // namespace

void register_authentication(const Topology& topology, const CpuSet& here) {
  sodium::start();
  using State = benchmark::State;
  for (const std::size_t bytes : kSizes) {
    const auto add = [&](const std::string& name, auto function) { add_pinned(name, bytes, topology, here, function); };
    add("seal/ours", [](State& state, std::size_t size) { seal_ours(state, Authentication::mac, size); });
    add("seal/bare", [](State& state, std::size_t size) { time_bare(state, size, [](Bare& b) { return b.mac(), true; }); });
    add("open/ours", [](State& state, std::size_t size) { open_ours(state, Authentication::mac, size); });
    add("open/bare", [](State& state, std::size_t size) { time_bare(state, size, [](Bare& b) { return b.opens(); }); });
    add("sign/ours", [](State& state, std::size_t size) { seal_ours(state, Authentication::signature, size); });
    add("sign/bare", [](State& state, std::size_t size) { time_bare(state, size, [](Bare& b) { return b.sign(), true; }); });
    add("verify/ours", [](State& state, std::size_t size) { open_ours(state, Authentication::signature, size); });
    add("verify/bare", [](State& state, std::size_t size) { time_bare(state, size, [](Bare& b) { return b.verifies(); }); });
  }
}

}  // namespace coordbench
