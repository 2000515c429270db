"""When the marks of a protocol are reached: from the proposal to the last rank that reaches each, out of the raw stamps."""

import functools

import h5py
import numpy as np
import pandas as pd

from analysis import schema
from analysis.launch_file import opened
from analysis.load import KEY, Campaign
from analysis.reading import read, text
from analysis.stamps import gathered, latencies_ns, over_ranks, stamped
from analysis.statistics import quantile

COLUMNS = [*KEY, "file", "mark", "position", "p50_ns"]


@functools.lru_cache(maxsize=2)
def mark_medians(campaign: Campaign) -> pd.DataFrame:
    """One row per launch, protocol case and mark: `mark`, its `position` in causal order, the launch's median `p50_ns`, NaN
    where the samples are too few for one; simulated time has no noise, so there a few are enough."""
    median_of = np.median if campaign.simulated else lambda samples: quantile(samples, 0.5)
    rows = []
    protocols = campaign.timed[campaign.timed.family == "protocol"]
    for path, cases in protocols.groupby("file"):
        with opened(path) as file:
            for case in cases.to_dict("records"):
                delays = mark_delays_ns(file[f"/samples/{case['name']}"], case["latency_definition"])
                for position, (mark, each) in enumerate(delays.items()):
                    reached = each[~np.isnan(each)]
                    median = median_of(reached) if len(reached) else np.nan
                    rows.append((*(case[name] for name in KEY), path, mark, position, median))
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict(protocols.dtypes[KEY]) | {"p50_ns": float, "position": int}).assign(
        sitting=lambda table: table.file.map(campaign.launches.sitting))


def mark_delays_ns(samples: h5py.Group, definition: str) -> dict[str, np.ndarray]:
    """Of each mark, in causal order: [operation], from the start to the latest rank with a stamp of it, NaN without any. The
    last mark is the operation's end, so its value is the latency, under the case's definition."""
    marks = text(samples.attrs["marks"]).split()

    def delays(part: slice, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        first = over_ranks(np.fmin, stamped(start))
        before = [_latest(samples, mark, part) - first for mark in range(len(marks) - 1)]
        return np.array([*before, latencies_ns(start, end, definition)])

    return dict(zip(marks, gathered(samples, delays, len(marks))))


def _latest(samples: h5py.Group, mark: int, part: slice) -> np.ndarray:
    return over_ranks(np.fmax, stamped(read(samples["mark_ns"], schema.MARKS["mark_ns"], (mark, part))))
