#pragma once
// The three phases: the primary gives a request its number, and replicas prepare it and commit it.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.2 (normal case).

#include "kernels/pbft/replica.hpp"

namespace coordbench::pbft {

class Agreement {
 public:
  using Kind = Message::Kind;

  explicit Agreement(Replica& replica) : replica_(replica) {}

  /// The primary's own.
  void begin(Sequence sequence, const Request& request, Payload payload, Payload carried, Out& out) {
    Slot& slot = replica_.log.claim(sequence);
    accept(slot, request, std::move(payload));
    slot.carried = std::move(carried);
    advance(sequence, out);
  }
  /// A backup accepts one request for each number of a view.
  void pre_prepare(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Sequence sequence = message.sequence;
    if (from != replica_.primary() || !replica_.is_between_watermarks(sequence)) return;
    if (!replica_.is_active) return replica_.log.keep_early(message, payload);
    replica_.highest = std::max(replica_.highest, sequence);  // the primary owes this number, whatever it says of it now
    const bool is_selected = sequence <= replica_.selected.last();
    if (payload.size() != (is_selected ? setting().payload_bytes : setting().carried_bytes()) || message.size != 1) return;
    Slot& slot = replica_.log.claim(sequence);
    const Request request = message.request();
    if (!may_accept(slot, request)) return;
    if (is_selected && replica_.selected.request_of(sequence) != request) return;
    const Payload own = without_credentials(setting(), payload);
    const coordbench::Digest digest = out.digest(own);
    if (short_of(digest) != request.digest) return;
    if (!is_selected && !is_genuine(sequence, request, payload, digest, out)) return;
    accept(slot, request, kept(setting().replicate, own, out));
    prepare_it(sequence, request, out);
  }
  void prepare(Rank from, const Message& message, Out& out) {
    if (from == replica_.primary() || !count(replica_.log.prepares, from, message)) return;
    advance(message.sequence, out);
  }
  void commit(Rank from, const Message& message, Out& out) {
    if (count(replica_.log.commits, from, message)) advance(message.sequence, out);
  }

  /// Pre-prepares of this view that came before this replica could begin it.
  [[gnu::noinline, gnu::cold]] void take_early(Out& out) {
    for (Sequence sequence = replica_.low() + 1; sequence <= replica_.high(); ++sequence)
      if (const Early early = replica_.log.take_early(sequence); early.message.sequence == sequence)
        pre_prepare(replica_.primary(), early.message, early.payload, out);
  }
  /// A request that a new view does again, if its payload is here; nothing if not.
  [[gnu::noinline, gnu::cold]] void do_again(Sequence sequence, const Request& request, Out& out) {
    Slot& slot = replica_.log.claim(sequence);
    if (!may_accept(slot, request)) return;
    if (request.count > 0 && !(slot.payload_is_known && slot.request == request)) {
      const Earlier* earlier = replica_.log.find_earlier(sequence);
      if (!earlier || !earlier->was_prepared || earlier->prepared != request) return;
      accept(slot, request, earlier->payload);
    } else {
      accept(slot, request, slot.request == request ? slot.payload : Payload());
    }
    if (replica_.is_primary())
      advance(sequence, out);
    else
      prepare_it(sequence, request, out);
  }
  /// f + 1 replicas have executed this request under this number, so one that is no traitor has.
  [[gnu::noinline, gnu::cold]] void decided(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Sequence sequence = message.sequence;
    if (sequence <= replica_.executed || sequence > replica_.high()) return;
    Slot& slot = replica_.log.claim(sequence);
    const Request request = message.request();
    if (slot.is_committed || !is_payload_of(request, payload, out)) return;
    if (!replica_.log.decisions.add(sequence, from, request, nullptr)) return;
    if (replica_.log.decisions.count_of(sequence, request) <= replica_.setting.faults) return;
    if (slot.request != request && slot.is_pre_prepared) give_up(slot, request);
    slot.request = request;
    slot.payload = kept(setting().replicate, payload, out);
    slot.payload_is_known = slot.is_committed = true;
    replica_.execute(out);
  }

 private:
  /// One request for each number of a view, and none but what was decided, though a traitor may begin a view in two ways.
  static bool may_accept(const Slot& slot, const Request& request) {
    return !slot.is_pre_prepared && (!slot.is_committed || slot.request == request);
  }
  void accept(Slot& slot, const Request& request, Payload payload) {
    slot.request = request;
    slot.payload = std::move(payload);
    slot.is_pre_prepared = slot.payload_is_known = true;
    replica_.log.prepares.accept(slot.sequence, request);
    replica_.log.commits.accept(slot.sequence, request);
    replica_.highest = std::max(replica_.highest, slot.sequence);
  }
  /// Something else was decided than what this replica has accepted. It must not forget that it has, nor accept once more.
  void give_up(Slot& slot, const Request& decided) {
    Earlier& earlier = replica_.log.earlier(slot.sequence);
    earlier.note_pre_prepared(replica_.view, slot.request);
    if (slot.is_prepared) earlier.note_prepared(replica_.view, slot.request, slot.payload);
    slot.is_prepared = false;
    replica_.log.prepares.accept(slot.sequence, decided);
    replica_.log.commits.accept(slot.sequence, decided);
  }
  void prepare_it(Sequence sequence, const Request& request, Out& out) {
    replica_.log.prepares.add(sequence, replica_.self, request, &request);
    out.send_others(about(Kind::prepare, replica_.view, sequence, request));
    advance(sequence, out);
  }
  bool count(Votes& votes, Rank from, const Message& message) {
    const Sequence sequence = message.sequence;
    if (!replica_.is_between_watermarks(sequence)) return false;
    const Slot& slot = replica_.log.claim(sequence);
    return votes.add(sequence, from, message.request(), slot.is_pre_prepared ? &slot.request : nullptr);
  }
  /// What a quorum has accepted is prepared; what a quorum has prepared is committed. One piece of code for all that call it:
  /// compiled into each of them, the kernel takes much longer to compile.
  [[gnu::noinline]] void advance(Sequence sequence, Out& out) {
    Slot& slot = replica_.log.claim(sequence);
    if (!slot.is_pre_prepared) return;
    const int quorum = replica_.setting.quorum;
    if (!slot.is_prepared && replica_.log.prepares.count(sequence) >= quorum - 1) {
      slot.is_prepared = true;
      tell_prepared(slot, out);
    }
    if (!slot.is_prepared || slot.is_committed || replica_.log.commits.count(sequence) < quorum) return;
    slot.is_committed = true;
    replica_.execute(out);
  }
  void tell_prepared(Slot& slot, Out& out) {
    const Request request = slot.request;
    if (request.count > 0 && slot.sequence > replica_.executed && replica_.is_prepared_first(request.first))
      out.complete(request.first, prepared);
    replica_.log.commits.add(slot.sequence, replica_.self, request, &request);
    out.send_others(about(Kind::commit, replica_.view, slot.sequence, request));
    if (replica_.setting.tentative) replica_.execute(out);
  }
  /// 4.2: the client's credentials say so, or the client itself has said so, or f + 1 others have found it so.
  bool is_genuine(Sequence sequence, const Request& request, const Payload& payload, const coordbench::Digest& digest,
                  Out& out) const {
    const Rank client = setting().client_of(replica_.service.state().turns().of(request.first).client);
    if (is_asked(setting(), replica_.self, client, request.first, payload, digest, out)) [[likely]]
      return true;
    const Pending::Asked* asked = replica_.pending.find(request.first);
    return (asked && digest_of(without_credentials(setting(), asked->payload), out) == request.digest) ||
           replica_.log.prepares.count_of(sequence, request) > setting().faults;
  }
  [[nodiscard]] const Setting& setting() const { return replica_.setting; }
  bool is_payload_of(const Request& request, const Payload& payload, Out& out) const {
    if (request.count == 0) return request == Request{};
    return payload.size() == setting().payload_bytes && digest_of(payload, out) == request.digest;
  }

  Replica& replica_;
};

}  // namespace coordbench::pbft
