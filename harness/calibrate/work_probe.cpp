#include "harness/calibrate/work_probe.hpp"

#include <array>
#include <stdexcept>

#include "harness/authentication/primitives.hpp"
#include "harness/calibrate/probe_buffers.hpp"
#include "harness/machine/clock.hpp"
#include "harness/pattern.hpp"

namespace coordbench {
namespace {

/// The source of a copy, and the term of a fold, are in the cache already. The sum is not: in a kernel it has just arrived.
class WorkProbe {
 public:
  WorkProbe(std::int64_t bytes, std::uint64_t seed, std::int64_t pass)
      : bytes_(bytes), pass_(pass), seed_(seed), source_(bytes), destination_(bytes) {
    sodium::start();
    secret_ = sodium::signing_key(key_, open_);
  }

  WorkSample visit(LocalWork work) {
    return {work, pass_, bytes_, work <= LocalWork::fold ? time_of_moving(work) : time_of_authenticating(work)};
  }

 private:
  Time time_of_moving(LocalWork work) {
    source_.rotate();
    destination_.rotate();
    Pattern from = Pattern::of(seed_, ++number_, 0), into = Pattern::of(seed_, number_, 1);
    from.fill(source_.at(0));
    into.fill(destination_.at(0), work == LocalWork::fold ? Effort::full : Effort::sampled);
    const Time took_ns = work == LocalWork::fold ? fold() : move();
    if (work == LocalWork::fold) from += into;
    if (!from.matches(destination_.at(0))) throw std::runtime_error("calibration: a payload is not what was copied or added");
    return took_ns;
  }
  Time fold() {
    const std::size_t width = bytes_ % 8 == 0 ? 8 : 1;
    const Time begin = now_ns();
    add(destination_.at(0), source_.at(0), width);
    return now_ns() - begin;
  }
  Time move() {
    const Time begin = now_ns();
    copy(source_.at(0), destination_.at(0));
    return now_ns() - begin;
  }

  Time time_of_authenticating(LocalWork work) {
    source_.rotate();
    const Bytes text = source_.at(0);
    if (work == LocalWork::verify) signature_ = sodium::sign(secret_, text);
    bool verified = true;
    const Time begin = now_ns();
    if (work == LocalWork::digest) digest_ = sodium::digest(text, {});
    if (work == LocalWork::mac) mac_ = sodium::mac(key_, text, {});
    if (work == LocalWork::sign) signature_ = sodium::sign(secret_, text);
    if (work == LocalWork::verify) verified = sodium::verifies(open_, text, signature_);
    detail::take_as_long_as(work, text.size());
    const Time took_ns = now_ns() - begin;
    if (!verified) throw std::runtime_error("calibration: a signature does not verify");
    return took_ns;
  }

  Key key_{}, open_{};
  SigningKey secret_{};
  Digest digest_;
  Mac mac_;
  Signature signature_{};
  std::int64_t bytes_, pass_, number_ = 0;
  std::uint64_t seed_;
  ProbeBuffers source_, destination_;
};

constexpr std::array kAll{LocalWork::copy, LocalWork::fold, LocalWork::digest,
                          LocalWork::mac,  LocalWork::sign, LocalWork::verify};
constexpr std::int64_t kSignedMost = 256;  ///< bytes; of a payload only the digest is signed

}  // namespace

std::vector<WorkSample> probe_work(std::span<const std::int64_t> bytes, std::uint64_t seed, std::int64_t pass, int times) {
  std::vector<WorkSample> samples;
  for (const std::int64_t size : bytes) {
    WorkProbe probe(size, seed, pass);
    for (int i = 0; i < times; ++i)
      for (const LocalWork work : kAll)
        if (work < LocalWork::sign || size <= kSignedMost) samples.push_back(probe.visit(work));
  }
  return samples;
}

}  // namespace coordbench
