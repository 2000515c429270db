"""Rounds and messages of many rumours against their exact distribution, and that against the table of its expectations."""

import functools
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from gossip_distribution import KINDS, gossip
from scipy.stats import chisquare, hypergeom

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("COORDBENCH_BUILD", ROOT / "build")).resolve() / "gossip-histograms"
RUNS, SEED = 20_000, 1
CELL_MIN = 5  # runs that a cell of the chi-square must expect
P_MIN = 0.001

# N: E[rounds], median, 99th percentile, E[messages] of push, pull and push-pull; fanout 1; dynamic programme, exact.
TABLE = {
    2: ((1.0000, 1, 1, 1.000), (1.0000, 1, 1, 2.000), (1.0000, 1, 1, 3.000)),
    3: ((2.3333, 2, 5, 3.667), (2.0000, 2, 5, 5.333), (1.5000, 1, 2, 6.000)),
    4: ((3.1908, 3, 6, 6.447), (2.7632, 3, 6, 9.316), (2.0167, 2, 3, 10.233)),
    5: ((3.9331, 4, 7, 9.913), (3.3417, 3, 7, 13.752), (2.3674, 2, 4, 14.665)),
    8: ((5.3779, 5, 9, 21.141), (4.5262, 4, 8, 28.883), (3.1210, 3, 5, 29.788)),
    10: ((6.0471, 6, 10, 29.428), (5.0634, 5, 9, 40.043), (3.4605, 3, 5, 40.759)),
    16: ((7.4138, 7, 11, 56.728), (6.1403, 6, 10, 76.893), (4.1530, 4, 6, 76.604)),
    32: ((9.3293, 9, 13, 139.782), (7.6079, 7, 12, 189.757), (5.1029, 5, 6, 184.128)),
    64: ((11.1581, 11, 15, 328.809), (8.9637, 9, 13, 448.311), (5.9888, 6, 7, 425.474)),
    100: ((12.3045, 12, 16, 561.488), (9.7932, 10, 14, 767.964), (6.5286, 7, 8, 719.085)),
    128: ((12.9310, 13, 17, 751.935), (10.2407, 10, 14, 1030.237), (6.8270, 7, 8, 958.769)),
}


@functools.cache
def exact(kernel: str, ranks: int, fanout: int, quantity: str) -> np.ndarray:
    return getattr(gossip(kernel, ranks, fanout), quantity)()


@pytest.fixture(scope="module")
def by_pace() -> dict[str, list[dict]]:
    """What the machines themselves took."""
    assert PROGRAM.exists(), f"{PROGRAM.name} is not built: build it, or name the build folder in COORDBENCH_BUILD"
    command = [PROGRAM, str(RUNS), str(SEED)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout)


@pytest.fixture(scope="module")
def measured(by_pace) -> list[dict]:
    return by_pace["lockstep"]


@pytest.mark.parametrize("ranks", TABLE)
def test_the_distribution_has_the_tabulated_expectations(ranks):
    for kernel, (rounds_mean, median, p99, messages_mean) in zip(KINDS, TABLE[ranks]):
        rounds = exact(kernel, ranks, 1, "rounds")
        assert (np.arange(len(rounds)) * rounds).sum() == pytest.approx(rounds_mean, abs=6e-5), kernel
        assert (np.searchsorted(rounds.cumsum(), [0.5, 0.99]) == [median, p99]).all(), kernel
        assert gossip(kernel, ranks).expected_messages() == pytest.approx(messages_mean, abs=6e-4), kernel


@pytest.mark.parametrize("ranks", [2, 3, 8, 32])
@pytest.mark.parametrize("kernel", KINDS)
def test_the_messages_are_distributed_around_their_expectation(kernel, ranks):
    for fanout in {1, min(2, ranks - 1)}:
        messages = exact(kernel, ranks, fanout, "messages")
        assert messages.min() > -1e-12 and messages.sum() == pytest.approx(1)
        mean = (np.arange(len(messages)) * messages).sum()
        assert mean == pytest.approx(gossip(kernel, ranks, fanout).expected_messages(), abs=1e-7)


def test_the_kernels_declare_the_exact_expectation(measured):
    for case in measured:
        expected = gossip(case["kernel"], case["ranks"], case["fanout"]).expected_messages()
        assert case["expected_messages"] == pytest.approx(expected, rel=1e-9), case["kernel"]


def pooled(observed: dict, distribution: np.ndarray, runs: int) -> tuple[list, list]:
    """Neighbouring values joined into cells that expect at least CELL_MIN runs: observed and expected."""
    cells = [[0, 0.0]]
    for value, probability in enumerate(distribution):
        if cells[-1][1] >= CELL_MIN:
            cells.append([0, 0.0])
        cells[-1][0] += observed.get(str(value), 0)
        cells[-1][1] += runs * max(probability, 0)
    if len(cells) > 1 and cells[-1][1] < CELL_MIN:
        rest = cells.pop()
        cells[-1] = [cells[-1][0] + rest[0], cells[-1][1] + rest[1]]
    return tuple(map(list, zip(*cells)))


def p_value(observed: dict, distribution: np.ndarray) -> float:
    """Of Pearson's chi-square; 0 for a value that cannot be."""
    if any(int(value) >= len(distribution) or distribution[int(value)] < 1e-12 for value in observed):
        return 0.0
    seen, expected = pooled(observed, distribution, sum(observed.values()))
    return chisquare(seen, np.array(expected) * sum(seen) / sum(expected)).pvalue


def test_rounds_and_messages_follow_their_distribution(measured):
    p_values = {}
    for case in measured:
        for quantity in ("rounds", "messages"):
            distribution = exact(case["kernel"], case["ranks"], case["fanout"], quantity)
            name = f"{quantity} of {case['kernel']}, {case['ranks']} ranks, fanout {case['fanout']}"
            p_values[name] = p_value(case[quantity], distribution)
    assert len(p_values) == 2 * 3 * 4 * 2
    worst = min(p_values, key=p_values.get)
    print(f"worst p-value of {len(p_values)} chi-squares over {RUNS} runs each: {p_values[worst]:.4f} ({worst})")
    assert p_values[worst] > P_MIN, worst


def test_the_chi_square_sees_another_distribution(measured):
    """One rumour in fourteen a round later, one rank more, another kind of gossip, a number that cannot be."""
    case = next(case for case in measured if (case["kernel"], case["ranks"], case["fanout"]) == ("push_gossip", 16, 1))
    rounds = exact("push_gossip", 16, 1, "rounds")
    assert p_value(case["rounds"], 0.93 * rounds + 0.07 * np.roll(rounds, 1)) < P_MIN
    assert p_value(case["messages"], exact("push_gossip", 17, 1, "messages")) < P_MIN
    assert p_value(case["rounds"], exact("pull_gossip", 16, 1, "rounds")) < P_MIN
    assert p_value({**case["messages"], "3": 1}, exact("push_gossip", 16, 1, "messages")) == 0, "16 ranks need 15 messages"


def coupons(ranks: int) -> np.ndarray:
    """[m]: the probability that the last of the ranks is informed by message m, each of which finds any of the N - 1 ranks that
    are not its sender alike: with k informed, a new one with probability (N - k)/(N - 1). Expectation (N - 1) H(N - 1)."""
    distribution = np.array([1.0])
    for informed in range(1, ranks):
        finds = (ranks - informed) / (ranks - 1)
        tries = np.arange(1, 40 * ranks)
        distribution = np.convolve(distribution, np.concatenate(([0], finds * (1 - finds) ** (tries - 1))))[:40 * ranks]
    return distribution


def test_by_timers_the_messages_are_those_of_a_collector_of_coupons(by_pace):
    assert [case["ranks"] for case in by_pace["timer"]] == [4, 16, 64]
    for case in by_pace["timer"]:
        others = case["ranks"] - 1
        distribution = coupons(case["ranks"])
        mean = others * sum(1 / k for k in range(1, others + 1))
        assert (np.arange(len(distribution)) * distribution).sum() == pytest.approx(mean, rel=1e-6)
        assert p_value(case["messages"], distribution) > P_MIN, case["ranks"]


def reach(ranks: int, fanout: int) -> np.ndarray:
    """[k]: the probability that k ranks are informed in the end, each of which has called `fanout` others once: callers are
    taken one by one, until all that are informed have called."""
    going, ended = np.zeros(ranks + 1), np.zeros(ranks + 1)
    going[1] = 1
    for called in range(1, ranks + 1):
        after = np.zeros(ranks + 1)
        for informed in np.flatnonzero(going):
            more = np.arange(0, min(fanout, ranks - informed) + 1)
            after[informed + more] += going[informed] * hypergeom(ranks - 1, ranks - informed, fanout).pmf(more)
        ended[called], after[called], going = after[called], 0, after
    return ended


def test_on_receipt_the_rumour_reaches_as_many_as_its_distribution_says(by_pace):
    assert len(by_pace["receipt"]) == 6
    for case in by_pace["receipt"]:
        distribution = reach(case["ranks"], case["fanout"])
        np.testing.assert_allclose(case["distribution"], distribution, atol=1e-9)
        assert distribution.sum() == pytest.approx(1)
        informed = (np.arange(len(distribution)) * distribution).sum()
        assert case["expected_messages"] == pytest.approx(case["fanout"] * informed)
        assert p_value(case["informed"], distribution) > P_MIN, (case["ranks"], case["fanout"])
        calls = {str(case["fanout"] * int(ranks)): times for ranks, times in case["informed"].items()}
        assert case["messages"] == calls, "each calls once"


def test_anti_entropy_spreads_as_push_pull_does(by_pace):
    """Rounds follow the distribution of push-pull, and messages have the expectation that the kernel declares."""
    assert [case["ranks"] for case in by_pace["anti_entropy"]] == [4, 16, 64]
    for case in by_pace["anti_entropy"]:
        rounds = exact("push_pull_gossip", case["ranks"], 1, "rounds")
        assert p_value(case["rounds"], rounds) > P_MIN, case["ranks"]
        assert p_value(case["rounds"], exact("push_pull_gossip", case["ranks"] + 2, 1, "rounds")) < P_MIN
        messages = np.repeat([int(value) for value in case["messages"]], list(case["messages"].values()))
        assert abs(messages.mean() - case["expected_messages"]) < 4 * messages.std() / len(messages) ** 0.5, case["ranks"]
