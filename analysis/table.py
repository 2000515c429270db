"""The tables of table.md: what each kernel costs at each number of ranks, in time, in round trips and in messages, then what a
protocol's marks, its throughput, its stack of costs and its messages between nodes come to (protocol_tables.py, stack_table.py,
node_table.py), the ladder over a wide area (ladder_table.py), how old reads are (staleness.py), what kernels measure themselves
(own_quantities.py), and how all of it grows with the number of ranks (scaling_tables.py)."""

import math

import pandas as pd

from analysis.ladder_table import ladder_table
from analysis.load import KEY, Campaign
from analysis.markdown import table, with_interval
from analysis.naming import labelled
from analysis.node_table import node_table
from analysis.own_quantities import quantities_table
from analysis.protocol_tables import marks_table, throughput_table
from analysis.ratios import DEFINITION, OVER_SMALL, timed_with_ratios
from analysis.replicas import remarks as remarks_on_replicas
from analysis.scaling_tables import scaling_tables
from analysis.selection import STREAM, one_at_a_time, preferred, small_payload
from analysis.settings import differences
from analysis.sittings import words
from analysis.spread_table import spread_table
from analysis.stack_table import stack_table
from analysis.staleness import staleness_table
from analysis.statistics import MIN_LAUNCHES
from analysis.summary import COUNTED, LEAST, MOST, counts_agree, over_launches

RANKS = 2
# What the cases of one row have in common.
SWEPT = ["kernel", "parameters", "clients", "network", "authentication", "transport"]
AT_LEAST_N = ["÷ RTT at 8 B", "messages: measured = formula", "all cases equal", "launches", "flags"]
CROWDED = "†"
CROWDING = f"{CROWDED} more ranks than cores: what crowding costs, nothing about the kernel"
SMALLEST = ("one column of latencies for each N; ÷ RTT, messages, launches and flags are those of the row's smallest N "
            "from 2 on")


def markdown(campaign: Campaign, summary: pd.DataFrame) -> str:
    """The tables in Markdown, each with its remarks below it."""
    between_two = summary[summary.ranks == RANKS]
    rows = labelled(small_payload(preferred(one_at_a_time(summary[summary.kernel != STREAM]))))
    costs = _costs_table(campaign, summary, rows)
    remarks = "\n".join(f"- {remark}" for remark in _remarks(campaign, rows))
    differ = differences(campaign.launches)
    above = [f"- before the numbers: {differ}\n"] if differ else []
    return "\n".join([*above, costs, remarks + "\n", *marks_table(campaign, between_two), *throughput_table(between_two),
                      *stack_table(campaign), *ladder_table(campaign, summary), *staleness_table(campaign),
                      *quantities_table(campaign), *spread_table(campaign, summary), *node_table(campaign),
                      *scaling_tables(campaign)])


def _costs_table(campaign: Campaign, summary: pd.DataFrame, rows: pd.DataFrame) -> str:
    """A row for each series, a column for each number of ranks."""
    ratios, counts = _ratios(campaign).set_index(KEY), sorted(rows.ranks.unique())
    cells = []
    for (series, payload), case in rows.groupby(["series", "payload_bytes"]):
        at = {row.ranks: row for _, row in case.iterrows()}
        first = at[min((ranks for ranks in at if ranks >= RANKS), default=max(at))]
        cells.append([series, f"{payload} B", *(_latency(at.get(ranks)) for ranks in counts), *_cells(first, ratios, summary)])
    return table(["kernel", "payload", *(f"latency, N={ranks}" for ranks in counts), *AT_LEAST_N], cells)


def _ratios(campaign: Campaign) -> pd.DataFrame:
    """What slows a launch, or a block of its cases, as a whole drops out."""
    timed = timed_with_ratios(campaign)
    return over_launches(timed, OVER_SMALL)


def _cells(row: pd.Series, ratios: pd.DataFrame, summary: pd.DataFrame) -> list[str]:
    key = tuple(row[KEY])
    ratio = ratios.loc[key] if key in ratios.index else None
    return ["–" if ratio is None else with_interval(ratio.value, ratio.low, ratio.high), _messages(row),
            _agreement(summary[(summary[SWEPT] == row[SWEPT]).all(axis=1)]), str(row.ok), row["flags"] or "–"]


def _latency(row: pd.Series | None) -> str:
    if row is None or math.isnan(row.latency_ns):
        return "–"
    value = with_interval(row.latency_ns / 1000, row.latency_low_ns / 1000, row.latency_high_ns / 1000)
    return f"{value} µs{CROWDED if row.oversubscribed else ''}"


def _messages(row: pd.Series) -> str:
    if row.count_rule == "none":
        return "–"
    if pd.isna(row[LEAST]):
        return f"{row.messages_per_operation:.3g} (no formula)"
    agrees = counts_agree(row.to_frame().T.infer_objects()).all()
    if row.count_rule == "range" and row[LEAST] < row[MOST]:
        return f"{row.messages_per_operation:g} {'in' if agrees else 'not in'} {row[LEAST]:g} to {row[MOST]:g}"
    sign = "≈" if row.count_rule == "expected" else "=" if agrees else "≠"
    return f"{row.messages_per_operation:g} {sign} {row[LEAST]:g}"


def _agreement(cases: pd.DataFrame) -> str:
    counted = cases[cases.count_rule.isin(COUNTED)]
    return "–" if counted.empty else f"{counts_agree(counted).sum()} of {len(counted)}"


def _remarks(campaign: Campaign, rows: pd.DataFrame) -> list[str]:
    points, intervals = words(campaign.launches)
    notes = [f"latency: {points}, with {intervals}", DEFINITION,
             "in memory: no protocol writes to a disk"]
    if rows.ranks.nunique() > 1:
        notes.append(SMALLEST)
    if rows.oversubscribed.any():
        notes.append(CROWDING)
    if (rows.ok < MIN_LAUNCHES).any():
        notes.append("no interval: fewer than six launches")
    return notes + remarks_on_replicas(rows) + campaign.remarks
