"""Latency of one small operation against the number of ranks, one panel per family; dotted: the round trip of two ranks."""

import pandas as pd
from matplotlib.figure import Figure

from analysis import selection, style
from analysis.load import Campaign

WHAT = "Latency of one operation of 8 B (0 B where a kernel has no payload) against the number of ranks."


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows = _rows(summary)
    parts = selection.by_panel(rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for index, series in enumerate(part):
            style.draw_series(axes[name], series, "ranks", index)
        _draw_round_trip(axes[name], rows)
        style.logarithmic_x(axes[name], rows.ranks)
        axes[name].set(yscale="log", xlabel="ranks", ylabel="latency, µs")
        style.plain_decades(axes[name].yaxis)
    style.finish(figure, style.caption(campaign, rows, WHAT), rows.oversubscribed.any())
    return figure, _numbers(rows)


def _rows(summary: pd.DataFrame) -> pd.DataFrame:
    timed = summary[summary.kernel != selection.STREAM].dropna(subset=["latency_ns"])
    rows = selection.small_payload(selection.preferred(selection.one_at_a_time(timed)))
    microseconds = {"value": rows.latency_ns / 1000, "low": rows.latency_low_ns / 1000, "high": rows.latency_high_ns / 1000}
    return selection.arranged(rows.assign(launches=rows.ok, **microseconds))


def _draw_round_trip(axes, rows: pd.DataFrame) -> None:
    """The unit in which coordination is paid: the two ranks' ping_pong, across all rank counts."""
    round_trip = rows[(rows.kernel == "ping_pong") & (rows.ranks == 2) & ~rows.oversubscribed]
    if len(round_trip) == 1:
        axes.axhline(round_trip.value.iloc[0], color="0.4", linestyle=":", linewidth=0.8, label="ping_pong, N=2")


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    units = {"value": "latency_us", "low": "latency_low_us", "high": "latency_high_us"}
    return rows[["panel", "series", "payload_bytes", "ranks", "oversubscribed", "launches", *units]].rename(columns=units)
