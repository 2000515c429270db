"""One row per case over all launches of a campaign: medians of launch medians, their intervals, rates, counts, verdicts."""

import json

import numpy as np
import pandas as pd

from analysis.counts import mean_messages
from analysis.groups import GROUPING
from analysis.load import KEY, Campaign
from analysis.marks import mark_medians
from analysis.payloads import moved_bytes, why_none
from analysis.ratios import OVER_OWN, OVER_SMALL, timed_with_ratios
from analysis.schema import VERDICTS
from analysis.sittings import PARTS, centre_and_interval, spreads

COUNTED = ("exact", "range")  # the count rules under which every launch must agree with its closed form
TAILS = ("p90", "p99")
RATIOS = (OVER_SMALL, OVER_OWN)
LEAST, MOST = "expected_messages_per_operation", "expected_messages_most_per_operation"  # differ where timing decides


def over_launches(cases: pd.DataFrame, column: str, by: list[str] = KEY) -> pd.DataFrame:
    """Per case: `value` (median over launches of `column`, or what sittings.py makes of three sittings or more), its interval
    `low`, `high` (NaN below six launches of fewer sittings), `launches`."""
    cases = cases.dropna(subset=[column])
    values, sitting = cases[column].to_numpy(), cases.sitting.to_numpy()
    rows = [(*key, *centre_and_interval(values[places], sitting[places]), len(places))
            for key, places in sorted(cases.groupby(by).indices.items())]
    table = pd.DataFrame(rows, columns=[*by, "value", "low", "high", "launches"])
    return table.astype(dict(cases.dtypes[by]))  # also where there is no row to take types from


def medians(cases: pd.DataFrame, column: str, names: str, by: list[str] = KEY) -> pd.DataFrame:
    """over_launches, its columns named after the pattern: `latency{}_ns` makes latency_ns, latency_low_ns, latency_high_ns."""
    called = {name: names.format(suffix) for name, suffix in (("value", ""), ("low", "_low"), ("high", "_high"))}
    return over_launches(cases, column, by).rename(columns=called).drop(columns="launches")


def summarise(campaign: Campaign) -> pd.DataFrame:
    """The rows of summary.csv. Latencies, rates and marks are of launches in which the case was `ok`; counts of all."""
    cases = campaign.cases[campaign.cases.drift_watch == 0]
    counts = pd.DataFrame([dict(zip(KEY, key), **_counts(launches)) for key, launches in cases.groupby(KEY)],
                          columns=[*KEY, *_counts(cases.iloc[:0])])
    timed = timed_with_ratios(campaign)
    rows = counts.astype(dict(cases.dtypes[KEY]))
    for part in (medians(timed, "p50_ns", "latency{}_ns"), *_tails(timed), *_ratios(timed),
                 medians(timed, "operations_per_second", "operations_per_second{}"), _moved(timed), _marks(campaign)):
        rows = rows.merge(part, on=KEY, how="left")
    rows = rows.merge(spreads(timed, KEY), on=KEY, how="left")
    rows = _with_means(rows, mean_messages(campaign))
    counts = [f"{name}_launches" for name in TAILS]
    rows[counts] = rows[counts].fillna(0).astype(int)
    rows["batch"] = np.array([json.loads(parameters).get("batch", 1) for parameters in rows.parameters], dtype=int)
    rows["payload_mb_per_s"] = rows.operations_per_second * rows.moved_bytes / 1e6
    rows["latency_times_rate"] = rows.latency_ns * rows.operations_per_second / 1e9
    return rows[["case", *KEY, "batch", "launches", "sittings", "operations", "latency_ns", "latency_low_ns",
                 "latency_high_ns", *(f"{name}{end}" for name in TAILS for end in ("_ns", "_low_ns", "_high_ns", "_launches")),
                 *(ratio + end for ratio in RATIOS for end in ("", "_low", "_high")), *PARTS,
                 "operations_per_second", "operations_per_second_low", "operations_per_second_high", "payload_mb_per_s",
                 "no_bandwidth", "latency_times_rate",
                 *(name for name in rows if name.startswith("mark_")),
                 "messages_per_operation", "messages_low", "messages_high", LEAST, MOST, "count_rule",
                 "expected_delays", "expected_delays_most", *VERDICTS, "flags", "latency_definition", "family", *GROUPING,
                 "level"]]


def counts_agree(rows: pd.DataFrame) -> pd.Series:
    """Whether the measured messages per operation are the formula's; where timing decides, whether they lie within."""
    return _off(rows) <= 1e-12 * rows[MOST]


def _off(rows: pd.DataFrame) -> pd.Series:
    """How far the measured messages per operation lie outside of what the closed form allows."""
    below, above = rows[LEAST] - rows.messages_per_operation, rows.messages_per_operation - rows[MOST]
    return np.maximum(below, above).clip(lower=0)


def _tails(timed: pd.DataFrame) -> list[pd.DataFrame]:
    """Percentiles of launches, with intervals over launches, and how many launches had the samples for one."""
    found = []
    for name in TAILS:
        ends = {"value": f"{name}_ns", "low": f"{name}_low_ns", "high": f"{name}_high_ns", "launches": f"{name}_launches"}
        found.append(over_launches(timed, f"{name}_ns").rename(columns=ends))
    return found


def _ratios(timed: pd.DataFrame) -> list[pd.DataFrame]:
    return [medians(timed, ratio, ratio + "{}") for ratio in RATIOS]


def _moved(timed: pd.DataFrame) -> pd.DataFrame:
    """How many bytes of a payload an operation moves, and why there is no bandwidth."""
    told = timed.assign(moved_bytes=moved_bytes(timed), no_bandwidth=why_none(timed))
    return told.groupby(KEY, as_index=False).agg({"moved_bytes": "median", "no_bandwidth": "first"})


def _marks(campaign: Campaign) -> pd.DataFrame:
    """A column mark_<name>_ns for each mark there is; empty where a kernel has no such mark."""
    reached = mark_medians(campaign)
    wide = over_launches(reached, "p50_ns", [*KEY, "mark"]).pivot(index=KEY, columns="mark", values="value")
    order = [mark for mark in reached.sort_values(["kernel", "position"]).mark.unique() if mark in wide]
    return wide[order].rename(columns="mark_{}_ns".format).rename_axis(columns=None).reset_index()


def _with_means(rows: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """Of randomised kernels no launch is the one that is off: their measured count is the mean over all operations."""
    rows = rows.merge(means.rename(columns={"messages_per_operation": "mean"}), on=KEY, how="left")
    measured = rows["mean"].fillna(rows.messages_per_operation)
    return rows.assign(messages_per_operation=measured)


def _counts(launches: pd.DataFrame) -> dict:
    """What the launches of one case have in common or add up to."""
    worst = _worst(launches)
    common = ("latency_definition", "count_rule", "family", *GROUPING, "level")
    same = {name: None if launches.empty else launches[name].iloc[0] for name in common}
    verdicts = {verdict: int((launches.verdict == verdict).sum()) for verdict in VERDICTS}
    words = sorted({word for flags in launches["flags"] for word in flags.split()})
    totals = {"launches": len(launches), "sittings": launches.sitting.nunique(),
              "operations": int(launches.operations.sum()),
              # -1 in launches of a schema that lacked it
              **{name: max(launches[name], default=-1) for name in ("expected_delays", "expected_delays_most")}}
    name = None if launches.empty else launches["name"].iloc[0]
    return {"case": name, **totals, "flags": " ".join(words), **worst, **same, **verdicts}


def _worst(launches: pd.DataFrame) -> dict:
    """The counts of the launch farthest from its formula, so that no median hides a miscount."""
    names = ["messages_per_operation", LEAST, MOST]
    if launches.empty:
        return dict.fromkeys(names)
    return launches.loc[_off(launches).fillna(0).idxmax(), names].to_dict()
