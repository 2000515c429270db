"""Limit lines: what the machine allows (limits.py), thin and grey behind what was measured, each named at its right end."""

import pandas as pd
from matplotlib.axes import Axes

from analysis.limits import Delay
from analysis.style import name_at_the_right

LINE = {"color": "0.6", "linewidth": 0.6, "zorder": 1}


def draw_floor(axes: Axes, rows: pd.DataFrame, x: str, delay: Delay | None) -> None:
    """One line for every closed form of delays among the series: delays × the shortest delay, in µs, against the column x."""
    for curve in _closed_forms(rows[bound(rows, x, delay)], x):
        floor = [delays * delay.ns / 1000 for _, delays in curve]
        if len(curve) == 1:
            axes.axhline(floor[0], **LINE)
        axes.plot([value for value, _ in curve], floor, **LINE)
        delays = curve[-1][1]
        name_at_the_right(axes, floor[-1], "1 delay" if delays == 1 else f"{delays} delays")


def floor_us(rows: pd.DataFrame, x: str, delay: Delay | None) -> pd.Series:
    """The floor of each row, in µs; NaN where there is none."""
    ns = delay.ns if delay else float("nan")
    return (rows.expected_delays * ns / 1000).where(bound(rows, x, delay))


def floor_sentence(rows: pd.DataFrame, x: str, delay: Delay | None) -> str:
    """For the caption; empty where no line is drawn."""
    if not bound(rows, x, delay).any():
        return ""
    what, average = ("the floor", "least") if delay.is_floor else ("for reference", "median")
    return f" Grey, {what}: delays × {_whole(delay.ns)} ns, {delay.source} ({average} of {_launches(delay.launches)})."


def bound(rows: pd.DataFrame, x: str, delay: Delay | None) -> pd.Series:
    """Which rows (`value` in µs) have a floor. A closed form has none in a panel where a point lies below it: what was measured
    then says nothing about it."""
    if delay is None or rows.empty:
        return pd.Series(False, rows.index)
    told = ((rows.expected_delays > 0) & (rows.transport.eq(delay.transport) | (delay.transport is None))
            & (rows.oversubscribed == delay.oversubscribed) & (rows.ranks <= delay.ranks_most))
    forms = {name: _form(series, x) for name, series in rows[told].groupby(["panel", "series"])}
    form = pd.Series([forms.get((row.panel, row.series)) for row in rows.itertuples()], rows.index, dtype=object)
    below = told & (rows.value < rows.expected_delays * delay.ns / 1000)
    missed = set(zip(rows.panel[below], form[below]))
    return told & ~pd.Series([pair in missed for pair in zip(rows.panel, form)], rows.index, dtype=bool)


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


def _form(series: pd.DataFrame, x: str) -> frozenset[tuple[int, int]]:
    return frozenset(zip(series[x], series.expected_delays))


def _closed_forms(rows: pd.DataFrame, x: str) -> list[list[tuple[int, int]]]:
    """The points (x, delays) of each series, without those that another one's hold."""
    curves = {_form(series, x) for _, series in rows.groupby("series")}
    return [sorted(curve) for curve in sorted(curves, key=sorted) if not any(curve < other for other in curves)]


def _launches(count: int) -> str:
    return f"{count} launches" if count > 1 else "one launch"
