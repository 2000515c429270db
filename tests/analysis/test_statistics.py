"""Intervals against numbers worked out by hand, and their promise against two thousand made-up campaigns."""

import math

import numpy as np
import pandas as pd
import pytest
from analysis import statistics
from analysis.load import KEY
from analysis.summary import over_launches


@pytest.mark.parametrize("count, low, high", [(6, 1, 6), (8, 1, 8), (9, 2, 8), (10, 2, 9), (20, 6, 15), (30, 10, 21)])
def test_interval_of_the_median_is_two_order_statistics(count, low, high):
    values = np.random.default_rng(1).permutation(np.arange(1, count + 1))
    assert statistics.median_interval(values) == (low, high)


@pytest.mark.parametrize("count", range(6))
def test_fewer_than_six_launches_have_no_interval(count):
    assert all(math.isnan(bound) for bound in statistics.median_interval(np.arange(count)))


@pytest.mark.parametrize("share, count", [(0.9, 36), (0.99, 368), (0.999, 3688)])
def test_a_percentile_takes_so_many_samples(share, count):
    assert statistics.smallest_sample(share) == count
    assert math.isnan(statistics.quantile(np.arange(count - 1.0), share))
    assert statistics.quantile(np.arange(count - 0.0), share) == pytest.approx(share * (count - 1))


@pytest.mark.parametrize("launches", [6, 10, 20])
def test_interval_covers_the_true_median_in_93_of_100_campaigns(launches):
    """Launch medians skewed and bimodal, as launches are: a third of them are twice as slow."""
    campaigns = 2000
    rng = np.random.default_rng(20240506)
    slow = rng.random((campaigns, launches)) < 1 / 3
    values = np.exp(rng.gumbel(0, 0.1, (campaigns, launches))) * np.where(slow, 2, 1)
    reference = np.exp(rng.gumbel(0, 0.1, 400_000)) * np.where(rng.random(400_000) < 1 / 3, 2, 1)
    cases = pd.DataFrame(dict.fromkeys(KEY, 0), index=range(values.size)).assign(
        ranks=np.repeat(np.arange(campaigns), launches), p50_ns=values.ravel())
    rows = over_launches(cases, "p50_ns")
    covered = ((rows.low <= np.median(reference)) & (np.median(reference) <= rows.high)).mean()
    assert len(rows) == campaigns
    assert 0.93 <= covered <= 0.99
