"""Tables of what overlaps and of protocols between two ranks: when each mark is reached, the throughput, untuned and best."""

import pandas as pd

from analysis.load import KEY, Campaign
from analysis.markdown import digits, table, with_interval
from analysis.marks import mark_medians
from analysis.naming import arranged
from analysis.selection import TUNING, best_tuning, one_at_a_time, preferred, small_payload, throughput, tuned
from analysis.summary import over_launches

MARKS = ["protocol", "payload", "mark", "after the start, N=2", "launches"]
THROUGHPUT = ["kernel", "payload", "in flight", "batch", "operations/s, N=2", "payload, MB/s", "latency",
              "latency × rate", "launches", "flags"]


def marks_table(campaign: Campaign, rows: pd.DataFrame) -> list[str]:
    """The table of the marks of protocols among `rows` whose operations do not overlap, and its remark; nothing without any."""
    alone = small_payload(preferred(one_at_a_time(rows[(rows.family == "protocol") & rows.latency_ns.notna()])))
    if alone.empty:
        return []
    medians = mark_medians(campaign)
    marks = over_launches(medians, "p50_ns", [*KEY, "position", "mark"])
    lines = []
    for _, case in arranged(alone).iterrows():
        for mark in marks[(marks[KEY] == case[KEY]).all(axis=1)].sort_values("position").itertuples():
            reached = with_interval(mark.value / 1000, mark.low / 1000, mark.high / 1000)
            lines.append([case.series, f"{case.payload_bytes} B", mark.mark, f"{reached} µs", str(mark.launches)])
    return [table(MARKS, lines), "- a mark on several ranks counts when the last of them reaches it\n"]


def throughput_table(rows: pd.DataFrame) -> list[str]:
    """Of each kernel and payload among `rows` that ran with several windows the untuned case, one operation in flight without
    batching, and the one with the highest rate; with a remark."""
    rated = tuned(throughput(preferred(rows.dropna(subset=["operations_per_second"]))))
    if rated.empty:
        return []
    untuned = rated[(rated.in_flight == 1) & (rated.batch == 1)]
    shown = rated.loc[untuned.index.union(best_tuning(rated, "operations_per_second").index)]
    shown = arranged(shown.sort_values(["payload_bytes", "in_flight", "batch"]), apart=TUNING)
    return [table(THROUGHPUT, [_rate_cells(row) for row in shown.itertuples()]),
            "- at most two rows per kernel and payload: one operation in flight without batching, and the window and batch "
            "with the highest rate\n"
            "- MB/s: bytes of payloads that moved between ranks, per second; not copied: over shared memory the others read "
            "the payload where its proposer had written it, so nothing moved\n"
            "- latency × rate: operations in flight at a time, by Little's law, if the median is the mean. The latency is a "
            "median and the rate counts every operation: where the product is far below the operations in flight, few slow "
            "ones took most of the time\n"]


def _rate_cells(row) -> list[str]:
    rate = with_interval(row.operations_per_second, row.operations_per_second_low, row.operations_per_second_high)
    return [row.series, f"{row.payload_bytes} B", str(row.in_flight), str(row.batch), rate,
            row.no_bandwidth or digits(row.payload_mb_per_s), f"{digits(row.latency_ns / 1000)} µs",
            digits(row.latency_times_rate), str(row.ok), row.flags or "–"]
