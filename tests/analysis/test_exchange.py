"""The test behind `analysis/compare`, its intervals and its power, against scipy, brute force and made-up launches."""

import itertools
import math
from unittest.mock import patch

import numpy as np
import pytest
from analysis import exchange
from analysis.exchange import Family, brunner_munzel, exchanges, launches_needed
from analysis.shift import ratio_interval, smallest_shift
from compare_trials import SPREAD, errors, power
from scipy.stats import brunnermunzel

ONE_PLAN = np.zeros(12, dtype=int)
SEPARATE = np.arange(1.0, 13)


def noisy(seed: int, cases: int, launches: int = 12) -> np.ndarray:
    return np.exp(SPREAD * np.random.default_rng(seed).standard_normal((cases, launches)))


def test_the_statistic_is_that_of_brunner_and_munzel():
    values = np.round(noisy(1, 1)[0], 2)  # rounded, so that some are equal
    sides = exchanges(6, ONE_PLAN)[:, :100]
    expected = [abs(brunnermunzel(values[a > 0], values[a == 0]).statistic) for a in sides.T]
    assert len(set(values)) < 12
    assert brunner_munzel(values, sides) == pytest.approx(expected)


def test_a_launch_that_lacks_a_value_is_left_out():
    values, sides = noisy(2, 1)[0], exchanges(6, ONE_PLAN)
    lacking = np.where(np.arange(12) % 6 == 5, np.nan, values)
    a, b = (side[~np.isnan(side)] for side in (lacking[:6], lacking[6:]))
    assert brunner_munzel(lacking, sides)[0] == pytest.approx(abs(brunnermunzel(a, b).statistic))


def test_few_launches_are_exchanged_in_every_way_and_many_in_ten_thousand():
    few, many = exchanges(6, ONE_PLAN), exchanges(10, np.zeros(20))
    assert few.shape == (12, math.comb(12, 6)) and many.shape == (20, 10_000)
    assert len(set(map(bytes, few.T))) == few.shape[1]
    for sides, first in ((few, 6), (many, 10)):
        assert sides[:first, 0].all() and not sides[first:, 0].any(), "the first is as it was measured"
        assert (sides.sum(axis=0) == first).all()
    assert (many == exchanges(10, np.zeros(20))).all(), "the same every time"


@pytest.mark.parametrize("each, count", [(3, math.comb(6, 3) ** 2), (12, 10_000)])
def test_launches_of_different_plans_are_not_exchanged(each, count):
    plans = np.tile(np.repeat([0, 1], each), 2)
    sides = exchanges(2 * each, plans)
    assert sides.shape == (4 * each, count)
    assert (sides[plans == 0].sum(axis=0) == each).all() and (sides[plans == 1].sum(axis=0) == each).all()


@pytest.mark.filterwarnings("error")
def test_complete_separation_is_the_most_extreme_outcome_and_a_finite_one():
    every = brunner_munzel(SEPARATE, exchanges(6, ONE_PLAN))
    assert np.isfinite(every).all()
    assert np.flatnonzero(every == every.max()).tolist() == [0, len(every) - 1], "as it was, and turned round"
    touching = np.where(SEPARATE == 7, 6, SEPARATE)
    assert brunner_munzel(touching, exchanges(6, ONE_PLAN))[0] < every[0], "nor are two that touch more extreme"
    family = Family(SEPARATE[None], 6)
    assert family.adjusted == pytest.approx([2 / math.comb(12, 6)])


@pytest.mark.filterwarnings("error")
def test_values_that_are_all_equal_differ_in_nothing():
    family = Family(np.full((1, 12), 7.0), 6)
    assert family.adjusted == [1]
    assert ratio_interval(np.full(6, 7.0), np.full(6, 7.0), family.critical) == (1, 1)
    assert ratio_interval(np.full(6, 4.0), np.full(6, 5.0), 2.0) == pytest.approx((1.25, 1.25))


def test_p_is_of_the_largest_statistic_of_all_cases():
    values, sides = noisy(3, 5), exchanges(6, ONE_PLAN)
    every = np.array([brunner_munzel(row, sides) for row in values])
    expected = [(every.max(axis=0) >= own - 1e-9).mean() for own in every[:, 0]]
    assert Family(values, 6).adjusted == pytest.approx(expected)


def test_what_the_cases_of_a_launch_share_stays_shared():
    """A hundred copies of one case are one case."""
    one = noisy(4, 1)
    alone, copied = Family(one, 6), Family(np.repeat(one, 100, axis=0), 6)
    assert (copied.adjusted == alone.adjusted[0]).all()
    assert copied.critical == alone.critical
    assert Family(noisy(4, 100), 6).separate > 0.05, "a hundred cases of their own are not"


def test_differences_that_all_cases_share_make_no_interval_narrower():
    values = noisy(5, 20, 20)
    slower = np.where(np.arange(20) < 10, values, 1.3 * values)
    with patch.object(exchange, "EXCHANGES_MAX", 1000):
        assert Family(slower, 10).critical >= 0.95 * Family(values, 10).critical


def test_the_interval_holds_the_factors_that_the_test_cannot_tell_from_one():
    sides = exchanges(6, ONE_PLAN)[:, :1]
    for values, critical in itertools.product(noisy(6, 4), (1.5, 2.5, 5.0)):
        a, b = values[:6], values[6:]
        low, high = ratio_interval(a, b, critical)
        factors = np.exp(np.linspace(-0.15, 0.15, 601))
        alike = [f for f in factors if brunner_munzel(np.r_[a * f, b], sides)[0] < critical]
        assert (low, high) == pytest.approx((alike[0], alike[-1]), abs=6e-4)


def test_an_end_that_nothing_bounds_is_open():
    assert ratio_interval(SEPARATE[:6], SEPARATE[6:], math.inf) == (0, math.inf)


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_of_reports_in_which_nothing_differs_one_in_twenty_calls_anything_different(shared):
    with patch.object(exchange, "EXCHANGES_MAX", 400):
        called, missed = errors(100, np.ones(20), 8, shared, seed=11)
    print(f"{shared:.0%} shared: {called:.0%} of 100 reports call something different, {missed:.0%} have a wrong interval")
    assert max(called, missed) <= 0.12, "of 100 at 5 %, 13 or more are rarer than 1 in 500"


def test_five_percent_are_found_by_six_launches_that_spread_by_two():
    found, told = power(800, 0.05, cases=1, launches=6, shared=0, seed=12)
    print(f"found in {found:.1%} of reports; smallest effect as told: {np.median(told):.2%}")
    assert found >= 0.9


def test_the_smallest_effect_is_found_by_nine_reports_of_ten():
    """Larger by a fifth it is found by more, smaller by a fifth by less."""
    effect = SPREAD * smallest_shift(6, 6, Family(noisy(7, 1), 6).critical)
    shares = [power(200, math.expm1(factor * effect), cases=1, launches=6, shared=0, seed=13)[0] for factor in (0.8, 1, 1.2)]
    print(f"{effect:.2%}: found in {shares}")
    assert shares[0] < 0.9 < shares[2] and shares[1] == pytest.approx(0.9, abs=0.05)


@pytest.mark.parametrize("quantities, launches", [(1, 4), (23, 6), (24, 7), (100, 8)])
def test_so_many_launches_can_decide_so_many_quantities(quantities, launches):
    """2 · 23 / 924 = 4.98 %, 2 · 100 / 3432 = 5.8 %; 2 · 1 / C(6, 3) is 10 %."""
    assert launches_needed(quantities) == launches
