"""Reads that did not show what their own reader had written before: whether a case keeps read-after-write."""

import numpy as np


def missed(proposer: np.ndarray, is_read: np.ndarray, start_ns: np.ndarray, end_ns: np.ndarray,
           answer_of: np.ndarray) -> np.ndarray:
    """[read with an own write before it]: whether it returned a value that was older than this write: the initial one (−1), or
    that of a write which had ended before the own one began. All arrays are by operation."""
    found = []
    for rank in np.unique(proposer):
        own = np.flatnonzero(proposer == rank)
        own = own[np.argsort(start_ns[own], kind="stable")]
        writes = own[~is_read[own]]
        for read in own[is_read[own]]:
            before = writes[end_ns[writes] <= start_ns[read]]
            if len(before):
                newest, answer = before[-1], answer_of[read]
                found.append(answer == -1 or (answer >= 0 and end_ns[answer] <= start_ns[newest]))
    return np.array(found, dtype=bool)
