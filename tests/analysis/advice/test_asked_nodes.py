"""For how many nodes `analysis/advise` speaks, which commands it names, and of which ends and payloads its latencies are."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from analysis.advice import checklist, comparison
from analysis.advice.comparison import Side
from analysis.load import load
from analysis.money import prices
from analysis.money.bill import Asked, bill
from analysis.money.growth import Count
from analysis.money.quantities import series_of
from analysis.money.series import Series
from analysis.money.times import Times
from conftest import assert_refused, run
from synthetic import Case, Mark, write_launch

SPREAD = np.arange(-200, 201)
AGREE = ["eliminate=no", "failure=agree"]
CONSENSUS = [*AGREE, "who=majority", "byzantine=no", "object=order"]


def write(folder, **options):
    """Two payloads of two protocols at four ranks."""
    cases = [Case(kernel, 9000 + payload + SPREAD, 4, payload, "proposer", "protocol", messages=6, level=level,
                  expected_messages=6, bytes_each=120 + 3 * payload, marks=(Mark(mark, 1000 * level + payload),))
             for kernel, level, mark in (("raft_replication", 4, "committed"), ("two_phase_commit", 5, "decided"))
             for payload in (8, 1000)]
    write_launch(folder / "launch-001.h5", cases, cores=8, **options)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("lan"))


def advise(folder, answers, *more):
    return run("advise", folder, *(word for answer in answers for word in ("--answer", answer)), *more)


def test_fewer_than_four_servers_bear_no_traitor(folder):
    done = advise(folder, [*AGREE, "who=all", "scale=3", "byzantine=yes"])
    assert ("- 3 nodes: of fewer than 4 servers none may lie: 3 F + 1 servers bear F of them. Numbers are of 4 nodes."
            ) in done.stdout
    assert "for 4 nodes and" in done.stdout and "-n 4 build/coordbench" in done.stdout and "-n 3 " not in done.stdout
    assert "Numbers are of 4 nodes" not in advise(folder, [*AGREE, "who=all", "scale=4", "byzantine=yes"]).stdout


def test_a_rung_below_is_compared_with_as_many_nodes_as_the_one_above_takes(folder):
    done = advise(folder, [*AGREE, "who=all", "scale=3", "byzantine=no"])
    assert "for 3 nodes and" in done.stdout and "- 3 nodes: of fewer than 4 servers none may lie" in done.stdout
    assert "--ranks 4" in done.stdout and "pbft --ranks 3" not in done.stdout


def test_one_node_has_nobody_to_coordinate_with(folder):
    done = advise(folder, [*CONSENSUS, "scale=1"])
    assert "- 1 node: one node has nobody to coordinate with. Numbers are of 2 nodes." in done.stdout
    assert "1 nodes" not in done.stdout


def test_a_number_of_nodes_answers_how_many_there_are(folder):
    done = advise(folder, CONSENSUS, "--nodes", 4)
    assert done.returncode == 0 and "scale=4" in done.stdout and "How many" not in done.stderr
    assert "for 4 nodes and" in advise(folder, [*CONSENSUS, "scale=few"], "--nodes", 4).stdout
    for scale in ("tens", 5):
        assert_refused(advise(folder, [*CONSENSUS, f"scale={scale}"], "--nodes", 4),
                       f"--nodes 4 and --answer scale={scale} contradict each other")


def test_commands_measure_what_was_asked_for_where_it_is_read(folder):
    few = advise(folder, [*CONSENSUS, "scale=8"], "--payload", 500).stdout
    assert ("`mpirun -n 8 build/coordbench run --kernels ping_pong,raft_replication --ranks 8 --bytes 500 --out "
            f"{folder}`") in few
    many = advise(folder, [*CONSENSUS, "scale=9"]).stdout  # on 8 cores
    assert "`jobs/simulate --ranks 9 --platform one_switch --kernels raft_replication --bytes 8 --operations 400`" in many
    assert "mpirun -n 9 " not in many


def test_latencies_tell_their_ends_and_their_payload(folder):
    done = advise(folder, [*CONSENSUS, "scale=4"], "--payload", 1000)
    assert "| until the user may go on, 1000 B | 5.00 µs | 6.00 µs | 1.20 |" in done.stdout
    assert "| p50 of the whole operation, 1000 B | 10.0 µs |" in done.stdout
    assert ("- until the user may go on: raft_replication committed, two_phase_commit decided; the checklist's percentiles are "
            "of whole operations") in done.stdout


def test_ratios_go_from_the_least_over_the_most_to_the_most_over_the_least():
    assert comparison._ratio(Count(2, 1, 4, ""), Count(8, 6, 12, "")) == "4.00 [1.50, 12.0]"


def test_latencies_are_of_the_payload_asked_for():
    at = {payload: {4: Count(payload, payload, payload, "")} for payload in (8, 1000)}
    of = Series("k", "k", "k", "", 0, 0, {8: {}}, {8: {}, 1000: {}}, {}, frozenset(), Times(at))
    found = comparison.latency(Side("k", of, None), Asked(4, 1, prices.load(), payload=1000))
    assert found.value == 1000


def test_ratios_of_times_are_of_the_payload_asked_for(folder):
    """At 8 B 5008 ns to 4008; at 1000 B 6000 to 5000."""
    campaign, asked = load(folder), Asked(4, 10**6, prices.load(), payload=1000)
    sides = [Side(each.kernel, each, None) for each in sorted(series_of(campaign), key=lambda each: each.level)]
    assert comparison._latency_ratio(*sides, campaign, asked) == "1.20"
    assert comparison._latency_ratio(*sides, campaign, replace(asked, payload=8)) == "1.25"


def test_traffic_between_regions_is_paid_as_it_goes():
    """Two regions of two nodes: of 100,000 million operations of 6 messages most GB are beyond the free ones."""
    count = {8: {4: Count(6, 6, 6, "counted")}}
    of = Series("k", "k", "k", "", 0, 0, count, {8: {4: Count(120, 120, 120, "counted")}}, {}, frozenset())
    asked = Asked(4, 10**10, prices.load(), places=(2, 1))
    gb = Decimal(2) / 3 * (120 + 6 * 66) * 10
    for online, dollars in ((False, gb * Decimal("0.02")), (True, (gb - 100) * Decimal("0.09"))):
        own = replace(asked, over_internet=online)
        told = checklist._between_regions(Side("k", of, bill(of, own)), own)
        assert told == f"3440 GB, ${dollars:,.2f}", told
