"""How much the median moves between launches of the same binary: each launch's median over the median of all, case by case."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, selection, style
from analysis.doubts import cross_out
from analysis.load import KEY, Campaign

WHAT = ("Each launch's median of each case, relative to the median over launches of that case; one row per kernel, with all "
        "its ranks, payloads and parameters; cases with more than one operation in flight are left out. In each row the "
        "launches are in order from the top; they are numbered within each case: launch 3 of one case need not be launch 3 of "
        "another.")
HOLLOW = "Hollow: oversubscribed."
ROW, ENDS = 0.2, 0.25  # inches
MARK = {"linestyle": "none", "marker": "o", "markersize": 2.4, "markeredgewidth": 0.6}
MARGIN = 0.05  # of the width of the axes, between points and edge
LENGTH = 1.1  # inches, of an axis beside the longest names
COLUMNS = ["panel", "row", "case", *KEY, "launch", "turn", "median_ns", "relative"]


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows = _rows(campaign)
    parts = dict(list(rows.groupby("panel", sort=False)))
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        _draw(axes[name], part, naming.kernel_places(campaign.cases))
    heights = {axes[name]: ROW * part.row.nunique() + ENDS for name, part in parts.items()}
    crowded = rows.oversubscribed.any()
    caption = style.caption(campaign, rows, WHAT + (f" {HOLLOW}" if crowded else ""))
    style.finish(figure, caption, False, heights or style.AXES_HEIGHT)
    return figure, rows[COLUMNS]


def _rows(campaign: Campaign) -> pd.DataFrame:
    alone = (campaign.timed.in_flight == 1) & (campaign.timed.kernel != selection.STREAM)
    timed = campaign.timed[alone & (campaign.timed.p50_ns > 0)]
    groups = timed.groupby(KEY).p50_ns
    rows = timed.assign(median_ns=timed.p50_ns, relative=timed.p50_ns / groups.transform("median"))
    rows = rows[groups.transform("size") > 1]
    rows = rows.merge(campaign.launches[["launch"]], left_on="file", right_index=True).sort_values([*KEY, "launch"])
    rows = rows.assign(turn=rows.groupby(KEY).cumcount() + 1, row=rows.kernel, case=rows["name"],
                       place=naming.panels(rows).map(naming.place_of))
    rows["panel"] = naming.panels(rows) + naming.transport_suffixes(rows)
    return rows.sort_values(["place", "panel"], kind="stable")


def _draw(axes: Axes, rows: pd.DataFrame, places: dict[str, int]) -> None:
    """The n-th launch of a case keeps its place within every row."""
    names = sorted(rows.row.unique(), reverse=True)
    height = pd.Series([names.index(name) for name in rows.row], rows.index) + 0.35
    height -= 0.7 * (rows.turn - 1) / max(1, rows.turn.max() - 1)
    for (kernel, hollow), part in rows.groupby(["kernel", "oversubscribed"]):
        colour = style.look(places[kernel])["color"]
        axes.plot(part.relative, height[part.index], color=colour, markerfacecolor="white" if hollow else colour, **MARK)
        cross_out(axes, part, part.relative, height[part.index])
    axes.axvline(1, color="0.4", linewidth=0.6)
    axes.set_yticks(range(len(names)), labels=names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set(xscale="log", xlabel="launch ÷ median of launches")
    _limit(axes, rows.relative)


def _limit(axes: Axes, ratios: pd.Series) -> None:
    low, high = min(0.9, ratios.min()), max(1.1, ratios.max())
    margin = (high / low) ** MARGIN
    axes.set_xlim(low / margin, high * margin)
    style.plain_decades(axes.xaxis, LENGTH)
