"""By how much B may differ from A: the interval that belongs to the test in exchange.py, and the smallest effect it shows.

The interval holds every factor by which A could be multiplied without the test then telling it from B (Hodges and Lehmann,
Ann. Math. Stat. 34 (1963), for Brunner and Munzel's statistic). With the family's critical value all intervals of a report
hold their ratios at once in 95 % of reports, as long as B is distributed like A but for one factor.
"""

import functools
import math

import numpy as np

from analysis.exchange import ROUNDING, SEED, statistic

POWER = 0.9
NUMBERS = 4_000_000  # how many the made-up groups of smallest_shift may have together


def ratio_interval(a: np.ndarray, b: np.ndarray, critical: float) -> tuple[float, float]:
    """Ends of the interval of b/a, for positive values [launch]; 0 and infinity where the launches leave an end open."""
    low, high = shift_intervals(np.log(a)[None], np.log(b)[None], critical)
    return math.exp(low[0]), math.exp(high[0])


def shift_intervals(a: np.ndarray, b: np.ndarray, critical: float) -> tuple[np.ndarray, np.ndarray]:
    """Of each row of a, [row, n], and b, [row, m]: the ends of the interval of b - a, infinite where open.

    |T| changes only where a shift moves a value of A past one of B, and is constant on the n m + 1 pieces between."""
    n, m = a.shape[1], b.shape[1]
    differences = (b[:, None, :] - a[:, :, None]).reshape(len(a), n * m)
    order = differences.argsort(axis=1)
    shifts = np.take_along_axis(differences, order, axis=1)
    alike = _statistic_of_pieces(a, b, order) < critical * (1 - ROUNDING)
    alike[:, 1:-1] &= np.diff(shifts, axis=1) > 0  # between equal shifts there is no piece
    bounds = np.pad(shifts, ((0, 0), (1, 1)), constant_values=((0, 0), (-math.inf, math.inf)))
    middle = np.median(shifts, axis=1)  # where T is 0, and no piece need be
    low = np.where(alike, bounds[:, :-1], math.inf).min(axis=1)
    high = np.where(alike, bounds[:, 1:], -math.inf).max(axis=1)
    return np.minimum(low, middle), np.maximum(high, middle)


def _statistic_of_pieces(a: np.ndarray, b: np.ndarray, order: np.ndarray) -> np.ndarray:
    """|T| of a shifted to each piece, [row, n m + 1]. The k-th pair in `order` is passed between the pieces k and k + 1: then
    A's value has one more of B below it, after all that are smaller in B, and B's one less of A, after all larger in A."""
    n, m = a.shape[1], b.shape[1]
    smaller_b, larger_a = (_positions(values)[:, None, :] if sign > 0 else _positions(-values)[:, :, None]
                           for values, sign in ((b, 1), (a, -1)))
    shape = (len(a), n, m)
    gained = np.broadcast_to(2 * smaller_b + 1, shape).reshape(len(a), -1)
    lost = np.broadcast_to(2 * (n - larger_a) - 1, shape).reshape(len(a), -1)
    squares_a = _sums(np.take_along_axis(gained, order, axis=1))
    squares_b = m * n**2 - _sums(np.take_along_axis(lost, order, axis=1))
    return statistic(np.arange(n * m + 1)[None], squares_a, squares_b, n, m)


def _positions(values: np.ndarray) -> np.ndarray:
    """The position of each value in its sorted row, from 0."""
    return values.argsort(axis=1).argsort(axis=1)


def _sums(values: np.ndarray) -> np.ndarray:
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))


@functools.lru_cache(maxsize=None)
def smallest_shift(n: int, m: int, critical: float) -> float:
    """By how many standard deviations two normal groups of n and m launches must differ for |T| to reach `critical` with the
    probability POWER; infinite if they cannot. From made-up groups with a fixed seed: each shows every shift larger than the
    distance from its interval's lower end to 0."""
    draws = int(np.clip(NUMBERS // (n * m), 200, 4000))
    noise = np.random.default_rng(SEED).standard_normal((draws, n + m))
    low, _ = shift_intervals(noise[:, :n], noise[:, n:], critical)
    return float(np.quantile(-low, POWER, method="higher"))


def smallest_ratio(a: np.ndarray, b: np.ndarray, critical: float) -> float:
    """The ratio above 1 that launches which spread as these do show with the probability POWER. Their spread is the standard
    deviation of their logarithms within A and B."""
    spreads = [((np.log(side) - np.log(side).mean()) ** 2).sum() for side in (a, b)]
    deviation = math.sqrt(sum(spreads) / (len(a) + len(b) - 2))
    shift = smallest_shift(len(a), len(b), critical)
    return math.inf if math.isinf(shift) else math.exp(shift * deviation)
