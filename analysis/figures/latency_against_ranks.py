"""Latency of one small operation against the number of ranks, one panel per group; dotted: the round trip of two ranks."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, selection, style
from analysis.groups import native
from analysis.limit_lines import draw_floor, floor_sentence, floor_us
from analysis.limits import shortest_delay
from analysis.load import Campaign

WHAT = "Latency of one operation of 8 B (0 B where a kernel has no payload) against the number of ranks."


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows, zero = style.above_zero(_rows(summary), "value")
    delay = shortest_delay(campaign)
    parts, looks = naming.by_panel(rows), style.looks(campaign, rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for series in part:
            style.draw_series(axes[name], series, "ranks", looks[series.series.iloc[0]])
        panel = pd.concat(part)
        _draw_round_trips(axes[name], rows, panel.transport[~native(panel)])
        draw_floor(axes[name], panel, "ranks", delay)
        style.logarithmic_x(axes[name], rows.ranks)
        axes[name].set(yscale="log", xlabel="ranks", ylabel="latency, µs")
        style.leave_room(axes[name])
        style.plain_decades(axes[name].yaxis)
    caption = style.caption(campaign, rows, WHAT + zero + floor_sentence(rows, "ranks", delay))
    style.finish(figure, caption, rows.oversubscribed.any())
    return figure, _numbers(rows.assign(floor_us=floor_us(rows, "ranks", delay)))


def _rows(summary: pd.DataFrame) -> pd.DataFrame:
    timed = summary[summary.kernel != selection.STREAM].dropna(subset=["latency_ns"])
    rows = selection.small_payload(selection.preferred(selection.one_at_a_time(timed)))
    microseconds = {"value": rows.latency_ns / 1000, "low": rows.latency_low_ns / 1000, "high": rows.latency_high_ns / 1000}
    return naming.parted(naming.arranged(rows.assign(launches=rows.ok, **microseconds)))


def _draw_round_trips(axes: Axes, rows: pd.DataFrame, transports: pd.Series) -> None:
    """The unit in which coordination is paid: the two ranks' ping_pong over each of these transports, for all rank counts."""
    trips = rows[(rows.kernel == "ping_pong") & (rows.ranks == 2) & ~rows.oversubscribed & rows.transport.isin(transports)]
    for trip, dash in zip(trips.itertuples(), (":", (0, (1, 3)), (0, (4, 3)))):
        axes.axhline(trip.value, color="0.4", linestyle=dash, linewidth=0.8, label=f"{trip.series}, N=2")


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    units = {"value": "latency_us", "low": "latency_low_us", "high": "latency_high_us"}
    columns = ["panel", "series", "case", "payload_bytes", "ranks", "oversubscribed", "launches", *units, "floor_us"]
    return rows[columns].rename(columns=units)
