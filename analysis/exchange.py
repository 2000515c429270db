"""Tests many quantities of two groups of launches at once: how likely the largest statistic is if A and B do not differ.

Whole launches are exchanged between A and B, all quantities of a launch together. So what all cases of a launch share stays
shared, and the error is controlled over the family: Westfall and Young, Resampling-Based Multiple Testing, 1993, single step.
The statistic is Brunner and Munzel's, which does not assume that A and B spread alike; its permutation distribution:
Neubert and Brunner, Comput. Stat. Data Anal. 51 (2007) 5192.
"""

import itertools
import math

import numpy as np

ERROR = 0.05  # of the whole family
EXCHANGES_MAX = 10_000
SEED = 19930607
ROUNDING = 1e-9  # relative: two ways to the same statistic may differ by less


def exchanges(first: int, plans: np.ndarray) -> np.ndarray:
    """1 for who counts as A and 0 for B, [launch, exchange]; column 0 is as it was measured, the first `first` launches A's.

    Only launches of the same plan, `plans` [launch], are exchanged. All exchanges if they are at most EXCHANGES_MAX, else that
    many, drawn with a fixed seed."""
    is_a = np.arange(len(plans)) < first
    members = [np.flatnonzero(plans == plan) for plan in np.unique(plans)]
    counts = [np.count_nonzero(is_a[each]) for each in members]
    if math.prod(math.comb(len(each), count) for each, count in zip(members, counts)) <= EXCHANGES_MAX:
        ways = [itertools.combinations(each, count) for each, count in zip(members, counts)]  # the first: as it was
        chosen = [sum(parts, ()) for parts in itertools.product(*ways)]
    else:
        chosen = _drawn(members, counts)
    sides = np.zeros((len(plans), len(chosen)), dtype=np.float32)
    sides[np.array(chosen, dtype=int), np.arange(len(chosen))[:, None]] = 1
    return sides


def _drawn(members: list[np.ndarray], counts: list[int]) -> np.ndarray:
    """Who counts as A, [exchange, place]: of each plan's launches as many as are A's."""
    rng = np.random.default_rng(SEED)
    parts = []
    for each, count in zip(members, counts):
        order = rng.random((EXCHANGES_MAX, len(each))).argsort(axis=1)
        order[0] = np.arange(len(each))
        parts.append(each[order[:, :count]])
    return np.hstack(parts)


def variance_floor(first, second):
    """The variance that stands for 0 under complete separation. Two groups without ties have it if a single pair is out of
    place. So complete separation remains the most extreme outcome of groups of these sizes, and a finite one."""
    return 2.0 / (first * second) ** 2


def brunner_munzel(values: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """|T| of `values`, [launch], NaN where a launch has none, for each column of `sides`, [launch, exchange]. It is 0 where
    one side has fewer than two values: then it has no spread."""
    seen = ~np.isnan(values)
    if not seen.all():
        values, sides = values[seen], sides[seen]
    # Halves and their squares, exact in single precision up to two hundred launches.
    below = (np.greater.outer(values, values) + 0.5 * np.equal.outer(values, values)).astype(np.float32)
    in_b = below @ (1 - sides)  # how many values of B lie below each; a tie counts half
    placed_a, placed_b = in_b * sides, (below.sum(axis=1)[:, None] - in_b) * (1 - sides)
    sums = [each.astype(float) for each in (placed_a.sum(axis=0), np.einsum("ij,ij->j", placed_a, placed_a),
                                            np.einsum("ij,ij->j", placed_b, placed_b))]
    n = sides.sum(axis=0).astype(int)
    return statistic(*sums, n, len(values) - n)


def statistic(sum_a, squares_a, squares_b, n, m):
    """|T| from the placements of n values of A among B and of m values of B among A: the sum of the former, and both sums of
    squares. Arrays of one shape, or numbers."""
    enough = np.minimum(n, m) >= 2
    n, m = np.maximum(n, 2), np.maximum(m, 2)
    effect = sum_a / (n * m)
    spread_a = (squares_a / m**2 - n * effect**2) / (n - 1)
    spread_b = (squares_b / n**2 - m * (1 - effect) ** 2) / (m - 1)
    variance = np.maximum(spread_a / n + spread_b / m, variance_floor(n, m))
    return np.where(enough, np.abs(effect - 0.5) / np.sqrt(variance), 0.0)


class Family:
    """Quantities that are tested together: `values`, [quantity, launch], the first `first` launches being A's, of `plans`.

    `adjusted`, [quantity]: the probability, if A and B do not differ, that any quantity differs as clearly as this one.

    `critical` is for intervals: the least |T| that noise reaches with at most the probability ERROR. It lies just beyond the
    largest |T| if even that, whose probability is `separate`, is likelier. Real differences that several quantities share
    tie their statistics together, as noise does not, and make a large |T| seem rarer than it is around those differences.
    So the exchanges are counted again, of values whose difference has been taken out; the larger critical value counts."""

    def __init__(self, values: np.ndarray, first: int, plans: np.ndarray | None = None):
        sides = exchanges(first, np.zeros(values.shape[1], dtype=int) if plans is None else plans)
        observed = np.array([float(brunner_munzel(row, sides[:, :1])[0]) for row in values])
        measured, noise = (_largest(rows, sides) for rows in (values, _aligned(values, first)))
        self.adjusted = _share_above(measured, observed)
        self.critical = max(_critical(measured), _critical(noise))
        self.separate = float(_share_above(noise, noise.max(keepdims=True))[0])


def _aligned(values: np.ndarray, first: int) -> np.ndarray:
    """Values of which B's are divided by the median ratio of B to A (Hodges and Lehmann)."""
    ratios = [np.nanmedian(np.divide.outer(row[first:], row[:first])) for row in values]
    return np.hstack([values[:, :first], values[:, first:] / np.array(ratios)[:, None]])


def _largest(values: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Of each exchange the largest |T| of any quantity."""
    largest = np.zeros(sides.shape[1])
    for row in values:
        np.maximum(largest, brunner_munzel(row, sides), out=largest)
    return largest


def _share_above(largest: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Which share of the exchanges is at least as extreme as each of `observed`."""
    ordered = np.sort(largest)
    return 1 - np.searchsorted(ordered, observed * (1 - ROUNDING)) / len(ordered)


def _critical(largest: np.ndarray) -> float:
    reached = np.unique(largest)
    beyond = reached[-1] + 1e-6 * (1 + reached[-1])
    return float(next((each for each in reached if _share_above(largest, each) <= ERROR), beyond))


def launches_needed(quantities: int) -> int:
    """How many launches of each side it takes for complete separation to count among so many independent quantities."""
    launches = 2
    while 2 * quantities > ERROR * math.comb(2 * launches, launches):
        launches += 1
    return launches
