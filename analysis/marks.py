"""When the marks of a protocol are reached: from the proposal to the last rank that reaches each, out of the raw stamps."""

import h5py
import numpy as np
import pandas as pd

from analysis import schema
from analysis.launch_file import opened
from analysis.load import KEY, Campaign, latencies_ns, stamps
from analysis.reading import read, text
from analysis.schema import NO_STAMP
from analysis.statistics import quantile

COLUMNS = [*KEY, "file", "mark", "position", "p50_ns"]


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
                    stamped = each[~np.isnan(each)]
                    median = median_of(stamped) if len(stamped) else np.nan
                    rows.append((*(case[name] for name in KEY), path, mark, position, median))
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict(protocols.dtypes[KEY]) | {"p50_ns": float, "position": int}).assign(
        sitting=lambda table: table.file.map(campaign.launches.sitting))


def mark_delays_ns(samples: h5py.Group, definition: str) -> dict[str, np.ndarray]:
    """Of each mark, in causal order: [operation], from the start to the latest rank with a stamp of it, NaN without any. The
    last mark is the operation's end, so its value is the latency, under the case's definition."""
    start, end = stamps(samples)
    *before, last = text(samples.attrs["marks"]).split()
    first = np.fmin.reduce(_stamped(start), axis=1)
    reached = [np.fmax.reduce(_stamped(each), axis=1) for each in (_mark_ns(samples) if before else ())]
    return {**{mark: latest - first for mark, latest in zip(before, reached)}, last: latencies_ns(start, end, definition)}


def _mark_ns(samples: h5py.Group) -> np.ndarray:
    return read(samples["mark_ns"], schema.MARKS["mark_ns"])


def _stamped(stamps: np.ndarray) -> np.ndarray:
    return np.where(stamps == NO_STAMP, np.nan, stamps)
