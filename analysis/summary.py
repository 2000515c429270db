"""One row per case over all launches of a campaign: medians of launch medians, their intervals, counts, verdicts."""

import numpy as np
import pandas as pd

from analysis.load import KEY, Campaign
from analysis.statistics import median_interval

VERDICTS = ("ok", "wrong_answer", "count_mismatch", "timed_out")


def over_launches(cases: pd.DataFrame, column: str, by: list[str] = KEY) -> pd.DataFrame:
    """Per case: `value` (median over launches of `column`), its interval `low`, `high` (NaN below six launches), `launches`."""
    rows = []
    for key, values in cases.dropna(subset=[column]).groupby(by)[column]:
        low, high = median_interval(values)
        rows.append((*key, float(np.median(values)), low, high, len(values)))
    table = pd.DataFrame(rows, columns=[*by, "value", "low", "high", "launches"])
    return table.astype(dict(cases.dtypes[by]))  # also where there is no row to take types from


def summarise(campaign: Campaign) -> pd.DataFrame:
    """The rows of summary.csv. Latencies are of launches in which the case was `ok`; counts are of all launches."""
    cases = campaign.cases[campaign.cases.calibration == 0]
    counts = pd.DataFrame([dict(zip(KEY, key), **_counts(launches)) for key, launches in cases.groupby(KEY)],
                          columns=[*KEY, *_counts(cases.iloc[:0])])
    latency = over_launches(campaign.timed, "p50_ns").rename(
        columns={"value": "latency_ns", "low": "latency_low_ns", "high": "latency_high_ns"}).drop(columns="launches")
    tails = campaign.timed.groupby(KEY, as_index=False)[["p90_ns", "p99_ns"]].median()
    rows = counts.merge(latency, on=KEY, how="left").merge(tails, on=KEY, how="left")
    return rows[[*KEY, "launches", "operations", "latency_ns", "latency_low_ns", "latency_high_ns", "p90_ns", "p99_ns",
                 "messages_per_operation", "expected_messages_per_operation", "count_rule", *VERDICTS, "flags",
                 "latency_definition", "family", "level"]]


def counts_agree(rows: pd.DataFrame) -> pd.Series:
    """Whether the measured messages per operation are the formula's."""
    equal = np.isclose(rows.messages_per_operation, rows.expected_messages_per_operation, rtol=1e-12, atol=0)
    return pd.Series(equal, rows.index)


def _counts(launches: pd.DataFrame) -> dict:
    """What the launches of one case have in common or add up to."""
    worst = _worst(launches)
    common = ("latency_definition", "count_rule", "family", "level")
    same = {name: None if launches.empty else launches[name].iloc[0] for name in common}
    verdicts = {verdict: int((launches.verdict == verdict).sum()) for verdict in VERDICTS}
    words = sorted({word for flags in launches["flags"] for word in flags.split()})
    totals = {"launches": len(launches), "operations": int(launches.operations.sum())}
    return {**totals, "flags": " ".join(words), **worst, **same, **verdicts}


def _worst(launches: pd.DataFrame) -> dict:
    """The counts of the launch farthest from its formula, so that no median hides a miscount."""
    names = ["messages_per_operation", "expected_messages_per_operation"]
    if launches.empty:
        return dict.fromkeys(names)
    deviation = (launches[names[0]] - launches[names[1]]).abs().fillna(0)
    return launches.loc[deviation.idxmax(), names].to_dict()
