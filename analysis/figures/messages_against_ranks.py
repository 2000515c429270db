"""Messages per operation against the number of ranks: measured points on the line of the closed form."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import selection, style
from analysis.load import Campaign
from analysis.summary import counts_agree

WHAT = ("Messages per operation of 8 B: points measured, lines the closed form; {agree} of {count} points are on their line. "
        "The library's own collectives (native) have neither.")
COLUMNS = ["panel", "series", "payload_bytes", "ranks", "oversubscribed", "messages_per_operation",
           "expected_messages_per_operation"]


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    countable = summary.dropna(subset=["expected_messages_per_operation"])
    rows = selection.arranged(selection.small_payload(selection.preferred(countable)))
    parts = selection.by_panel(rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for index, series in enumerate(part):
            _draw_series(axes[name], series.sort_values("ranks"), index)
        style.logarithmic_x(axes[name], rows.ranks)
        axes[name].set_yscale("symlog", base=2, linthresh=1)  # one rank sends nothing
        axes[name].set(xlabel="ranks", ylabel="messages per operation")
        _integer_ticks(axes[name], pd.concat(part))
    what = WHAT.format(agree=counts_agree(rows).sum(), count=len(rows))
    style.finish(figure, style.caption(campaign, rows, what), rows.oversubscribed.any())
    return figure, rows[COLUMNS]


def _draw_series(axes: Axes, series: pd.DataFrame, index: int) -> None:
    """Many formulas agree, so markers shrink from series to series: those that coincide show as rings."""
    look = {**style.look(index), "markersize": max(3.0, 7.5 - 0.65 * index)}
    line, marker = look.pop("linestyle"), look.pop("marker")
    axes.plot(series.ranks, series.expected_messages_per_operation, linestyle=line, color=look["color"], linewidth=0.8)
    for hollow, part in series.groupby("oversubscribed"):
        face = {"markerfacecolor": "none"} if hollow else {}
        axes.plot(part.ranks, part.messages_per_operation, linestyle="none", marker=marker, **face, **look)
    face = {"markerfacecolor": "none"} if series.oversubscribed.all() else {}
    axes.plot([], [], linestyle=line, marker=marker, color=look["color"], **face, label=series.series.iloc[0])


def _integer_ticks(axes: Axes, part: pd.DataFrame) -> None:
    highest = max(part.messages_per_operation.max(), part.expected_messages_per_operation.max(), 2)
    powers = 2 ** np.arange(0, int(np.ceil(np.log2(highest))) + 1)
    ticks = [0, *powers[:: -(-len(powers) // 8)]]
    axes.set_yticks(ticks, labels=[str(tick) for tick in ticks], minor=False)
    axes.set_ylim(-0.3, highest * 1.6)
