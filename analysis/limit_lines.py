"""Limit lines: what the machine allows (limits.py), thin and grey behind what was measured, each named at its right end."""

import pandas as pd
from matplotlib.axes import Axes

from analysis.limits import Delay
from analysis.style import name_at_the_right

LINE = {"color": "0.6", "linewidth": 0.6, "zorder": 1}


def draw_floor(axes: Axes, rows: pd.DataFrame, x: str, delay: Delay | None) -> None:
    """One line for every closed form of delays among the series: delays × the shortest delay, in µs, against the column x."""
    for curve in _closed_forms(rows, x, delay):
        floor_us = [delays * delay.ns / 1000 for _, delays in curve]
        if len(curve) == 1:
            axes.axhline(floor_us[0], **LINE)
        axes.plot([value for value, _ in curve], floor_us, **LINE)
        delays = curve[-1][1]
        name_at_the_right(axes, floor_us[-1], "1 delay" if delays == 1 else f"{delays} delays")


def floor_us(rows: pd.DataFrame, delay: Delay | None) -> pd.Series:
    """The floor of each row, in µs; NaN where there is none."""
    ns = delay.ns if delay else float("nan")
    return (rows.expected_delays * ns / 1000).where(_bound(rows, delay))


def floor_sentence(rows: pd.DataFrame, delay: Delay | None) -> str:
    """For the caption; empty where no line is drawn."""
    if not _bound(rows, delay).any():
        return ""
    what, beware = ("the floor", "") if delay.is_floor else ("for reference", "; points may lie below it")
    return f" Grey, {what}: delays × {_whole(delay.ns)} ns, {delay.source} (median of {_launches(delay.launches)}){beware}."


def draw_ceiling(axes: Axes, rates: pd.DataFrame) -> None:
    """memcpy's rate by size, in GB/s, a point at every size."""
    for _, part in rates.groupby("series"):
        axes.plot(part.payload_bytes, part.value, marker=".", markersize=2.5, **LINE)
        name_at_the_right(axes, part.value.iloc[-1], part.series.iloc[-1])


def ceiling_sentence(rates: pd.DataFrame) -> str:
    """For the caption; empty where no line is drawn."""
    if rates.empty:
        return ""
    return (" Grey, the ceiling: memcpy, by size, from lines that a core at the distance named on the line has just written "
            f"(median of {_launches(rates.launches.max())}). A point above the ceiling sends less than its payload: only the "
            "part that changed (delta_dissemination), or only a reference into the sender's memory.")


def _whole(ns: float) -> str:
    return f"{ns:,.0f}" if ns >= 100 else f"{ns:.3g}"


def _closed_forms(rows: pd.DataFrame, x: str, delay: Delay | None) -> list[list[tuple[int, int]]]:
    """The points (x, delays) of each series, without those that another one's hold."""
    bound = rows[_bound(rows, delay)]
    curves = {frozenset(zip(series[x], series.expected_delays)) for _, series in bound.groupby("series")}
    return [sorted(curve) for curve in sorted(curves, key=sorted) if not any(curve < other for other in curves)]


def _bound(rows: pd.DataFrame, delay: Delay | None) -> pd.Series:
    if delay is None:
        return pd.Series(False, rows.index)
    return (rows.expected_delays > 0) & (rows.transport.eq(delay.transport) | (delay.transport is None))


def _launches(count: int) -> str:
    return f"{count} launches" if count > 1 else "one launch"
