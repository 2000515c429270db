"""Gossip as a launch measures and stores it: what each rumour took, and what knowing that it was over cost."""

import math

import h5py
import pytest

from . import stored

KERNELS = ("push_gossip", "pull_gossip", "push_pull_gossip")
OPERATIONS = 50
PERIOD_NS, TTL = 200_000, {"push_gossip": 16, "pull_gossip": 40, "push_pull_gossip": 16}


def paced(*paces: str) -> list[str]:
    return [word for kernel in KERNELS for word in ("--set", f"{kernel}.pace={','.join(paces)}")]


@pytest.fixture(scope="module", params=[1, 2, 3, 5])
def path(request, mpirun, coordbench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gossip")
    ended = mpirun(request.param, coordbench, "run", "--kernels", "*_gossip", "--ranks", request.param, "--bytes", "0,8,64KiB",
                   "--set", "push_gossip.fanout=1,2", *paced("lockstep"), "--operations", OPERATIONS, "--seed", 5,
                   "--out", folder, limit_s=300)
    assert ended.status == 0, ended.stdout + ended.stderr
    return folder / "launch-001.h5"


def gossip_cases(path):
    """Its row in /cases and its samples, of each case of gossip."""
    names = ("name", "kernel", "ranks", "parameters", "verdict", "count_rule", "messages_per_operation",
             "expected_messages_per_operation", "expected_delays", "delays", "control_messages", "coverage")
    rows = [dict(zip(names, row)) for row in zip(*(stored.column(path, name) for name in names))]
    with h5py.File(path) as file:
        for row in rows:
            if row["kernel"] in KERNELS:
                group = file["samples"][row["name"]]  # which may hold the groups of cases that set a parameter
                yield row, {name: it[...] for name, it in group.items() if isinstance(it, h5py.Dataset)}


def test_every_case_is_ok(path):
    cases = list(gossip_cases(path))
    assert {row["kernel"] for row, _ in cases} == set(KERNELS) and len(cases) >= 9
    for row, _ in cases:
        assert (row["verdict"], row["count_rule"], row["expected_delays"]) == ("ok", "expected", -1), row["name"]


def test_the_messages_of_the_operations_are_those_of_the_ranks(path):
    for row, samples in gossip_cases(path):
        assert samples["messages"].shape == samples["rounds"].shape == (OPERATIONS,)
        assert samples["messages"].sum() == samples["messages_sent"].sum() == samples["messages_received"].sum(), row["name"]
        assert samples["messages"].mean() == pytest.approx(row["messages_per_operation"])


def test_rounds_bound_what_was_sent_and_how_deep_it_went(path):
    for row, samples in gossip_cases(path):
        ranks, fanout = row["ranks"], 2 if '"fanout":2' in row["parameters"] else 1
        rounds, messages = samples["rounds"], samples["messages"]
        least = math.ceil(math.log2(ranks)) if row["kernel"] == "push_gossip" and fanout == 1 else int(ranks > 1)
        assert (rounds >= least).all(), row["name"]
        assert (messages >= ranks - 1).all() and (messages <= 2 * ranks * fanout * rounds).all(), row["name"]
        assert int(ranks > 1) <= row["delays"] <= messages.max(), row["name"]


def test_the_mean_is_near_the_exact_expectation(path):
    """Within five standard errors of this sample; the distribution itself is tests/kernels/test_gossip_distribution.py's."""
    for row, samples in gossip_cases(path):
        error = samples["messages"].std() / math.sqrt(OPERATIONS)
        assert abs(row["messages_per_operation"] - row["expected_messages_per_operation"]) <= 5 * error + 1e-9, row["name"]


def test_the_end_is_known_after_it_came_and_outside_the_latency(path):
    for row, samples in gossip_cases(path):
        assert (samples["end_ns"] >= 0).all(), "every rank was informed"
        assert (samples["known_ns"] >= samples["end_ns"].max(axis=1)).all(), row["name"]
        assert (samples["known_ns"][:-1] <= samples["start_ns"][1:, 0]).all(), "before the next operation began"
        assert row["control_messages"] > 0 or row["ranks"] == 1


def test_rumours_do_not_overlap(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "run", "--kernels", "push_gossip", "--ranks", 2, "--bytes", 8, "--in-flight", "1,2",
                   "--operations", 4, "--out", tmp_path)
    assert ended.status == 0, ended.stderr
    with h5py.File(tmp_path / "launch-001.h5") as file:
        reasons = [stored.text(reason) for reason in file["plan/reason"][:]]
    assert [reason for reason in reasons if reason] == ["two rumours cannot be under way at once"]


@pytest.fixture(scope="module", params=[1, 2, 4])
def own_pace(request, mpirun, coordbench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pace")
    periods = [word for kernel in KERNELS for word in ("--set", f"{kernel}.period_us={PERIOD_NS // 1000}")]
    ended = mpirun(request.param, coordbench, "run", "--kernels", "*_gossip", "--ranks", request.param, "--bytes", "8,64KiB",
                   "--transport", "mpi,shared-memory", *paced("timer", "receipt"), *periods, "--operations", 20,
                   "--out", folder, limit_s=300)
    assert ended.status == 0, ended.stdout + ended.stderr
    return folder / "launch-001.h5"


def test_by_their_own_pace_rumours_come_and_end_where_the_harness_is_silent(own_pace):
    """No message of the harness before `ttl` periods or, on receipt, one are over: only then can it know."""
    cases = list(gossip_cases(own_pace))
    assert len(cases) == 3 * 2 * 2 * 2
    for row, samples in cases:
        silence = PERIOD_NS * (TTL[row["kernel"]] if '"pace":"timer"' in row["parameters"] else 1)
        assert row["verdict"] == "ok" and "rounds" not in samples, row["name"]
        assert (samples["known_ns"] - samples["start_ns"][:, 0] >= silence).all(), row["name"]
        assert samples["messages"].sum() == samples["messages_sent"].sum() == samples["messages_received"].sum(), row["name"]


def test_a_push_costs_what_its_pace_says(own_pace):
    for row, samples in gossip_cases(own_pace):
        if row["kernel"] == "push_gossip" and row["ranks"] > 1:
            informed = (samples["end_ns"] >= 0).sum(axis=1)
            times = TTL["push_gossip"] if '"pace":"timer"' in row["parameters"] else 1
            assert (samples["messages"] == times * informed).all(), row["name"]


def test_whom_a_rumour_did_not_reach_is_a_result(own_pace):
    """On receipt, with one call each: between four ranks not every rumour gets round."""
    for row, samples in gossip_cases(own_pace):
        reached = (samples["end_ns"] >= 0).mean()
        assert reached == pytest.approx(row["coverage"]), row["name"]
        if row["kernel"] == "push_gossip" and row["ranks"] == 4 and '"pace":"receipt"' in row["parameters"]:
            assert reached < 1, row["name"]
