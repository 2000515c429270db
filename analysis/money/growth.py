"""A count at a number of ranks at which nobody counted it.

A count that is a closed form of N is found by trial: constants times one to three of the terms that closed forms are made
of (terms.py, N log2 N in steps, N^2 log2 N and 1/N) must give every count exactly, and there must be a count more than
constants (of three constants two more), three at least. It then holds at any N. Where several forms agree on everything
that was counted, and not at N, the count is known to lie between them. Counts that chance or timing decides have none,
however well one fits. What was counted at powers of two only says nothing of the steps between them: there a form with a
logarithm gives the powers of two on both sides. A count that no form gives, as that of gossip, is modelled as latencies are
(choice.py), followed as far as these, and is as uncertain as its model errs.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis.choice import MIN_RANK_COUNTS, WORST_FACTOR, choose
from analysis.curve import REACH
from analysis.terms import GENERIC, columns, predicted_ns

STEPS = ("N ⌊log2 N⌋", "N ⌈log2 N⌉")
FORMS = (*GENERIC, *STEPS, "N^2 log2 N", "1/N")  # the last: what a proposer saves that is every N-th time the server itself
TERMS_MOST = 3  # constants of a closed form
CHECKS = {1: 1, 2: 1, 3: 2}  # by constants, how many more counts bear a form out; of three terms there are many forms
COUNTED = "counted"
COUNTS_LEAST = 3  # counted numbers of ranks that a closed form is believed from
EXACT = 1e-9
APART = 3  # between closed forms that are farther apart than that factor a count is not known


@dataclass(frozen=True)
class Count:
    """`how`: counted, "mean" (of counts that differ by chance or by timing), "closed form", "between closed forms", or
    "model"; of bytes also how often the payload is sent (copies.py)."""

    value: float
    low: float
    high: float
    how: str

    def __post_init__(self):
        """An end may be NaN, where nobody knows it."""
        if self.low > self.value or self.high < self.value:
            raise ValueError(f"{self.value} does not lie from {self.low} to {self.high}")

    def __add__(self, other: "Count") -> "Count":
        return Count(self.value + other.value, self.low + other.low, self.high + other.high, self.how)

    def times(self, factor: float) -> "Count":
        return Count(self.value * factor, self.low * factor, self.high * factor, self.how)


def followed(counted: dict[int, Count], ranks: int, none_alone: bool = True) -> Count | str:
    """The count at so many ranks from those `counted`, by ranks, or one clause that says why it is not known. `none_alone`:
    one rank sends nothing, so that N = 1 need not have been counted."""
    if ranks in counted:
        return counted[ranks]
    if none_alone and ranks == 1:
        return Count(0, 0, 0, "closed form")
    known = {n: count.value for n, count in counted.items() if n > 1}
    # A count that N = 1 joins is believed from fewer counts; that of an acknowledged send is 2 from N = 2 on, and 0 before.
    for alone in ({1: 0.0}, {}) if none_alone else ({},):
        sure = len(known) >= COUNTS_LEAST and all(count.how == COUNTED for count in counted.values())
        forms = _forms(known | alone) if sure else []
        if forms:
            return _among(forms, set(known), ranks)
    return _modelled(known, ranks)


def _basis(ranks) -> np.ndarray:
    """[rank count, form]."""
    n = np.asarray(ranks, dtype=float)
    generic = columns(n)[..., :len(GENERIC)]
    steps = [n * generic[..., GENERIC.index(each.removeprefix("N "))] for each in STEPS]
    square = n * n * generic[..., GENERIC.index("log2 N")]
    return np.concatenate([generic, np.stack([*steps, square, 1 / n], axis=-1)], axis=-1)


def _forms(known: dict[int, float]) -> list[np.ndarray]:
    """The closed forms of fewest terms that give everything known: coefficients [form]."""
    ranks = sorted(known)
    basis, wanted = _basis(ranks), np.array([known[n] for n in ranks])
    for terms in range(1, TERMS_MOST + 1):
        if len(ranks) < terms + CHECKS[terms]:
            break
        tried = (_exact(basis, wanted, some) for some in combinations(range(len(FORMS)), terms))
        found = [coefficients for coefficients in tried if coefficients is not None]
        if found:
            return found
    return []


def _exact(basis: np.ndarray, wanted: np.ndarray, some: tuple[int, ...]) -> np.ndarray | None:
    solved, _, rank, _ = np.linalg.lstsq(basis[:, some], wanted, rcond=None)
    scale = max(np.abs(wanted).max(), 1)
    if rank < len(some) or np.abs(basis[:, some] @ solved - wanted).max() > EXACT * scale:
        return None
    coefficients = np.zeros(len(FORMS))
    coefficients[list(some)] = np.where(np.abs(solved) < EXACT, 0, solved)
    return coefficients


def _among(forms: list[np.ndarray], counted: set[int], ranks: int) -> Count | str:
    steep = [form for form in forms if np.any(form[[place for place, name in enumerate(FORMS) if "log" in name]])]
    at = [ranks]
    if steep and all(_power_of_two(n) for n in counted) and not _power_of_two(ranks):
        at = [ranks, 2 ** math.floor(math.log2(ranks)), 2 ** math.ceil(math.log2(ranks))]
    values = sorted(_whole(float(_basis([n])[0] @ form)) for form in forms for n in at)
    low, high = values[0], values[-1]
    if high - low <= EXACT * max(high, 1):
        return Count(low, low, high, "closed form")
    if low <= 0 or high / low > APART:
        return f"closed forms that give every count differ there, from {low:.4g} to {high:.4g}"
    return Count(values[len(values) // 2], low, high, "between closed forms")


def _modelled(known: dict[int, float], ranks: int) -> Count | str:
    told = f"no closed form is found from the counts at N = {', '.join(map(str, sorted(known))) or 'none above 1'}"
    if len(known) < MIN_RANK_COUNTS:
        return f"{told}, and a model needs {MIN_RANK_COUNTS}"
    n = np.array(sorted(known))
    counts = np.array([known[each] for each in n])
    if not n[0] <= ranks <= REACH * n[-1]:
        return f"{told}, and a model is followed from the least of them to {REACH} times the largest"
    model = choose(n, counts).chosen if (counts > 0).all() else None
    if model is None or not model.holds:
        return f"{told}, and no model predicts them within a factor of {WORST_FACTOR:g}"
    value = float(predicted_ns(model.coefficients_ns, [ranks])[0])
    return Count(value, value * math.exp(-model.margin), value * math.exp(model.margin), "model")


def _power_of_two(n: int) -> bool:
    return n & (n - 1) == 0


def _whole(value: float) -> float:
    """Counts are mostly whole numbers, and least squares leaves the last digits off."""
    nearest = round(value)
    return float(nearest) if abs(value - nearest) <= 1e-6 * max(1.0, abs(value)) else value
