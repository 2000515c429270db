"""Intervals against numbers worked out by hand, and their promise against two thousand made-up campaigns of each kind."""

import math

import numpy as np
import pytest
from analysis import statistics
from interval_trials import LAWS, coverage_of_launches


@pytest.mark.parametrize("count, low, inwards", [(6, 1, 5 / 14), (7, 1, 11 / 15), (8, 1, 0.935644), (9, 2, 0.227907)])
def test_an_end_of_the_medians_interval_lies_between_two_order_statistics(count, low, inwards):
    """Of six values the outermost two hold the median in 31/32 and the next in 25/32 of cases. 95 % is a tenth of the way
    (I = 1/10), which is worth 5/14 of the distance between the values: (6 - 1) I / (1 + (6 - 2) I)."""
    values = np.random.default_rng(1).permutation(np.arange(1, count + 1))
    assert statistics.median_interval(values) == pytest.approx((low + inwards, count + 1 - low - inwards), abs=1e-5)


def test_the_interval_of_equal_values_is_that_value():
    assert statistics.median_interval([0.1] * 7) == (0.1, 0.1)


@pytest.mark.parametrize("count", range(6))
def test_fewer_than_six_launches_have_no_interval(count):
    assert all(math.isnan(bound) for bound in statistics.median_interval(np.arange(count)))


@pytest.mark.parametrize("share, count", [(0.9, 36), (0.99, 368), (0.999, 3688)])
def test_a_percentile_takes_so_many_samples(share, count):
    assert statistics.smallest_sample(share) == count
    assert math.isnan(statistics.quantile(np.arange(count - 1.0), share))
    assert statistics.quantile(np.arange(1, count + 1.0), share) == math.ceil(share * count)


def test_a_percentile_is_the_nearest_rank_and_the_median_the_mean_of_the_middle_two():
    samples = np.random.default_rng(1).permutation(np.arange(1.0, 401))
    assert [statistics.quantile(samples, share) for share in (0.5, 0.9, 0.99)] == [200.5, 360, 396]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("launches", [6, 8, 13])
def test_the_interval_holds_the_true_median_in_95_of_100_campaigns(law, launches):
    """interval_trials.py prints the same of more campaigns, and of every number of launches."""
    assert 0.93 <= coverage_of_launches(law, launches, campaigns=2000) <= 0.97
