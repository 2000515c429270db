"""How old what reads return is: which share of the reads returned a value that had been out of date for at least so long."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis import naming, style
from analysis.load import KEY, Campaign
from analysis.staleness import reads

WHAT = ("For each age on the x axis: the share of reads whose value had been out of date for at least that long when the read "
        "began, over the reads of all launches together. A value is out of date once a newer write has ended. Kernels and "
        "settings of which every read was up to date have no line.")
COLUMNS = ["case", *KEY, "panel", "series", "reads", "behind_us", "share_as_old"]
STEPS = 100  # order statistics drawn per line


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows = reads(campaign)
    rows = rows[[len(versions) > 0 and versions.max() > 0 for versions in rows.versions]] if len(rows) else rows
    if rows.empty:
        figure, _ = style.panels([])
        return figure, pd.DataFrame(columns=COLUMNS)
    rows = naming.arranged(rows.merge(summary[["case", *KEY]], on=KEY))
    rows = rows.assign(series=[f"{row.series}, {row.ranks} ranks" for row in rows.itertuples()])
    parts, looks = naming.by_panel(rows), style.looks(campaign, rows)
    figure, axes = style.panels(list(parts))
    numbers = []
    for name, part in parts.items():
        for _, row in pd.concat(part).iterrows():
            curve = _curve(row)
            face = {"markerfacecolor": "white"} if row.oversubscribed else {}
            axes[name].plot(curve.behind_us, curve.share_as_old, label=style.legible(row.series), markevery=[0, len(curve) - 1],
                            **looks[row.series], **face)
            numbers.append(curve.assign(panel=name, series=row.series, **row[["case", *KEY]]))
        axes[name].set(xscale="log", yscale="log", xlabel="out of date for, µs", ylabel="share of reads as old")
        style.plain_decades(axes[name].xaxis)
        style.plain_decades(axes[name].yaxis)
    style.finish(figure, style.caption(campaign, summary.merge(rows[KEY], on=KEY), WHAT), False)
    return figure, pd.concat(numbers)[COLUMNS]


def _curve(row: pd.Series) -> pd.DataFrame:
    """Of the k-th oldest of the stale reads, k = 1, 2, … thinning out: the share k / reads that was as old."""
    stale = np.sort(row.behind_ns[row.versions > 0])
    from_top = np.unique(np.geomspace(1, len(stale), STEPS).astype(int))
    return pd.DataFrame({"reads": len(row.versions), "behind_us": stale[len(stale) - from_top] / 1000,
                         "share_as_old": from_top / len(row.versions)})
