"""Order statistics: intervals that assume no distribution, only independent launches.

Source: order-statistic interval of a quantile: Conover, Practical Nonparametric Statistics, 3.2.
"""

import functools
import math

import numpy as np
from scipy.stats import binom, t

CONFIDENCE = 0.95
MIN_LAUNCHES = 6  # five values give no 95 % interval of a median: 1 - 2/2^5 = 93.75 %


def median_interval(values, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact interval of the median of independent values: two order statistics; (NaN, NaN) where there are too few values."""
    ordered = np.sort(np.asarray(values, dtype=float))
    rank = _median_rank(len(ordered), confidence)
    if rank == 0:
        return math.nan, math.nan
    return float(ordered[rank - 1]), float(ordered[-rank])


@functools.lru_cache(maxsize=None)
def _median_rank(count: int, confidence: float) -> int:
    """The largest k for which the k-th smallest and k-th largest of `count` values hold the median; 0 if none does."""
    rank = 0
    while rank < count and 2 * binom.cdf(rank, count, 0.5) <= 1 - confidence:
        rank += 1
    return rank


def smallest_sample(share: float, confidence: float = CONFIDENCE) -> int:
    """How many samples it takes for an upper bound on the quantile `share` to exist (0.99: 368)."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log(share))


def quantile(samples: np.ndarray, share: float) -> float:
    """The quantile `share` of the samples, NaN where they are too few to support it."""
    return float(np.quantile(samples, share)) if len(samples) >= smallest_sample(share) else math.nan


def mean_interval(values, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Student's interval of the mean of independent values, for counts whose expectation is known; (NaN, NaN) below two."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return math.nan, math.nan
    reach = t.ppf((1 + confidence) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return float(values.mean() - reach), float(values.mean() + reach)
