"""Two campaigns side by side: for every case they share, the ratio of its medians of launch medians and what it decides."""

import numpy as np
import pandas as pd

from analysis.load import IDENTITY, KEY, Campaign
from analysis.refusal import Refusal
from analysis.statistics import MIN_LAUNCHES, ratio_interval


def compare(a: Campaign, b: Campaign) -> pd.DataFrame:
    """One row per common case: its name, medians, `ratio` (B/A), `low`, `high`, `verdict` and, if undecided, `reason`."""
    _refuse_unlike(a, b)
    groups_a, groups_b = (dict(list(campaign.timed.dropna(subset=["p50_ns"]).groupby(KEY))) for campaign in (a, b))
    common = sorted(groups_a.keys() & groups_b.keys())
    if not common:
        raise Refusal("the two campaigns have no case in common; "
                      "run both with the same kernels, ranks, bytes, parameters and start line")
    return pd.DataFrame([_row(key, groups_a[key], groups_b[key]) for key in common])


def _refuse_unlike(a: Campaign, b: Campaign) -> None:
    sources = a.launches.source.iloc[0], b.launches.source.iloc[0]
    if sources[0] != sources[1]:
        raise Refusal(f"the first campaign is {sources[0]} and the second {sources[1]}; "
                      "compare measured with measured, or simulated with simulated")
    both = a.timed.merge(b.timed, on=IDENTITY, suffixes=("_a", "_b"))
    for case in both[both.latency_definition_a != both.latency_definition_b].itertuples():
        raise Refusal(f"{case.name_a} has the latency definition {case.latency_definition_a} in the first campaign and "
                      f"{case.latency_definition_b} in the second; compare campaigns of one definition")


def _row(key: tuple, a: pd.DataFrame, b: pd.DataFrame) -> dict:
    median_a, median_b = float(np.median(a.p50_ns)), float(np.median(b.p50_ns))
    positive = min(a.p50_ns.min(), b.p50_ns.min()) > 0
    low, high = ratio_interval(a.p50_ns, b.p50_ns) if positive else (np.nan, np.nan)
    verdict, reason = _verdict(low, high, positive, min(len(a), len(b)))
    return {"case": a["name"].iloc[0], **dict(zip(KEY, key)), "launches_a": len(a), "launches_b": len(b),
            "a_ns": median_a, "b_ns": median_b, "ratio": median_b / median_a if positive else np.nan,
            "low": low, "high": high, "verdict": verdict, "reason": reason}


def _verdict(low: float, high: float, positive: bool, launches: int) -> tuple[str, str]:
    if not positive:
        return "undecided", "a median is zero"
    if launches < MIN_LAUNCHES:
        return "undecided", "fewer than six launches"
    if high < 1:
        return "faster", ""
    return ("slower", "") if low > 1 else ("undecided", "the interval holds 1")
