"""What claims are judged by: of each case and launch one value, from /cases, from marks or from what each rank counted."""

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
    """`words`: its name in tables. `timed`: a time, which says nothing where ranks share cores, and has noise. `sign`: whether
    it is written with `×` (a ratio) or a unit. `of`: [case] of rows of one quantity's table."""

    words: str
    unit: str
    timed: bool
    of: Callable[[Campaign, pd.DataFrame], pd.Series]


def _column(name: str, factor: float = 1.0) -> Callable[[Campaign, pd.DataFrame], pd.Series]:
    return lambda campaign, cases: cases[name] * factor


def _delays(factor: float) -> Callable[[Campaign, pd.DataFrame], pd.Series]:
    return lambda campaign, cases: factor * cases.delays.where(cases.delays >= 0).astype(float)


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


def _background(campaign: Campaign, cases: pd.DataFrame) -> pd.Series:
    return cases.background_messages / cases.operations.where(cases.operations > 0)


QUANTITIES = {
    "messages": Quantity("messages", "messages", False, _column("messages_per_operation")),
    "bytes": Quantity("bytes", "B", False, _column("bytes_per_operation")),
    "busiest": Quantity("messages of the busiest rank", "messages", False, _column("busiest_rank_messages_per_operation")),
    "background": Quantity("background messages", "messages", False, _background),
    "applied": Quantity("times applied", "times", False, _column("applied_per_operation")),
    "stale": Quantity("share of stale reads", "", False, _column("stale_share")),
    "load": Quantity("load of the busiest rank", "× another rank's", False, _load),
    "delays": Quantity("delays", "delays", False, _delays(1)),
    "round_trips": Quantity("round trips", "round trips", False, _delays(0.5)),
    "latency": Quantity("latency", "ns", True, _column("p50_ns")),
    "milliseconds": Quantity("latency", "ms", True, _column("p50_ns", 1 / NS_PER_MS)),
    "ping_pongs": Quantity("latency ÷ ping_pong", "ping_pongs", True, _column(OVER_SMALL)),
    "one_ways": Quantity("latency ÷ one way", "one ways", True, _column(OVER_SMALL, 2)),
    "go_on": Quantity("time until the user may go on", "ns", True, _go_on),
    "cpu": Quantity("CPU", "ns", True, _column("cpu_ns_per_operation")),
    "rate": Quantity("operations per second", "/s", True, _column("operations_per_second")),
}
RATES = ("rate",)  # of cases that need no start line


def words(quantity: str) -> str:
    return QUANTITIES[quantity].words if quantity in QUANTITIES else quantity


def table(campaign: Campaign, quantity: Quantity) -> pd.DataFrame:
    """The cases that have such a quantity: of times those that are the kernel's own, with ratios."""
    return timed_with_ratios(campaign) if quantity.timed else campaign.counted
