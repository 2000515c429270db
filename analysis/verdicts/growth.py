"""How a quantity grows with the number of ranks N: counts without noise by the formula that they follow exactly, all else by
its exponent, the slope of its logarithm over that of N."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import linregress, t

TERMS = {"1": lambda n: np.ones_like(n), "log N": np.log2, "N": lambda n: n, "N log N": lambda n: n * np.log2(n),
         "N^2": lambda n: n**2, "2^N": lambda n: 2.0**n}
TERMS_MOST = 3  # as many as closed forms have
EXACT = 1e-9
MIN_RANK_COUNTS = 4
WIDEST = 60  # 2^N of more ranks drowns the other terms of a fit
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Growth:
    """`term`: the fastest of the formula that the counts follow, or "" where they follow none. `exponent`: the slope of the
    logarithm, and its interval."""

    term: str
    exponent: float
    low: float
    high: float


def growth(ranks, values, exact: bool) -> Growth | None:
    """None with fewer than four numbers of ranks, or with values that have no logarithm."""
    n, value = np.asarray(ranks, dtype=float), np.asarray(values, dtype=float)
    if len(n) < MIN_RANK_COUNTS:
        return None
    term = _followed(n, value) if exact else ""
    if (value <= 0).any():
        return Growth(term, *(math.nan,) * 3) if term else None
    line = linregress(np.log(n), np.log(value))
    reach = t.ppf((1 + CONFIDENCE) / 2, len(n) - 2) * line.stderr
    return Growth(term, float(line.slope), float(line.slope - reach), float(line.slope + reach))


def claimed_exponent(term: str, ranks) -> float:
    """The slope that the same regression finds of the claimed term itself at these numbers of ranks."""
    n = np.asarray(ranks, dtype=float)
    logarithms = n * math.log(2) if term == "2^N" else np.log(TERMS[term](n))
    return float(linregress(np.log(n), logarithms).slope)


def _followed(n: np.ndarray, value: np.ndarray) -> str:
    """With as few terms as possible, and two more numbers of ranks than there are terms, so that none follows by accident."""
    if np.ptp(value) == 0:
        return "1"
    names = [name for name in TERMS if name != "2^N" or n.max() <= WIDEST]
    for count in range(1, TERMS_MOST + 1):
        for some in combinations(names, count):
            if len(n) >= count + 2 and _follows(np.stack([TERMS[name](n) for name in some], axis=1), value):
                return some[-1]  # they are in the order of their growth
    return ""


def _follows(columns: np.ndarray, value: np.ndarray) -> bool:
    scale = np.abs(columns).max(axis=0)
    found, *_ = np.linalg.lstsq(columns / scale, value, rcond=None)
    off = np.abs(columns / scale @ found - value).max()
    return bool(off <= EXACT * np.abs(value).max() and (np.abs(found) > EXACT * np.abs(value).max()).all() and found[-1] > 0)
