"""How much the median moves between launches of the same binary: each launch's median over the median of all, case by case."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis import naming, selection, style
from analysis.doubts import cross_out
from analysis.load import KEY, Campaign

WHAT = ("Each launch's median of each case, relative to the median over launches of that case; one row per kernel and "
        "transport, with all its ranks, payloads and parameters; cases with more than one operation in flight are left out. "
        "Launches are numbered within each case: launch 3 of one case need not be launch 3 of another.")
ROW = 0.2  # inches
COLUMNS = ["row", *KEY, "launch", "turn", "median_ns", "relative"]


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows = _rows(campaign)
    figure, axes = style.panels(["launch to launch"] if len(rows) else [])
    figure.set_figwidth(style.PAGE)
    if len(rows):
        _draw(axes["launch to launch"], rows)
    height = max(style.AXES_HEIGHT, ROW * rows.row.nunique() + 0.5)
    style.finish(figure, style.caption(campaign, rows, WHAT), rows.oversubscribed.any(), height)
    return figure, rows[COLUMNS]


def _rows(campaign: Campaign) -> pd.DataFrame:
    alone = (campaign.timed.in_flight == 1) & (campaign.timed.kernel != selection.STREAM)
    timed = campaign.timed[alone & (campaign.timed.p50_ns > 0)]
    groups = timed.groupby(KEY).p50_ns
    rows = timed.assign(median_ns=timed.p50_ns, relative=timed.p50_ns / groups.transform("median"))
    rows = rows[groups.transform("size") > 1]
    rows = rows.merge(campaign.launches[["launch"]], left_on="file", right_index=True).sort_values([*KEY, "launch"])
    return rows.assign(turn=rows.groupby(KEY).cumcount() + 1, row=rows.kernel + naming.transport_suffixes(rows))


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    """The n-th launch of a case keeps its place within every row, its colour and its marker."""
    names = sorted(rows.row.unique(), reverse=True)
    turns = sorted(rows.turn.unique())
    for index, turn in enumerate(turns):
        offset = 0.35 - 0.7 * index / max(1, len(turns) - 1)
        look = {**style.look(index), "linestyle": "none", "markersize": 2.6, "markeredgewidth": 0.6}
        for hollow, part in rows[rows.turn == turn].groupby("oversubscribed"):
            height = np.array([names.index(name) for name in part.row]) + offset
            face = {"markerfacecolor": "white"} if hollow else {}
            label = f"launch {turn}" + (", oversubscribed" if hollow else "")
            axes.plot(part.relative, height, label=label, **look, **face)
            cross_out(axes, part, part.relative, pd.Series(height, part.index))
    axes.axvline(1, color="0.4", linewidth=0.6)
    axes.set_yticks(range(len(names)), labels=names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set(xscale="log", xlabel="launch median ÷ median of launch medians")
    _plain_ticks(axes, rows.relative)


def _plain_ticks(axes: Axes, ratios: pd.Series) -> None:
    """Tenths while the launches agree within a factor of two; 0.5, 1, 2, 5 … where they do not."""
    wide = ratios.max() / ratios.min() > 2
    ticks = [digit * 10.0**power for power in range(-4, 5) for digit in (1, 2, 5)] if wide else np.arange(5, 21) / 10
    low, high = min(0.9, ratios.min()) * 0.98, max(1.1, ratios.max()) * 1.02
    axes.set_xlim(low, high)
    axes.set_xticks([tick for tick in ticks if low <= tick <= high], minor=False)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
