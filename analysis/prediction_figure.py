"""The figure predicted_against_measured: a point per case, the diagonal on which predictions are right, and 15 % off it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import style
from analysis.groups import native
from analysis.load import Campaign
from analysis.naming import panels
from analysis.prediction import BOUND, OWN, errors

WHAT = ("Each case's median against its prediction from the launch's own calibration, medians over the launches "
        "that have both ({launches}); lines: equal, and {bound:.0%} off. Median error of our {cases} cases: {error:.1%}. "
        "Crosses: the MPI library's own collectives, which SimGrid simulates with algorithms of its own.")
GREY, MARKERS = "0.25", ("o", "s", "^", "D", "v", "P", "<", ">", "p", "h", "*", "8")  # colours mean kernels
HEIGHT = 2.7  # inches; about the width
TITLE = "predicted against measured"


def draw(measured: Campaign, rows: pd.DataFrame) -> Figure:
    """`rows` as analysis.prediction gives them."""
    figure, axes = style.panels([TITLE])
    ends = _draw_lines(axes[TITLE], rows)
    rows = rows.assign(panel=panels(rows))
    for index, (name, part) in enumerate(rows[~native(rows)].groupby("panel")):
        _draw_points(axes[TITLE], part, name, index)
    library = rows[native(rows)]
    axes[TITLE].plot(library.measured_ns / 1000, library.predicted_ns / 1000, "x", color="0.5", label="MPI library", zorder=2)
    axes[TITLE].set(xscale="log", yscale="log", xlabel="measured, µs", ylabel="predicted, µs", xlim=ends, ylim=ends,
                    aspect="equal")
    for axis in (axes[TITLE].xaxis, axes[TITLE].yaxis):
        style.plain_decades(axis)
    style.finish(figure, _caption(measured, rows), rows.oversubscribed.any(), HEIGHT)
    return figure


def _draw_lines(axes: Axes, rows: pd.DataFrame) -> tuple[float, float]:
    """Returns the limits of both axes."""
    times = np.concatenate([rows.measured_ns, rows.predicted_ns]) / 1000
    ends = np.array([times.min() / 1.3, times.max() * 1.3])
    axes.plot(ends, ends, color="0.3", linewidth=0.8)
    for factor in (1 - BOUND, 1 + BOUND):
        axes.plot(ends, ends * factor, color="0.6", linewidth=0.6, linestyle="--")
    return ends[0], ends[1]


def _draw_points(axes: Axes, rows: pd.DataFrame, name: str, index: int) -> None:
    look = {"color": GREY, "marker": MARKERS[index % len(MARKERS)], "linestyle": "none"}
    for hollow, part in rows.groupby("oversubscribed"):
        shape = {"markerfacecolor": "white"} if hollow else {}
        label = name if not hollow or rows.oversubscribed.all() else "_"
        axes.plot(part.measured_ns / 1000, part.predicted_ns / 1000, label=label, zorder=3, **{**look, **shape})


def _caption(measured: Campaign, rows: pd.DataFrame) -> str:
    every = errors(rows)
    own = every[(every.whose == OWN) & (every.ranks == 0)].sort_values("oversubscribed")
    least, most = rows.launches.min(), rows.launches.max()
    launches = most if least == most else f"{least} to {most}"
    said = WHAT.format(launches=launches, bound=BOUND, cases=own.cases.iloc[0], error=own.error.iloc[0])
    return style.caption(measured, rows.iloc[:0].drop(columns=["low", "high"]), said)  # the figure has no bars
