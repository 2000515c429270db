"""When the marks of a protocol are reached: from the proposal to the last rank that reaches each, out of the raw stamps."""

import h5py
import numpy as np
import pandas as pd

from analysis.load import KEY, NO_STAMP, Campaign, latencies_ns
from analysis.statistics import quantile
from analysis.validate import text

COLUMNS = [*KEY, "file", "mark", "position", "p50_ns"]


def mark_medians(campaign: Campaign) -> pd.DataFrame:
    """One row per launch, protocol case and mark: `mark`, its `position` in causal order, the launch's median `p50_ns`."""
    rows = []
    protocols = campaign.timed[campaign.timed.family == "protocol"]
    for path, cases in protocols.groupby("file"):
        with h5py.File(path) as file:
            for case in cases.to_dict("records"):
                delays = mark_delays_ns(file[f"/samples/{case['name']}"], case["latency_definition"])
                for position, (mark, each) in enumerate(delays.items()):
                    median = quantile(each[~np.isnan(each)], 0.5)
                    rows.append((*(case[name] for name in KEY), path, mark, position, median))
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict(protocols.dtypes[KEY]) | {"p50_ns": float, "position": int})


def mark_delays_ns(samples: h5py.Group, definition: str) -> dict[str, np.ndarray]:
    """Of each mark, in causal order: [operation], from the start to the latest rank with a stamp of it, NaN without any. The
    last mark is the operation's end, so its value is the latency, under the case's definition."""
    start, end = samples["start_ns"][...], samples["end_ns"][...]
    *before, last = text(samples.attrs["marks"]).split()
    first = np.fmin.reduce(_stamped(start), axis=1)
    reached = [np.fmax.reduce(_stamped(stamps), axis=1) for stamps in (samples["mark_ns"][...] if before else ())]
    return {**{mark: latest - first for mark, latest in zip(before, reached)}, last: latencies_ns(start, end, definition)}


def _stamped(stamps: np.ndarray) -> np.ndarray:
    return np.where(stamps == NO_STAMP, np.nan, stamps)
