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
    where the samples are too few for one, or the start line delays the mark; simulated time has no noise, so there a few
    samples are enough."""
    median_of = np.median if campaign.simulated else lambda samples: quantile(samples, 0.5)
    rows = []
    protocols = campaign.timed[campaign.timed.family == "protocol"]
    for path, cases in protocols.groupby("file"):
        with opened(path) as file:
            for case in cases.to_dict("records"):
                delays = mark_delays_ns(file[f"/samples/{case['name']}"], case["latency_definition"], one_after_another(case))
                for position, (mark, each) in enumerate(delays.items()):
                    reached = each[~np.isnan(each)]
                    median = median_of(reached) if len(reached) else np.nan
                    rows.append((*(case[name] for name in KEY), path, mark, position, median))
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict(protocols.dtypes[KEY]) | {"p50_ns": float, "position": int}).assign(
        sitting=lambda table: table.file.map(campaign.launches.sitting))


def one_after_another(case: dict) -> bool:
    """Whether an operation begins only when the one before it has ended everywhere: behind a start line."""
    return case["sync"] != "none" and case["in_flight"] == 1


def mark_delays_ns(samples: h5py.Group, definition: str, behind_start_line: bool = False) -> dict[str, np.ndarray]:
    """Of each mark, in causal order: [operation], from the start to the latest rank with a stamp of it, NaN without any. The
    last mark is the operation's end, so its value is the latency, under the case's definition. Behind a start line a mark that
    the next operation's message brings comes as late as the harness begins that operation, so it is NaN everywhere."""
    marks = text(samples.attrs["marks"]).split()

    def delays(part: slice, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        first = over_ranks(np.fmin, stamped(start))
        before = [_latest(samples, mark, part) - first for mark in range(len(marks) - 1)]
        return np.array([first, *before, latencies_ns(start, end, definition)])

    first, *reached = gathered(samples, delays, 1 + len(marks))
    for delay in reached[:-1]:
        if behind_start_line and is_brought_by_next(first, delay):
            delay[:] = np.nan
    return dict(zip(marks, reached))


def is_brought_by_next(first: np.ndarray, delay: np.ndarray) -> bool:
    """Whether most operations have the mark only after the next one has begun, from their starts and the mark's delays."""
    return np.mean(first[:-1] + delay[:-1] > first[1:]) > 0.5 if len(first) > 1 else False


def _latest(samples: h5py.Group, mark: int, part: slice) -> np.ndarray:
    return over_ranks(np.fmax, stamped(read(samples["mark_ns"], schema.MARKS["mark_ns"], (mark, part))))
