"""What claims are judged by: of each case and launch one value, from /cases, from marks or from what each rank counted."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.ends import end_medians
from analysis.launch_file import opened
from analysis.load import KEY, Campaign
from analysis.ratios import OVER_SMALL, timed_with_ratios
from analysis.reading import read
from analysis.schema import OF_RANKS

NS_PER_MS = 1e6


@dataclass(frozen=True)
class Quantity:
    """`words`: its name in tables. `fewer`: than claimed, in its case. `timed`: a time, which says nothing where ranks share
    cores, and has noise. `of`: [case] of rows of one quantity's table."""

    words: str
    fewer: str
    timed: bool
    of: Callable[[Campaign, pd.DataFrame], pd.Series]


def _column(name: str, factor: float = 1.0) -> Callable[[Campaign, pd.DataFrame], pd.Series]:
    return lambda campaign, cases: cases[name] * factor


def _delays(factor: float) -> Callable[[Campaign, pd.DataFrame], pd.Series]:
    return lambda campaign, cases: factor * cases.delays.where(cases.delays >= 0).astype(float)


def delays_between(cases: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """From where to where timing may put a case's delays by its closed form; NaN where that gives one number, or none."""
    if "expected_delays_most" not in cases:
        return tuple(pd.Series(np.nan, cases.index) for _ in range(2))
    ranged = (cases.expected_delays >= 0) & (cases.expected_delays_most > cases.expected_delays)
    return cases.expected_delays.where(ranged).astype(float), cases.expected_delays_most.where(ranged).astype(float)


def _load(campaign: Campaign, cases: pd.DataFrame) -> pd.Series:
    """Messages that the busiest rank sends and receives, in multiples of those of the median of the other ranks."""
    values = []
    for case in cases.itertuples():
        with opened(case.file) as file:
            sent, received, _ = (read(file[f"/samples/{case.name}"][name], kind) for name, kind in OF_RANKS.items())
        handled = np.sort((sent + received).astype(float))
        others = np.median(handled[:-1]) if len(handled) > 1 else 0
        values.append(handled[-1] / others if others > 0 else np.nan)
    return pd.Series(values, cases.index, dtype=float)


def _go_on(campaign: Campaign, cases: pd.DataFrame) -> pd.Series:
    """Until the user may go on; of what is no protocol the latency."""
    ends = end_medians(campaign).set_index(["file", *KEY]).go_on_ns
    sought = pd.MultiIndex.from_frame(cases[["file", *KEY]])
    found = pd.Series(ends.reindex(sought).to_numpy(dtype=float), cases.index)
    return found.where(cases.family == "protocol", cases.p50_ns)


QUANTITIES = {
    "messages": Quantity("messages", "fewer", False, _column("messages_per_operation")),
    "bytes": Quantity("bytes", "fewer", False, _column("bytes_per_operation")),
    "busiest": Quantity("messages of the busiest rank", "fewer", False, _column("busiest_messages")),
    "applied": Quantity("times applied", "fewer", False, _column("applied_per_operation")),
    "stale": Quantity("share of stale reads", "less", False, _column("stale_share")),
    "load": Quantity("load of the busiest rank ÷ another's", "less", False, _load),
    "delays": Quantity("delays", "fewer", False, _delays(1)),
    "round_trips": Quantity("round trips", "fewer", False, _delays(0.5)),
    "latency": Quantity("latency in ns", "less", True, _column("p50_ns")),
    "milliseconds": Quantity("latency in ms", "less", True, _column("p50_ns", 1 / NS_PER_MS)),
    "ping_pongs": Quantity("latency ÷ ping_pong", "less", True, _column(OVER_SMALL)),
    "go_on": Quantity("ns until the user may go on", "less", True, _go_on),
    "cpu": Quantity("CPU in ns", "less", True, _column("cpu_ns_per_operation")),
    "rate": Quantity("operations per second", "fewer", True, _column("operations_per_second")),
}
DELAYS = {"delays": 1.0, "round_trips": 0.5}  # a delay in each
RATES = ("rate",)  # of cases that need no start line


def words(quantity: str) -> str:
    return QUANTITIES[quantity].words if quantity in QUANTITIES else quantity


def table(campaign: Campaign, quantity: Quantity) -> pd.DataFrame:
    """The cases that have such a quantity: of times those that are the kernel's own, with ratios. `told`: their parameters."""
    return _table(campaign, quantity.timed)


@functools.lru_cache(maxsize=4)
def _table(campaign: Campaign, timed: bool) -> pd.DataFrame:
    rows = timed_with_ratios(campaign) if timed else campaign.counted
    launches = rows.groupby(KEY).file.transform("size")
    return rows.assign(told=[json.loads(parameters) for parameters in rows.parameters], launches=launches)
