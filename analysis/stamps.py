"""Raw stamps to latencies, piece by piece: a case may have more operations than fit into memory as stamps of all ranks."""

import functools
from collections.abc import Callable, Iterator

import h5py
import numpy as np

from analysis import schema
from analysis.reading import read
from analysis.schema import NO_STAMP

PIECE = 1 << 19  # stamps of one variable that are in memory at a time


def latencies_ns(start_ns: np.ndarray, end_ns: np.ndarray, definition: str) -> np.ndarray:
    """Latency of each operation, [operation], from stamps [operation, rank]; NaN where the stamps it needs are absent."""
    start, end = stamped(start_ns), stamped(end_ns)
    if definition == "proposer":
        own = end - start
        proposer = np.argmax(~np.isnan(own), axis=1)  # the first rank that has both; in ping_pong the others have them too
        return own[np.arange(len(own)), proposer]
    first = np.fmin if definition == "makespan" else np.fmax
    return over_ranks(np.fmax, end) - over_ranks(first, start)


def stamped(stamps: np.ndarray) -> np.ndarray:
    """As numbers with NaN for absent ones."""
    return np.where(stamps == NO_STAMP, np.nan, stamps)


def over_ranks(function: np.ufunc, stamps: np.ndarray) -> np.ndarray:
    """[operation] of [operation, rank]. A few ranks are taken one by one: numpy is slow at reducing many short rows."""
    if stamps.shape[1] > 16:
        return function.reduce(stamps, axis=1)
    return functools.reduce(function, stamps.T) if stamps.shape[1] else np.full(len(stamps), np.nan)


def stamps(samples: h5py.Group) -> tuple[np.ndarray, np.ndarray]:
    """start_ns and end_ns of a case, [operation, rank]."""
    return tuple(read(samples[each], kind) for each, kind in schema.STAMPS.items())


def pieces(samples: h5py.Group) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Of successive operations: which they are, their start_ns and their end_ns."""
    operations, members = samples["start_ns"].shape
    step = max(1, PIECE // max(1, members))
    for first in range(0, operations, step):
        part = slice(first, min(first + step, operations))
        yield part, *(read(samples[each], kind, (part,)) for each, kind in schema.STAMPS.items())


def case_latencies_ns(samples: h5py.Group, definition: str) -> np.ndarray:
    """Of the operations that have one."""
    latencies = gathered(samples, lambda part, start, end: [latencies_ns(start, end, definition)], 1)[0]
    return latencies[~np.isnan(latencies)]


def gathered(samples: h5py.Group, made: Callable, count: int) -> np.ndarray:
    """[quantity, operation]: so many quantities that are `made` of each piece."""
    values = np.empty((count, len(samples["start_ns"])))
    for part, start, end in pieces(samples):
        values[:, part] = made(part, start, end)
    return values
