// What is forged, replayed or truncated is refused and counted, in real and in fast ways; known answers of the real ones.

#include "harness/authentication/authenticator.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace coordbench::testing::authenticator_test {
namespace {

constexpr std::array kWays{Authentication::mac, Authentication::signature};
constexpr std::array kPrimitives{Primitives::libsodium, Primitives::fast};

Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string hex(Bytes bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}
template <std::size_t size>
std::array<std::byte, size> from_hex(const std::string& text) {
  std::array<std::byte, size> bytes;
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(std::stoi(text.substr(2 * i, 2), nullptr, 16));
  return bytes;
}

/// Three ranks, and what they send each other.
struct Ranks {
  Ranks(Authentication way, Primitives primitives, std::uint64_t seed = 7)
      : shape{.ranks = 3, .seed = seed, .authentication = way} {
    for (Rank rank = 0; rank < 3; ++rank) all.emplace_back(shape, rank, primitives);
  }
  Payload payload(const std::string& text) {
    Payload bytes = arena.allocate(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
  }
  /// What arrives of a message that one rank sends to another.
  Payload sealed(Rank from, Rank to, const std::string& message, const std::string& text, std::uint64_t number) {
    Payload whole = arena.allocate(text.size() + trailer_bytes(shape.authentication));
    std::memcpy(whole.data(), text.data(), text.size());
    const Payload part = whole.resized(text.size());
    at(from).seal_message(number, to, bytes_of(message), {&part, 1}, whole.data() + text.size());
    return whole;
  }
  Payload sealed(Rank from, Rank to, const std::string& message, const std::string& text) {
    return sealed(from, to, message, text, at(from).next_number());
  }
  bool admits(Rank at_rank, Rank from, const std::string& message, Payload payload) {
    return at(at_rank).admit(from, bytes_of(message), payload);
  }
  Authenticator& at(Rank rank) { return all[static_cast<std::size_t>(rank)]; }

  PayloadArena arena{PayloadArena::Growing{}, 256};
  Shape shape;
  std::vector<Authenticator> all;
};

void in_every_way(auto&& test) {
  for (const Authentication way : kWays)
    for (const Primitives primitives : kPrimitives) {
      SCOPED_TRACE(fmt::format("way {}, primitives {}", static_cast<int>(way), static_cast<int>(primitives)));
      Ranks ranks(way, primitives);
      test(ranks);
    }
}

TEST(Sodium, HashesAsItsSpecificationSays) {  // RFC 7693, with 32 bytes: the reference implementation's answers
  sodium::start();
  PayloadArena arena(2, 64);
  EXPECT_EQ(hex(sodium::digest({}, {}).bytes), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(hex(sodium::digest(bytes_of("abc"), {}).bytes), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(Sodium, SignsAsItsSpecificationSays) {  // RFC 8032, section 7.1, tests 1 and 2
  sodium::start();
  Key open;
  const SigningKey first =
      sodium::signing_key(from_hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"), open);
  EXPECT_EQ(hex(open), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(hex(sodium::sign(first, {})),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b");
  const SigningKey second =
      sodium::signing_key(from_hex<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"), open);
  const std::string text = "\x72";
  const Signature signature = sodium::sign(second, bytes_of(text));
  EXPECT_EQ(hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(sodium::verifies(open, bytes_of(text), signature));
  EXPECT_FALSE(sodium::verifies(open, {}, signature));
}

TEST(Primitives, DoNotCareWhereOnePieceEnds) {
  sodium::start();
  PayloadArena arena(3, 64);
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::array<Payload, 2> parts{arena.allocate(cut), arena.allocate(text.size() - cut)};
    std::memcpy(parts[0].data(), text.data(), cut);
    std::memcpy(parts[1].data(), text.data() + cut, text.size() - cut);
    EXPECT_EQ(fast::digest({}, parts), fast::digest(bytes_of(text), {})) << cut;
    EXPECT_EQ(sodium::digest({}, parts), sodium::digest(bytes_of(text), {})) << cut;
  }
}

TEST(Authenticator, AdmitsWhatWasSealedForItOnce) {
  in_every_way([](Ranks& ranks) {
    const Payload arrived = ranks.sealed(0, 1, "message", "payload");
    Payload payload = arrived;
    EXPECT_TRUE(ranks.at(1).admit(0, bytes_of("message"), payload));
    EXPECT_EQ(payload.size(), 7U);
    EXPECT_EQ(ranks.at(1).refused(), Refused{});
    EXPECT_FALSE(ranks.admits(1, 0, "message", arrived));
    EXPECT_EQ(ranks.at(1).refused(), Refused{.replayed = 1});
  });
}

TEST(Authenticator, LeavesNoPayloadWhereThereWasNone) {
  in_every_way([](Ranks& ranks) {
    Payload payload = ranks.sealed(0, 1, "message", "");
    EXPECT_TRUE(ranks.at(1).admit(0, bytes_of("message"), payload));
    EXPECT_FALSE(payload);
  });
}

TEST(Authenticator, RefusesEveryChangeOfOneBit) {
  in_every_way([](Ranks& ranks) {
    std::int64_t forged = 0;
    const Payload arrived = ranks.sealed(0, 1, "message", "payload", 500);
    for (std::size_t byte = 0; byte < arrived.size(); ++byte) {
      arrived.data()[byte] ^= std::byte{4};
      EXPECT_FALSE(ranks.admits(1, 0, "message", arrived)) << byte;
      EXPECT_EQ(ranks.at(1).refused(), Refused{.forged = ++forged}) << byte;
      arrived.data()[byte] ^= std::byte{4};
    }
    EXPECT_FALSE(ranks.admits(1, 0, "massage", arrived));
    EXPECT_FALSE(ranks.admits(1, 2, "message", arrived)) << "another sender";
    EXPECT_EQ(ranks.at(1).refused(), Refused{.forged = forged + 2});
    EXPECT_TRUE(ranks.admits(1, 0, "message", arrived)) << "what was forged leaves no trace";
  });
}

TEST(Authenticator, RefusesWhatIsTruncated) {
  in_every_way([](Ranks& ranks) {
    const Payload arrived = ranks.sealed(0, 1, "message", "");
    EXPECT_FALSE(ranks.admits(1, 0, "message", arrived.resized(arrived.size() - 1)));
    EXPECT_FALSE(ranks.admits(1, 0, "message", {}));
    EXPECT_EQ(ranks.at(1).refused(), Refused{.truncated = 2});
    const Payload longer = ranks.sealed(0, 1, "message", "payload");
    EXPECT_FALSE(ranks.admits(1, 0, "message", longer.resized(longer.size() - 1))) << "its end lies elsewhere then";
    EXPECT_EQ(ranks.at(1).refused().truncated, 2);
  });
}

TEST(Authenticator, RefusesNumbersBelowTheWindow) {
  in_every_way([](Ranks& ranks) {
    EXPECT_TRUE(ranks.admits(1, 0, "message", ranks.sealed(0, 1, "message", "", 2000)));
    EXPECT_TRUE(ranks.admits(1, 0, "message", ranks.sealed(0, 1, "message", "", 2000 - 1023)));
    EXPECT_FALSE(ranks.admits(1, 0, "message", ranks.sealed(0, 1, "message", "", 2000 - 1024)));
    EXPECT_FALSE(ranks.admits(1, 0, "message", ranks.sealed(0, 1, "message", "", 0))) << "numbers begin at 1";
    EXPECT_TRUE(ranks.admits(1, 2, "message", ranks.sealed(2, 1, "message", "", 1))) << "each sender has a window of its own";
    EXPECT_EQ(ranks.at(1).refused(), Refused{.replayed = 2});
  });
}

TEST(Authenticator, OpensACodeAtTheReceiverThatItIsForOnly) {
  for (const Primitives primitives : kPrimitives) {
    Ranks ranks(Authentication::mac, primitives);
    const Digest payload = ranks.at(0).digest({});
    const Mac code = ranks.at(0).seal(1, bytes_of("message"), payload);
    EXPECT_TRUE(ranks.at(1).opens(0, bytes_of("message"), payload, code));
    EXPECT_FALSE(ranks.at(2).opens(0, bytes_of("message"), payload, code)) << "another receiver";
    EXPECT_FALSE(ranks.at(1).opens(2, bytes_of("message"), payload, code)) << "another sender";
    EXPECT_FALSE(ranks.at(0).opens(1, bytes_of("message"), payload, code)) << "the other direction";
    EXPECT_FALSE(ranks.at(1).opens(0, bytes_of("massage"), payload, code)) << "another message";
    EXPECT_FALSE(ranks.at(1).opens(0, bytes_of("message"), Digest{.bytes = {std::byte{1}}}, code)) << "another payload";
    EXPECT_FALSE(ranks.at(1).proves(0, bytes_of("message"), payload, Proof{})) << "codes prove nothing";
    EXPECT_EQ(ranks.at(0).prove(bytes_of("message"), payload), Proof{});
  }
}

TEST(Authenticator, ProvesAMessageToAnybodyAndNoOther) {
  for (const Primitives primitives : kPrimitives) {
    Ranks ranks(Authentication::signature, primitives);
    const Payload text = ranks.payload("payload");
    const Digest payload = ranks.at(0).digest({&text, 1});
    Payload arrived = ranks.sealed(0, 1, "message", "payload");
    EXPECT_EQ(ranks.at(1).proof(), Proof{});
    ASSERT_TRUE(ranks.at(1).admit(0, bytes_of("message"), arrived));
    for (const Proof& proof : {ranks.at(1).proof(), ranks.at(0).prove(bytes_of("message"), payload)}) {
      EXPECT_TRUE(ranks.at(2).proves(0, bytes_of("message"), payload, proof));
      EXPECT_FALSE(ranks.at(2).proves(1, bytes_of("message"), payload, proof)) << "another sender";
      EXPECT_FALSE(ranks.at(2).proves(0, bytes_of("massage"), payload, proof)) << "another message";
      EXPECT_FALSE(ranks.at(2).proves(0, bytes_of("message"), {}, proof)) << "another payload";
      Proof other = proof;
      ++other.number;
      EXPECT_FALSE(ranks.at(2).proves(0, bytes_of("message"), payload, other)) << "another number";
    }
    EXPECT_EQ(ranks.at(0).seal(1, bytes_of("message"), payload), Mac{});
    ranks.at(1).forget();
    EXPECT_EQ(ranks.at(1).proof(), Proof{});
  }
}

TEST(Authenticator, GivesEveryRankASignatureOfItsOwn) {
  for (const Primitives primitives : kPrimitives) {
    const Shape shape{.ranks = 3, .seed = 7, .authentication = Authentication::signature};
    const Keys first(shape, 0, primitives), second(shape, 1, primitives);
    const std::string text = "text";
    const Signature signature = second.sign(bytes_of(text));
    EXPECT_TRUE(first.verifies(1, bytes_of(text), signature));
    EXPECT_FALSE(first.verifies(0, bytes_of(text), signature)) << "whatever name the text gives";
  }
}

TEST(Authenticator, TakesACodeForNothingButItsUse) {
  Ranks ranks(Authentication::mac, Primitives::libsodium);
  const std::string message = "message";
  const Mac code = ranks.at(0).seal(1, bytes_of(message), {});
  Payload trailer = ranks.arena.allocate(trailer_bytes(Authentication::mac));
  std::memset(trailer.data(), 0, trailer.size());
  const std::uint64_t number = 1;
  std::memcpy(trailer.data(), &number, sizeof number);
  std::memcpy(trailer.data() + sizeof number, &code, sizeof code);
  EXPECT_FALSE(ranks.admits(1, 0, message, trailer));
  EXPECT_EQ(ranks.at(1).refused(), Refused{.forged = 1});
}

TEST(Authenticator, TrustsEverybodyWhereThereIsNone) {
  Ranks ranks(Authentication::none, Primitives::libsodium);
  EXPECT_FALSE(ranks.at(0).is_on());
  EXPECT_TRUE(ranks.at(1).proves(0, bytes_of("message"), {}, {}));
  EXPECT_TRUE(ranks.at(1).opens(0, bytes_of("message"), {}, {}));
  const Payload text = ranks.payload("abc");
  EXPECT_EQ(hex(ranks.at(0).digest({&text, 1}).bytes), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(Authenticator, HasOtherKeysWithAnotherSeed) {
  for (const Authentication way : kWays)
    for (const Primitives primitives : kPrimitives) {
      Ranks ranks(way, primitives, 1), others(way, primitives, 2);
      EXPECT_FALSE(others.admits(1, 0, "message", ranks.sealed(0, 1, "message", "")));
      EXPECT_EQ(others.at(1).refused(), Refused{.forged = 1});
    }
}

TEST(ReplayWindow, TakesEachNumberOnceInAnyOrder) {
  ReplayWindow window;
  for (const std::uint64_t number : {1U, 3U, 2U, 1000U, 999U, 1500U, 1024U, 5000U, 4999U}) {
    EXPECT_FALSE(window.has_seen(number)) << number;
    window.note(number);
    EXPECT_TRUE(window.has_seen(number)) << number;
  }
  EXPECT_TRUE(window.has_seen(5000 - 1024));
  EXPECT_FALSE(window.has_seen(5000 - 1023)) << "not seen, though 5000 - 1023 - 1024 may have been";
}

}  // namespace
}  // namespace coordbench::testing::authenticator_test
