"""The tables of analysis/choose: of each purpose, the kernels that serve it side by side, at each number of ranks."""

import math

import pandas as pd

from analysis.ends import end_medians
from analysis.load import KEY, Campaign
from analysis.markdown import digits, table, with_interval
from analysis.naming import arranged, by_panel
from analysis.selection import STREAM, one_at_a_time, preferred, small_payload
from analysis.sittings import words
from analysis.style import size
from analysis.summary import medians

HEADER = ["kernel", "N", "until the user may go on", "messages", "bytes", "busiest rank: messages"]
COUNTS = {"messages_per_operation": "messages", "bytes_per_operation": "bytes",
          "busiest_rank_messages_per_operation": "busiest"}
CROWDED = "†"
CROWDING = f"{CROWDED} more ranks than cores: what crowding costs, nothing about the kernel"
UNTIL = ("until the user may go on: of protocols that have one, the mark in brackets, with which the outcome is certain at the "
         "rank that asked; else the latency of the operation (summary.csv has its definition); {}, with {}")
UNTOLD = ("files older than schema 1.7 do not tell what a kernel survives and when it blocks; `coordbench list --json >FILE` "
          "does, for --list FILE")
PROMISES = ["survives", "blocks"]


def measured_ranks(campaign: Campaign) -> list[int]:
    return sorted(int(ranks) for ranks in _cases(campaign).ranks.unique())


def choice_tables(campaign: Campaign, ranks: list[int], promises: dict[str, dict[str, str]] | None) -> list[str]:
    """One table for each purpose, and remarks. `promises`: by kernel, what it `survives` and when it `blocks`; None: as the
    files tell."""
    promises = promises or _told(campaign)
    rows = _rows(campaign)
    rows = arranged(rows[rows.ranks.isin(ranks)])
    header = HEADER if promises is None else [*HEADER, *PROMISES]
    parts = []
    for purpose, series in by_panel(rows).items():
        cells = [_cells(row, promises) for part in series for row in part.sort_values("ranks").itertuples()]
        payloads = sorted(rows.payload_bytes[rows.panel == purpose].unique())
        parts.append(f"**{purpose}**, {' or '.join(map(size, payloads))}\n")
        parts.append(table(header, cells))
    remarks = [UNTIL.format(*words(campaign.launches)), *[CROWDING] * bool(rows.oversubscribed.any()),
               *[UNTOLD] * (promises is None), *campaign.remarks]
    return [*parts, "".join(f"- {remark}\n" for remark in remarks)]


def _told(campaign: Campaign) -> dict[str, dict[str, str]] | None:
    """What files tell of kernels; None if they are too old."""
    cases = campaign.cases[(campaign.cases[PROMISES] != "").any(axis=1)]
    told = cases.drop_duplicates("kernel", keep="last").set_index("kernel")[PROMISES].replace("", "–")
    return told.to_dict("index") or None


def _cases(campaign: Campaign) -> pd.DataFrame:
    """One row per case: small, one operation at a time, with a core for each rank if there was such a launch."""
    cases = campaign.timed[campaign.timed.kernel != STREAM].drop_duplicates(KEY)
    return small_payload(preferred(one_at_a_time(cases)))


def _rows(campaign: Campaign) -> pd.DataFrame:
    rows = _cases(campaign)[[*KEY, "group", "baseline_of"]]
    ends = end_medians(campaign)
    marks = ends.drop_duplicates(KEY)[[*KEY, "go_on_mark"]]
    for part in (medians(campaign.timed, "p50_ns", "latency{}_ns"), medians(ends, "go_on_ns", "go_on{}_ns"), marks):
        rows = rows.merge(part, on=KEY, how="left")
    counts = campaign.counted.groupby(KEY, as_index=False)[list(COUNTS)].median().rename(columns=COUNTS)
    rows = rows.merge(counts, on=KEY, how="left")
    for end in ("", "_low", "_high"):
        rows[f"until{end}"] = rows[f"go_on{end}_ns"].where(rows.go_on_ns.notna(), rows[f"latency{end}_ns"]) / 1000
    return rows


def _cells(row, promises: dict[str, dict[str, str]] | None) -> list[str]:
    mark = f" ({row.go_on_mark})" if isinstance(row.go_on_mark, str) else ""
    until = "–" if math.isnan(row.until) else f"{with_interval(row.until, row.until_low, row.until_high)} µs{mark}"
    told = [] if promises is None else list(promises.get(row.kernel, dict.fromkeys(PROMISES, "–")).values())
    counts = [_count(value) for value in (row.messages, row.bytes, row.busiest)]
    return [row.series, f"{row.ranks}{CROWDED if row.oversubscribed else ''}", until, *counts, *told]


def _count(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.0f}" if value == round(value) else digits(value)
