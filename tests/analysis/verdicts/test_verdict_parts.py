"""The parts of a verdict: formulas, growth, trials, and when an interval decides."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from analysis.refusal import Refusal
from analysis.verdicts.declared import Claim
from analysis.verdicts.formula import of_ranks, value_of
from analysis.verdicts.growth import claimed_exponent, growth
from analysis.verdicts.judge import CONTRADICTED, HOLDS, OFF, UNDECIDED, judge
from analysis.verdicts.observed import _of_operations
from analysis.verdicts.triangle import _front
from analysis.verdicts.trials import nodes_up, tried, wilson


@pytest.mark.parametrize("formula, value", [("2*N**2 - N + 1", 29), ("ceil(log2(N))", 2), ("-n + f", -2),
                                            ("max(N, 7) // 2", 3), ("1e3/2", 500)])
def test_a_formula_has_its_value(formula, value):
    assert value_of(formula, of_ranks(4)) == value


@pytest.mark.parametrize("formula", ["__import__('os')", "N.real", "M", "1/0", "[1]", "N if N else 1", "log2(0)", "(", "'a'",
                                     "N(2)", "10.0**400", "log2(x=2)", "True"])
def test_what_is_no_formula_is_refused(formula):
    with pytest.raises(Refusal):
        value_of(formula, of_ranks(4))


RANKS = np.array([2, 3, 4, 5, 8, 16])


@pytest.mark.parametrize("count, term", [(lambda n: 4 * (n - 1), "N"), (lambda n: 2 * n * n - n + 1, "N^2"),
                                         (lambda n: 0 * n + 3, "1"), (lambda n: n * np.log2(n), "N log N"),
                                         (lambda n: 1 + np.log2(n), "log N"),
                                         (lambda n: 2.0**n - 1, "2^N"), (lambda n: n**1.5, "")])
def test_counts_grow_as_the_formula_that_they_follow(count, term):
    assert growth(RANKS, count(RANKS), exact=True).term == term


def test_an_exponent_is_a_slope_with_its_interval():
    found = growth(RANKS, 7 * RANKS**1.5 * np.exp([0.01, -0.01] * 3), exact=False)
    assert found.low < 1.5 < found.high and found.exponent == pytest.approx(1.5, abs=0.02) and found.term == ""
    assert claimed_exponent("N^2", RANKS) == pytest.approx(2) and claimed_exponent("2^N", [400, 800, 1600]) > 500
    assert growth([2, 4, 8], [1, 2, 3], exact=True) is None


def test_three_terms_take_five_numbers_of_ranks():
    assert growth(RANKS[:5], 1 + RANKS[:5] + RANKS[:5]**2, exact=True).term == "N^2"
    assert growth(RANKS[:4], 1 + RANKS[:4] + RANKS[:4]**2, exact=True).term == ""


def test_a_random_count_of_one_launch_spreads_by_its_mean():
    assert _of_operations(2.0, 100) == (pytest.approx(2 - 0.392), pytest.approx(2 + 0.392))
    assert math.isnan(_of_operations(2.0, 0)[0])


def test_wilsons_interval():
    low, high = wilson(0.5, 100)
    assert (low, high) == (pytest.approx(0.40383, abs=1e-5), pytest.approx(0.59617, abs=1e-5))
    assert wilson(0, 10)[0] == 0 and wilson(1, 10)[1] == pytest.approx(1)


def test_trials_agree_with_the_binomial_distribution():
    claim = Claim("T", cells={"5": 0.95, "100": 0.37}, trials={"succeed": 0.99, "rule": "all", "count": 100_000, "seed": 1})
    for row in tried(claim).itertuples():
        assert row.exact == pytest.approx(0.99**row.ranks) and row.low - 0.002 < row.exact < row.high + 0.002
    up = nodes_up(5, 0.5, 40_000, 1)
    assert up.mean() == pytest.approx(2.5, abs=0.02) and set(up) == set(range(6))
    majority = Claim("T", cells={"5": 1}, trials={"succeed": 0.5, "rule": "majority", "count": 40_000, "seed": 1})
    assert tried(majority).value[0] == pytest.approx(0.5, abs=0.01) and tried(majority).exact[0] == pytest.approx(0.5)


def of(value, low, high, **claim):
    """The word of one point at N = 4 against a claim of 10."""
    told = Claim("T", kernels=("k",), quantity="latency", **{"predicts": "10", **claim})
    point = {"kernel": "k", "ranks": 4, "network": "", "varied": "", "case": "k/n4", "value": value, "low": low, "high": high,
             "launches": 6, "oversubscribed": False, "names": of_ranks(4)}
    return judge(told, pd.DataFrame([point]))


@pytest.mark.parametrize("interval, claim, word", [
    ((9, 8, 11), {}, HOLDS), ((12, 11, 13), {}, OFF), ((7, 6, 9), {}, OFF), ((10, 10, 10), {}, HOLDS),
    ((12, 11, 13), {"factor": 1.5}, HOLDS), ((14, 12, 16), {"factor": 1.5}, UNDECIDED), ((17, 16, 18), {"factor": 1.5}, OFF),
    ((12, math.nan, math.nan), {}, UNDECIDED), ((10.4, 10.3, 10.5), {"rounded": 0.5}, HOLDS),
    ((9, 8, 9.5), {"compare": "at_least"}, OFF), ((11, 9, 12), {"compare": "at_least"}, UNDECIDED),
    ((11, 10, 12), {"compare": "at_least"}, HOLDS), ((11, 10.5, 12), {"compare": "at_most"}, OFF),
    ((9, 8, 10), {"compare": "at_most"}, HOLDS), ((10, 10, 10), {"compare": "below"}, CONTRADICTED),
    ((9, 8, 9.9), {"compare": "below"}, HOLDS), ((9, 8, 10), {"compare": "below"}, UNDECIDED),
    ((10, 10, 10), {"compare": "above"}, CONTRADICTED), ((11, 10.1, 12), {"compare": "above"}, HOLDS),
    ((15, 12, 18), {"compare": "between", "predicts": ("10", "20")}, HOLDS),
    ((25, 21, 30), {"compare": "between", "predicts": ("10", "20")}, OFF),
    ((19, 18, 21), {"compare": "between", "predicts": ("10", "20")}, UNDECIDED),
    ((0, 0, 0), {"predicts": "0"}, HOLDS), ((0.1, 0.1, 0.1), {"predicts": "0"}, OFF)])
def test_the_interval_decides(interval, claim, word):
    assert of(*interval, **claim).word == word


def test_k_is_measured_over_claimed():
    verdict = of(12, 11, 13)
    assert (verdict.k, verdict.k_interval, verdict.words) == ((1.2, 1.2), (1.1, 1.3), "off by ×1.2")
    assert of(25, 21, 30, compare="between", predicts=("10", "20")).k == (1.25, 1.25)
    assert of(0.1, 0.1, 0.1, predicts="0").words == "off by ×∞"


def test_an_order_is_contradicted_by_one_pair_that_is_certain():
    told = Claim("T", kernels=("a", "b", "c"), quantity="messages", compare="increasing")

    def word(*intervals):
        rows = [{"kernel": kernel, "ranks": 4, "value": sum(each) / 2, "low": each[0], "high": each[1]}
                for kernel, each in zip("abc", intervals)]
        return judge(told, pd.DataFrame(rows))

    assert word((1, 2), (3, 4), (5, 6)).word == HOLDS
    assert word((1, 3), (2, 4), (5, 6)).word == UNDECIDED
    assert word((1, 2), (5, 6), (3, 4)).told == "at N = 4 b (5.50) is not below c (3.50)"
    assert word((1, 1), (1, 1), (2, 2)).word == CONTRADICTED
    assert judge(told, pd.DataFrame([{"kernel": "a", "ranks": 4, "value": 1, "low": 1, "high": 1}])).told == "no case of b, c"


def test_the_front_is_what_nothing_beats():
    rows = SimpleNamespace(level=pd.Series([0, 1, 1, 2]), value=pd.Series([1.0, 2, 3, 9]), messages=pd.Series([1.0, 2, 2, 9]))
    assert _front(rows).tolist() == [True, True, False, True]


def growing(claimed, quantity="messages", **kernels):
    """The verdict on [ranks, values] of each kernel, with intervals unless they are NaN."""
    rows = [{"kernel": kernel, "ranks": n, "value": value, "low": value * low, "high": value * high, "network": "",
             "varied": ""}
            for kernel, (ranks, values, low, high) in kernels.items() for n, value in zip(ranks, values)]
    return judge(Claim("T", kernels=tuple(kernels), quantity=quantity, predicts=claimed, compare="grows"), pd.DataFrame(rows))


FEW, MANY = np.array([3, 4, 6, 8]), np.array([4, 8, 16, 32, 64, 128])
CALLS = np.array([3.65, 6.57, 13.3, 21.1])  # messages of gossip at FEW


def test_an_exponent_that_two_terms_have_decides_for_neither():
    told = growing("N log N", a=(FEW, CALLS, 0.95, 1.05))
    assert told.word == UNDECIDED and "N^2 has 2.00; more numbers of ranks tell them apart" in told.told
    assert growing("N^2", a=(FEW, CALLS, 0.95, 1.05)).word == UNDECIDED
    assert growing("N", a=(FEW, CALLS, 0.95, 1.05)).word == CONTRADICTED
    assert growing("N log N", a=(MANY, MANY * np.log2(MANY) * 1.1, 0.95, 1.05)).word == HOLDS


def test_every_kernel_has_to_grow_as_claimed():
    right, wrong, short = (MANY, 2.0 * MANY, 1, 1), (MANY, MANY**2.0, 1, 1), (MANY[:3], MANY[:3], 1, 1)
    assert growing("N", a=right, b=right).word == HOLDS
    assert growing("N", a=right, b=wrong).word == CONTRADICTED
    assert growing("N", a=right, b=short).word == UNDECIDED


def test_times_of_too_few_launches_tell_no_growth():
    few = (MANY, 2.0 * MANY, math.nan, math.nan)
    told = growing("N", "latency", a=few)
    assert told.word == UNDECIDED and "too few launches" in told.told


@pytest.mark.parametrize("best, word", [((90, 100), CONTRADICTED), ((90, 120), UNDECIDED), ((130, 140), HOLDS),
                                        ((math.nan, math.nan), UNDECIDED)])
def test_none_is_best_only_as_far_as_intervals_tell(best, word):
    rows = [{"kernel": "a", "level": 2, "messages": 1, "value": 100, "low": best[0], "high": best[1]},
            {"kernel": "b", "level": 1, "messages": 2, "value": 115, "low": 110, "high": 120}]
    claim = Claim("T", kernels=("a", "b"), quantity="latency", compare="none_best")
    assert judge(claim, pd.DataFrame(rows)).word == word
    rows[0]["messages"] = 3  # which is not least, whatever the times are
    assert judge(claim, pd.DataFrame(rows)).word == HOLDS
