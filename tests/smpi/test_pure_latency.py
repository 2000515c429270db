"""Where a message takes one unit of time and nothing else takes any, an operation takes as many units as its longest causal
chain has messages. So the closed forms of the delays are held against it here. jobs/bounds ad goes on to 1,024 ranks, and to
256 where messages grow with N²:

    jobs/simulate --ranks 127,128,255,256,257,511,512,767,1023,1024 --platform pure_latency --kernels …"""

import numpy as np
import pytest

from .launches import UNIT_NS

RANKS = (2, 3, 4, 5, 7, 8, 9)  # 13 to 17 take longer than all of these together
VARIANTS = ("two_phase_commit.variant=presumed_nothing,presumed_abort,presumed_commit", "two_phase_commit.no_votes=0,1",
            "tree_aggregation.fanout=2,3,16",
            # Their messages grow with probes N², and each takes long to simulate.
            "clock_sync_pairs.probes=2", "clock_sync_star.probes=2")


HIERARCHICAL_RANKS = (2, 5, 8, 13, 17, 31, 32, 33, 64)


@pytest.fixture(scope="module", params=(3, 4, 64))
def launch_on_nodes(simulate, request):
    """Of hierarchical kernels, so many ranks a node; above, each rank has a node of its own."""
    return simulate(",".join(map(str, HIERARCHICAL_RANKS)), "pure_latency", "--kernels", "hierarchical*", "--ranks-per-node",
                    request.param)


@pytest.fixture(scope="module")
def launch(simulate):
    settings = [part for setting in VARIANTS for part in ("--set", setting)]
    return simulate(",".join(map(str, RANKS)), "pure_latency", *settings, limit_s=900)


def test_hierarchical_kernels_take_as_long_whatever_a_node_holds(launch_on_nodes):
    cases = launch_on_nodes.cases
    assert len(cases) == 2 * len(HIERARCHICAL_RANKS)
    wrong = [case for case in cases if case.times_ns != {case.expected_delays * UNIT_NS} or case.verdict != "ok"]
    assert not wrong, wrong


def test_every_kernel_takes_as_long_as_its_closed_form_says(launch):
    known = [case for case in launch.cases if case.count_rule == "exact" and case.kernel != "stream"]
    assert len({case.kernel for case in known}) >= 18 and {case.ranks for case in known} == set(RANKS)
    # A sequencer's own operations take fewer delays than the others', for which the case's number stands.
    times = lambda case: {max(case.times_ns)} if case.kernel == "sequencer" else case.times_ns
    least = lambda case: case.expected_delays * UNIT_NS
    most = lambda case: case.expected_delays_most * UNIT_NS
    wrong = [f"{case.kernel} on {case.ranks}: {case.expected_delays} to {case.expected_delays_most} delays, "
             f"{sorted(times(case))} ns" for case in known if min(times(case)) < least(case) or max(times(case)) > most(case)]
    assert not wrong, "\n".join(wrong)


def test_a_streamed_message_takes_one_delay_unless_its_receiver_is_not_there_yet(launch):
    streams = [case for case in launch.cases if case.kernel == "stream"]
    assert len(streams) == len(RANKS)
    for case in streams:
        arrivals = np.maximum(case.start_ns[:, 0] + case.expected_delays * UNIT_NS, case.start_ns[:, -1])
        np.testing.assert_array_equal(case.end_ns[:, -1], arrivals)


def test_every_answer_and_every_count_is_right(launch):
    assert {case.verdict for case in launch.cases} == {"ok"}


def test_a_proposer_whose_operations_are_over_at_once_goes_on(simulate):
    """A simulated rank that waits blocks, and no message would wake it."""
    streams = simulate("2,3", "pure_latency", "--sync", "none", "--in-flight", "1,16", "--operations", 40,
                       "--set", "chatty_protocol.items=2", limit_s=300)
    assert {case.verdict for case in streams.cases} == {"ok"}
    assert {"fire_and_forget", "two_phase_commit", "sequencer"} <= {case.kernel for case in streams.cases}
    assert "Deadlock" not in streams.ended.stderr
