"""What a latency may grow like with the number of ranks N: terms, none of which can take negative time.

The generic terms are those of the kernels' closed forms: 1, a message's way; log2 N and its steps ⌊log2 N⌋ and ⌈log2 N⌉, the
rounds of a tree; N, the messages that one rank handles; N log2 N, rounds in which every rank handles one; N^2, messages of
everybody to everybody. Three more are what was counted of the kernel itself (own_terms.py). A curve is one coefficient for
each term: ns, or ns for each delay, message or byte.
"""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.optimize import nnls

from analysis.markdown import digits

GENERIC = ("1", "log2 N", "⌊log2 N⌋", "⌈log2 N⌉", "N", "N log2 N", "N^2")
COUNTED = ("delays", "busiest messages", "busiest bytes")
TERMS = GENERIC + COUNTED
SAME = 1e-9  # columns that differ by less, of what they vary by, are the same


@dataclass(frozen=True, eq=False)
class Basis:
    """The terms of one curve. `own`: the terms that grow as a count of the kernel does, and which count. `tables`: counts that
    no generic term follows, each by its name in COUNTED: the rank counts, ascending, and what was counted there."""

    own: dict[str, str] = field(default_factory=dict)
    tables: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def columns(self, ranks) -> np.ndarray:
        """[rank count, term]: each term at each number of ranks; NaN where it was not counted. Between two rank counts a count
        is on the straight line, for drawing."""
        n = np.asarray(ranks, dtype=float)
        return np.concatenate([_generic(n), np.stack([self._counted(name, n) for name in COUNTED], axis=-1)], axis=-1)

    def _counted(self, name: str, n: np.ndarray) -> np.ndarray:
        if name not in self.tables:
            return np.full_like(n, np.nan)
        return np.interp(n, *self.tables[name], left=np.nan, right=np.nan)

    def candidates(self, ranks, terms_most: int) -> list[tuple[str, ...]]:
        """The constant, left out by nnls where it does not help, with none, one or two that grow and differ at `ranks`."""
        growing = self._distinct(ranks)
        return [("1", *some) for count in range(min(3, terms_most)) for some in combinations(growing, count)]

    def _distinct(self, ranks) -> list[str]:
        """The terms that are not a constant plus a multiple of one before them; the kernel's own come first."""
        columns, found, shapes = self.columns(ranks), [], []
        for term in sorted(TERMS[1:], key=lambda term: term not in self.own):
            shape = columns[:, TERMS.index(term)] - columns[:, TERMS.index(term)].mean()
            size = np.abs(shape).max()
            if not size > SAME or any(np.abs(shape / size - other).max() < SAME for other in shapes):
                continue  # NaN, where something was not counted, among them
            found.append(term)
            shapes.append(shape / size)
        return found

    def known_to(self, terms: tuple[str, ...]) -> float:
        """The largest number of ranks at which all these terms are known."""
        return min((self.tables[term][0].max() for term in terms if term in self.tables), default=np.inf)


PLAIN = Basis()


def fit(terms: tuple[str, ...], ranks, latency_ns, basis: Basis = PLAIN) -> np.ndarray:
    """The coefficients in ns, [term of TERMS], not negative, that make the sum of squared relative errors least."""
    return refits(terms, ranks, [latency_ns], basis)[0]


def refits(terms: tuple[str, ...], ranks, latencies_ns, basis: Basis = PLAIN) -> np.ndarray:
    """`fit` of each of many latencies, [draw, rank count]: [draw, term of TERMS]."""
    used = positions(terms)
    columns = basis.columns(ranks)[:, used]
    found = np.zeros((len(latencies_ns), len(TERMS)))
    found[:, used] = [solved(columns, each) for each in latencies_ns]
    return found


def positions(terms: tuple[str, ...]) -> list[int]:
    return [TERMS.index(term) for term in terms]


def solved(columns: np.ndarray, latency_ns) -> np.ndarray:
    """The coefficients, [column], of columns [rank count, column]."""
    relative = columns / np.asarray(latency_ns, dtype=float)[:, None]
    scale = relative.max(axis=0)  # N^2 of a thousand ranks is a million times the constant
    return nnls(relative / scale, np.ones(len(relative)))[0] / scale


def columns(ranks) -> np.ndarray:
    """[rank count, term] without any count of a kernel: the generic terms, and NaN."""
    return PLAIN.columns(ranks)


def _generic(n: np.ndarray) -> np.ndarray:
    mantissa, exponent = np.frexp(n)  # n = mantissa · 2^exponent, 0.5 ≤ mantissa < 1, without an error of log2
    below = exponent - 1.0
    return np.stack([np.ones_like(n), np.log2(n), below, below + (mantissa > 0.5), n, n * np.log2(n), n * n], axis=-1)


def predicted_ns(coefficients_ns: np.ndarray, ranks, basis: Basis = PLAIN) -> np.ndarray:
    """[..., rank count], of coefficients [..., term]; NaN where a term that is used was not counted."""
    used = np.reshape(coefficients_ns > 0, (-1, len(TERMS))).any(axis=0)
    return coefficients_ns[..., used] @ basis.columns(ranks)[..., used].T


def formula(coefficients_ns: np.ndarray) -> str:
    """As a reader would write it: 1.10 + 0.300 N µs."""
    parts = [digits(c / 1000) + ("" if term == "1" else f" {term}") for c, term in zip(coefficients_ns, TERMS) if c > 0]
    return " + ".join(parts) + " µs"


def growth(coefficients_ns: np.ndarray) -> str:
    """The terms alone: 1 + N."""
    return " + ".join(term for c, term in zip(coefficients_ns, TERMS) if c > 0)
