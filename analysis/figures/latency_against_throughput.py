"""Latency against throughput as the window of operations in flight grows: what pipelining and batches buy, and what they cost.

One panel per protocol (and per value of whatever is neither window nor batch), one marker and dash per batch. The tuned point
never stands alone: one operation in flight without batching is ringed in every panel.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, selection, style
from analysis.doubts import cross_out
from analysis.load import Campaign

WHAT = ("Latency against operations per second, at {payloads} and {ranks} ranks, as the window grows (the number at each "
        "point: operations in flight). Lines: median; paler: 99th percentile by the nearest rank, median of the launches with "
        "enough samples for one (the CSV says how many, with an interval); ringed: "
        "one operation in flight, batch 1. Latency × rate is the number of operations in flight (Little's law); where it is "
        "far less, few slow operations took most of the time, which the rate counts and the median does not.")
MILLION = 1e6
P99 = {"linewidth": 0.7, "alpha": 0.45, "markersize": 2.4}
COLUMNS = {"series": "series", "case": "case",
           "ranks": "ranks", "payload_bytes": "payload_bytes", "batch": "batch", "in_flight": "in_flight",
           "oversubscribed": "oversubscribed", "ok": "launches", "operations_per_second": "operations_per_second",
           "operations_per_second_low": "operations_per_second_low", "operations_per_second_high": "operations_per_second_high",
           "latency_us": "latency_us", "low": "latency_low_us", "high": "latency_high_us", "p99_us": "p99_us",
           "p99_low_us": "p99_low_us", "p99_high_us": "p99_high_us", "p99_launches": "p99_launches"}


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows, ranks = _rows(summary)
    figure, axes = style.panels(list(rows.series.unique()))
    batches, places = sorted(rows.batch.unique()), naming.kernel_places(campaign.cases)
    for (name, batch), curve in rows.groupby(["series", "batch"], sort=False):
        look = style.look(places[curve.kernel.iloc[0]], batches.index(batch))
        _draw_curve(axes[name], curve.sort_values("in_flight"), int(batch), look)
    for name, panel in rows.groupby("series", sort=False):
        _ring_the_untuned(axes[name], panel)
        axes[name].set(xscale="log", yscale="log", xlabel="million operations per second", ylabel="latency, µs")
        axes[name].margins(0.1)
        style.plain_decades(axes[name].xaxis)
        style.plain_decades(axes[name].yaxis)
    payloads = " or ".join(style.size(payload) for payload in sorted(rows.payload_bytes.unique()))
    caption = style.caption(campaign, rows, WHAT.format(ranks=ranks, payloads=payloads))
    style.finish(figure, caption, rows.oversubscribed.any())
    return figure, rows[list(COLUMNS)].rename(columns=COLUMNS)


def _rows(summary: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    protocols = summary[summary.family == "protocol"].dropna(subset=["latency_ns", "operations_per_second"])
    small = selection.small_payload(selection.throughput(selection.preferred(protocols)))
    rows, ranks = selection.at_reference_ranks(selection.tuned(small))
    scaled = {"latency_us": rows.latency_ns, "low": rows.latency_low_ns, "high": rows.latency_high_ns, "p99_us": rows.p99_ns,
              "p99_low_us": rows.p99_low_ns, "p99_high_us": rows.p99_high_ns}
    rows = rows.assign(launches=rows.ok, **{name: value / 1000 for name, value in scaled.items()})
    return naming.arranged(rows, apart=selection.TUNING), ranks


def _draw_curve(axes: Axes, curve: pd.DataFrame, batch: int, look: dict) -> None:
    rate = curve.operations_per_second / MILLION
    face = {"markerfacecolor": "white"} if curve.oversubscribed.all() else {}
    axes.plot(rate, curve.p99_us, label="_", **{**look, **P99}, **face)
    axes.plot(rate, curve.latency_us, label=f"batch {batch}", **look, **face)
    cross_out(axes, curve, rate, curve.latency_us)
    _draw_intervals(axes, curve.dropna(subset=["low"]), look["color"])
    for x, y, in_flight in zip(rate, curve.latency_us, curve.in_flight):
        axes.annotate(str(in_flight), (x, y), xytext=(2, -8), textcoords="offset points", color=look["color"],
                      gid=style.AT_POINT)


def _draw_intervals(axes: Axes, known: pd.DataFrame, colour: str) -> None:
    rate, low, high = (known[f"operations_per_second{end}"] / MILLION for end in ("", "_low", "_high"))
    axes.errorbar(rate, known.latency_us, xerr=[rate - low, high - rate],
                  yerr=[known.latency_us - known.low, known.high - known.latency_us], fmt="none", ecolor=colour, elinewidth=0.7)


def _ring_the_untuned(axes: Axes, panel: pd.DataFrame) -> None:
    untuned = panel[(panel.in_flight == 1) & (panel.batch == 1)]
    if len(untuned):
        axes.plot(untuned.operations_per_second / MILLION, untuned.latency_us, linestyle="none", marker="o", markersize=9,
                  markerfacecolor="none", markeredgecolor="0.3", label="in flight 1, batch 1")
