#pragma once
// What a client adds to its request, so that each replica can tell that it is the client's, though it comes from the primary: a
// MAC for each replica, or a signature. The primary passes it on.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.1 (authenticators); OSDI 1999, 4.2 (signed requests).

#include "kernels/pbft/digest.hpp"
#include "kernels/pbft/setting.hpp"
#include "kernels/pbft/words.hpp"

namespace coordbench::pbft {

/// What a client authenticates, however it comes to a replica.
inline Message asking(Operation operation, std::uint32_t count) {
  return {.first = static_cast<std::uint32_t>(operation), .count = count, .kind = Message::Kind::request, .size = 1};
}

/// The client's bytes, and behind them its credentials.
inline Payload with_credentials(const Setting& setting, Operation operation, const Payload& payload, Out& out) {
  if (setting.credential_bytes() == 0) return payload;
  const Message message = asking(operation, 0);
  const coordbench::Digest digest = out.digest(payload);
  Payload carried = out.allocate(setting.carried_bytes());
  std::copy_n(payload.bytes().data(), payload.size(), carried.data());
  Writer writer(carried.part(setting.payload_bytes, setting.credential_bytes()));
  if (setting.authentication == Authentication::signature)
    writer.put(out.prove(message, digest));
  else
    for (Rank to = 0; to < setting.servers; ++to) writer.put(out.seal(to, message, digest));
  return carried;
}

/// The client's bytes alone.
inline Payload without_credentials(const Setting& setting, const Payload& carried) {
  return carried.size() == setting.payload_bytes ? carried : carried.resized(setting.payload_bytes);
}

/// Whether the client has asked for exactly this. True where nothing is authenticated, or the client is a replica itself.
inline bool is_asked(const Setting& setting, Rank self, Rank client, Operation operation, const Payload& carried,
                     const coordbench::Digest& digest, Out& out) {
  if (setting.credential_bytes() == 0) return true;
  const Reader reader(carried);
  const Message message = asking(operation, 0);
  if (setting.authentication == Authentication::signature)
    return out.proves(client, message, digest, reader.at<Proof>(setting.payload_bytes));
  const std::size_t offset = setting.payload_bytes + static_cast<std::size_t>(self) * sizeof(Mac);
  return out.opens(client, message, digest, reader.at<Mac>(offset));
}

}  // namespace coordbench::pbft
