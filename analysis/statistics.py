"""Intervals that assume no distribution, only independent launches; and the quantiles of a launch's samples.

Sources: order-statistic interval of a quantile: Conover, Practical Nonparametric Statistics, 3.2; between two order statistics:
Hettmansperger and Sheather, Statistics & Probability Letters 4 (1986) 75.
"""

import functools
import math

import numpy as np
from scipy.stats import binom, t

CONFIDENCE = 0.95
MIN_LAUNCHES = 6  # five values give no 95 % interval of a median: 1 - 2/2^5 = 93.75 %


def median_interval(values, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval of the median of independent values; (NaN, NaN) where there are too few. Two order statistics alone would hold
    the median too often (of eight values in 99 %), so each end lies between two neighbours, as near to the inner one as the
    confidence allows (Hettmansperger and Sheather). Whatever the values are, it holds the median in 94 to 96 % of cases."""
    ordered = np.sort(np.asarray(values, dtype=float))
    rank, inner = _median_rank(len(ordered), confidence)
    if rank == 0:
        return math.nan, math.nan
    outer_ends, inner_ends = ordered[[rank - 1, -rank]], ordered[[rank, -rank - 1]]
    low, high = outer_ends + inner * (inner_ends - outer_ends)  # in this form equal values give exactly that value
    return float(low), float(high)


@functools.lru_cache(maxsize=None)
def _median_rank(count: int, confidence: float) -> tuple[int, float]:
    """The largest k for which the k-th smallest and k-th largest of `count` values hold the median, 0 if none does, and how far
    from there towards the next order statistic the interval's ends lie, from 0 to 1."""
    rank = 0
    while rank < count and 2 * binom.cdf(rank, count, 0.5) <= 1 - confidence:
        rank += 1
    if rank == 0:
        return 0, 0.0
    outer, inner = (1 - 2 * binom.cdf(k - 1, count, 0.5) for k in (rank, rank + 1))
    spare = (outer - confidence) / (outer - inner)
    return rank, float((count - rank) * spare / (rank + (count - 2 * rank) * spare))


def smallest_sample(share: float, confidence: float = CONFIDENCE) -> int:
    """How many samples it takes for an upper bound on the quantile `share` to exist (0.99: 368)."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log(share))


def quantile(samples: np.ndarray, share: float) -> float:
    """The quantile `share` of the samples by the nearest rank, the smallest sample that so many are at most as large as; of an
    even number of samples the median is the mean of the middle two. NaN where they are too few to support it."""
    if len(samples) < smallest_sample(share):
        return math.nan
    if share == 0.5:
        return float(np.median(samples))
    rank = math.ceil(share * len(samples))
    return float(np.partition(samples, rank - 1)[rank - 1])


def mean_interval(values, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Student's interval of the mean of independent values, for counts whose expectation is known; (NaN, NaN) below two."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return math.nan, math.nan
    reach = t.ppf((1 + confidence) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return float(values.mean() - reach), float(values.mean() + reach)
