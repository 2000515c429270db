#pragma once
// A client of Raft, some of whose operations may read. Source: Ongaro's dissertation, 2014, 6.4.

#include "kernels/raft/message.hpp"
#include "kernels/raft/setting.hpp"
#include "kernels/raft/written.hpp"
#include "kernels/replication/client.hpp"

namespace coordbench::raft {

/// A read that is no entry is asked for without a payload.
class Question {
 public:
  explicit Question(const Setting& setting) : reading_(setting.reading) {}
  void send(Rank leader, Operation k, const Payload& payload, Out& out) const {
    if (reading_.is_apart(k)) [[unlikely]]
      return out.send(leader, {.first = static_cast<std::uint32_t>(k), .count = 1, .kind = Message::Kind::read});
    replication::RequestOf<Message>::send(leader, k, payload, out);
  }

 private:
  Reading reading_;
};

class Client : public replication::ClientOf<Message, Question> {
 public:
  Client(const Setting& setting, int in_flight) : ClientOf(setting, in_flight), writers_(places()) {}

  void propose(Operation operation, Payload payload, Out& out) {
    writers_[slot(operation)] = Answer::itself;
    ClientOf::propose(operation, std::move(payload), out);
  }
  void step(Rank from, const Message& message, Out& out, const Payload& payload = {}) {
    if (message.kind != Kind::reply) return learn(from, message, payload, out);
    ClientOf::step(from, message, out);
  }

  /// Of a read: whose value payload_of is.
  [[nodiscard]] Operation writer_of(Operation operation) const { return writers_[slot(operation)]; }

 private:
  /// What a read returns.
  [[gnu::noinline]] void learn(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Operation k = message.first;
    if (message.kind != Kind::value || !is_open(k)) return;
    request(k).payload = payload;
    writers_[slot(k)] = Written::writer_of(message.index_term);
    end(from, message, out);
  }

  std::vector<Operation> writers_;  ///< as `open_`
};

}  // namespace coordbench::raft
