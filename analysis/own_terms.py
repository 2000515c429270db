"""What was counted of a kernel, as terms of its latency: its delays, and the messages and bytes of its busiest rank.

Counts have no noise. Where one of them is a constant plus a multiple of a generic term at every rank count, it grows as that
term does, and the term stands for it beyond the counted rank counts too. Any other count is a term of its own, which ends
where the counting ends. A count that launches disagree on, that is random, or that lacks a rank count of the curve, is no
term.
"""

import h5py
import numpy as np
import pandas as pd

from analysis.reading import read
from analysis.schema import OF_RANKS
from analysis.terms import COUNTED, GENERIC, SAME, Basis, columns

EXACT = "exact"  # the count rule


def busiest(samples: h5py.Group, operations: int, messages_per_operation: float) -> tuple[float, float]:
    """The most messages that a rank sends and receives for an operation, and the most bytes that one sends; NaN where messages
    of the background, or of no operation, are among them."""
    sent, received, size = (read(samples[name], kind).astype(float) for name, kind in OF_RANKS.items())
    if not operations or not np.isclose(sent.sum(), messages_per_operation * operations, rtol=1e-12):
        return np.nan, np.nan
    return float((sent + received).max() / operations), float(size.max() / operations)


def basis_of(cases: pd.DataFrame, ranks) -> Basis:
    """The terms of a curve with these rank counts, from the cases of its series at all rank counts, of any regime: counts do
    not depend on distances."""
    own, tables = {}, {}
    for name, counts in _counts(cases).items():
        counts = counts.groupby(cases.ranks).agg(_agreed).dropna()
        if not set(ranks) <= set(counts.index):
            continue
        term = _followed(counts)
        if term:
            own.setdefault(term, name)
        else:
            own[name] = name
            tables[name] = counts.index.to_numpy(dtype=float), counts.to_numpy(dtype=float)
    return Basis(own, tables)


def _counts(cases: pd.DataFrame) -> dict[str, pd.Series]:
    """Of each case, NaN where there is none: delays by the closed form or, without one, as counted."""
    told = cases.expected_delays.where(cases.expected_delays == cases.expected_delays_most)
    exact = cases.count_rule == EXACT
    delays = told.where((told >= 0) | ~exact, cases.delays).astype(float)
    each = (delays.where(delays >= 0), cases.busiest_messages.where(exact), cases.busiest_bytes.where(exact))
    return dict(zip(COUNTED, each))


def _agreed(counts: pd.Series) -> float:
    """What all launches counted at one number of ranks; NaN where they do not agree."""
    return counts.iloc[0] if counts.nunique(dropna=False) == 1 else np.nan


def _followed(counts: pd.Series) -> str | None:
    """The first generic term that the counts, by ranks, are a constant plus a multiple of."""
    found, wanted = columns(counts.index), counts.to_numpy(dtype=float)
    if np.ptp(wanted) == 0:
        return GENERIC[0]
    for index, term in enumerate(GENERIC[1:], 1):
        shape = np.stack([np.ones(len(found)), found[:, index]], axis=1)
        line, *_ = np.linalg.lstsq(shape, wanted, rcond=None)
        if line[1] > 0 and np.abs(wanted - shape @ line).max() < SAME * np.ptp(wanted):
            return term
    return None
