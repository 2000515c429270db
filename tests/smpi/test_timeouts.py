"""Time-outs on simulated platforms: a rank that waits is woken when its machine asked to be, to the nanosecond of simulated
time; where nothing fails they change nothing, and protocols whose ranks all ask take what their closed forms say."""

import importlib.machinery
import importlib.util

import pytest

from end_to_end.launching import ROOT

from .launches import UNIT_NS

LOADER = importlib.machinery.SourceFileLoader("generate", str(ROOT / "jobs" / "platforms" / "generate"))
GENERATE = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", LOADER))
LOADER.exec_module(GENERATE)

TIMEOUT_US = 1_000_000
RAFT = ("--kernels", "raft_replication", "--set", f"raft_replication.election_timeout_us={TIMEOUT_US}")
ELECTED = (*RAFT, "--set", "raft_replication.leader=elected", "--set", "raft_replication.pre_vote=off", "--operations", 1)
RANKS = tuple(range(2, 17))
PILOTS = "quorum_register,sequencer,g_counter"


def round_trip_to_a_majority_ns(ranks: int) -> float:
    """Of rank 0, by the figures that the platform is made of: as far as the slowest of those it needs besides itself."""
    places = [(region, zone) for zone in GENERATE.ZONES for region in GENERATE.REGIONS]
    trips = sorted(2e6 * GENERATE.one_way_ms(places[0], place) for place in places[1:ranks])
    return trips[ranks // 2 - 1]


@pytest.mark.parametrize("ranks", [3, 5])
def test_an_election_takes_its_time_out_and_two_round_trips(simulate, ranks):
    """Votes are one, the entry that waits for them is the other. Rank 0 has the shortest of the first time-outs."""
    case = simulate(ranks, "wide_area", *ELECTED).case("raft_replication")
    [took] = case.times_ns
    expected = 1000 * TIMEOUT_US + 2 * round_trip_to_a_majority_ns(ranks)
    assert case.verdict == "ok" and 0.95 <= took / expected <= 1.05, (took, expected)


def test_time_outs_that_never_fire_change_neither_counts_nor_times(simulate):
    """Rank 0 leads, and a heartbeat is no operation's message; though it arrives with an entry, it does not overtake it."""
    arguments = ("--clients", "0,1", "--operations", 20)
    with_them, without = (simulate("3,5,6", "pure_latency", *kernels, *arguments)
                          for kernels in (RAFT, RAFT[:2]))
    assert [case.members for case in by_shape(with_them)] == [3, 4, 5, 6, 6], "with a client where a rank is left for it"
    for case, undisturbed in zip(by_shape(with_them), by_shape(without)):
        assert (case.verdict, case.coverage) == ("ok", 1)
        assert case.messages == case.expected_messages == undisturbed.messages
        assert case.times_ns == undisturbed.times_ns == {case.expected_delays * UNIT_NS}


def by_shape(launch):
    return sorted(launch.cases, key=lambda case: (case.ranks, case.members))


@pytest.fixture(scope="module")
def pilots(simulate):
    return simulate(",".join(map(str, RANKS)), "pure_latency", "--kernels", PILOTS, "--operations", 20)


def test_what_every_rank_asks_for_takes_as_many_messages_and_delays_as_its_closed_form_says(pilots):
    assert {(case.kernel, case.ranks) for case in pilots.cases} == {(name, n) for name in PILOTS.split(",") for n in RANKS}
    for case in pilots.cases:
        said = (case.kernel, case.ranks, case.messages, case.times_ns)
        assert (case.verdict, case.coverage) == ("ok", 1), said
        assert case.expected_messages <= case.messages <= case.expected_messages_most, said
        least, most = case.expected_delays * UNIT_NS, case.expected_delays_most * UNIT_NS
        assert min(case.times_ns) >= 0 and max(case.times_ns) <= most and case.delays >= case.expected_delays, said
        if case.count_rule == "exact":
            assert case.expected_messages == case.expected_messages_most, said
            assert max(case.times_ns) == least == most, said


def test_every_rank_asked(pilots):
    """Operation k is rank k mod N's."""
    for case in pilots.cases:
        assert {int(rank) for rank in case.started} == set(range(min(case.ranks, 20))), (case.kernel, case.ranks)
