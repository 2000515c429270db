"""Latency of one operation against its payload, at the largest rank count that has a core for each rank."""

import pandas as pd
from matplotlib.figure import Figure

from analysis import naming, selection, style, ways
from analysis.limit_lines import draw_floor, floor_sentence, floor_us
from analysis.limits import shortest_delay
from analysis.load import Campaign

WHAT = ("Latency of one operation against its payload, at {ranks} ranks; a kernel not measured there, at its largest number of "
        "ranks below that.")


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows, ranks = _rows(summary)
    rows, zero = style.above_zero(rows, "value")
    rows = ways.with_stretches(campaign, rows)
    delay = shortest_delay(campaign)
    parts, looks = naming.by_panel(rows), style.looks(campaign, rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for series in part:
            style.draw_series(axes[name], series, "payload_bytes", looks[series.series.iloc[0]])
        draw_floor(axes[name], pd.concat(part), "payload_bytes", delay)
        style.logarithmic_x(axes[name], rows.payload_bytes, style.size)
        axes[name].set(yscale="log", xlabel="payload", ylabel="latency, µs")
        style.leave_room(axes[name])
        style.plain_decades(axes[name].yaxis)
    what = WHAT.format(ranks=ranks) + zero + ways.sentence(campaign, rows) + floor_sentence(rows, "payload_bytes", delay)
    style.finish(figure, style.caption(campaign, rows, what), rows.oversubscribed.any())
    if rows.payload_bytes.nunique() == 1:
        style.mark_as_empty(figure, style.ONE_PAYLOAD)
    return figure, _numbers(rows.assign(floor_us=floor_us(rows, "payload_bytes", delay)))


def _rows(summary: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Cases with a payload: an operation of 0 B has no place on a logarithmic axis, and is in the figure against ranks."""
    with_payload = summary[(summary.kernel != selection.STREAM) & (summary.payload_bytes > 0)].dropna(subset=["latency_ns"])
    rows, ranks = selection.at_reference_ranks(selection.preferred(selection.one_at_a_time(with_payload)))
    microseconds = {"value": rows.latency_ns / 1000, "low": rows.latency_low_ns / 1000, "high": rows.latency_high_ns / 1000}
    return selection.along_payloads(naming.parted(naming.arranged(rows.assign(launches=rows.ok, **microseconds)))), ranks


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    units = {"value": "latency_us", "low": "latency_low_us", "high": "latency_high_us"}
    columns = ["panel", "series", "case", "ranks", "payload_bytes", "oversubscribed", "launches", *units, "floor_us"]
    return rows[columns].rename(columns=units)
