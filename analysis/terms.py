"""What a latency may grow like with the number of ranks: 1, log2 N, N, N log2 N and N^2, none of which can take negative time.

The terms are those of the kernels' closed forms: a message's way, rounds of a tree, messages that one rank handles, rounds in
which every rank handles one, and messages of everybody to everybody. A curve is one coefficient, in ns, for each.
"""

from itertools import combinations

import numpy as np
from scipy.optimize import nnls

from analysis.markdown import digits

TERMS = ("1", "log2 N", "N", "N log2 N", "N^2")
# The constant, which nnls leaves out where it does not help, with none, one or two that grow.
CANDIDATES = tuple(("1", *growing) for count in range(3) for growing in combinations(TERMS[1:], count))


def fit(terms: tuple[str, ...], ranks: np.ndarray, latency_ns: np.ndarray) -> np.ndarray:
    """The coefficients in ns, [term of TERMS], not negative, that make the sum of squared relative errors least."""
    used = [TERMS.index(term) for term in terms]
    relative = columns(ranks)[:, used] / np.asarray(latency_ns, dtype=float)[:, None]
    scale = relative.max(axis=0)  # N^2 of a thousand ranks is a million times the constant
    found, _ = nnls(relative / scale, np.ones(len(relative)))
    coefficients = np.zeros(len(TERMS))
    coefficients[used] = found / scale
    return coefficients


def columns(ranks) -> np.ndarray:
    """[rank count, term]: each term at each number of ranks."""
    n = np.asarray(ranks, dtype=float)
    return np.stack([np.ones_like(n), np.log2(n), n, n * np.log2(n), n * n], axis=-1)


def predicted_ns(coefficients_ns: np.ndarray, ranks) -> np.ndarray:
    """[..., rank count], of coefficients [..., term]."""
    return coefficients_ns @ columns(ranks).T


def formula(coefficients_ns: np.ndarray) -> str:
    """As a reader would write it: 1.10 + 0.300 N µs."""
    parts = [digits(c / 1000) + ("" if term == "1" else f" {term}") for c, term in zip(coefficients_ns, TERMS) if c > 0]
    return " + ".join(parts) + " µs"


def growth(coefficients_ns: np.ndarray) -> str:
    """The terms alone: 1 + N."""
    return " + ".join(term for c, term in zip(coefficients_ns, TERMS) if c > 0)
