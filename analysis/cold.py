"""The first operation of each block, which finds cold caches, because the harness gathers stamps between two blocks."""

import h5py
import numpy as np

from analysis.launch_file import opened
from analysis.stamps import gathered, latencies_ns


def first_of_blocks(samples: h5py.Group, operations: int) -> np.ndarray:
    """[operation]: whether it is one; of a file that does not mark them, which no file up to schema 1.5 does, none is."""
    first = np.zeros(operations, dtype=bool)
    ends = np.asarray(samples.attrs.get("block_ends", [])).ravel().astype(int)
    first[[0, *ends[:-1]] if len(ends) else []] = True
    return first


def warm_samples_ns(case) -> np.ndarray:
    """Of one row of `Campaign.cases` the latencies of all operations but the first of each block; none where the file does not
    mark these."""
    with opened(case.file) as file:
        samples = file[f"/samples/{case.name}"]
        latencies = gathered(samples, lambda part, start, end: [latencies_ns(start, end, case.latency_definition)], 1)[0]
        first = first_of_blocks(samples, len(latencies))
    return latencies[~first & ~np.isnan(latencies)] if first.any() else latencies[:0]
