"""Results that clocks cannot vouch for: smaller than twice the bound on the error of their ranks' clocks (flag clock_bound).
They are measured and shown, but crossed out wherever a latency is drawn."""

import pandas as pd
from matplotlib.axes import Axes

FLAG = "clock_bound"
CROSSED = "crossed: below twice the clocks' error"
CROSS = {"linestyle": "none", "marker": "x", "color": "black", "markersize": 6, "markeredgewidth": 0.8, "zorder": 5}


def doubtful(rows: pd.DataFrame) -> pd.Series:
    """Which rows carry the flag, in any of their launches."""
    return pd.Series([FLAG in flags.split() for flags in rows["flags"]], rows.index, dtype=bool)


def cross_out(axes: Axes, rows: pd.DataFrame, x: pd.Series, y: pd.Series) -> None:
    """A cross on every doubtful point; the panel's legend, which has one entry for all, says what it means."""
    doubted = doubtful(rows)
    if doubted.any():
        told = CROSSED in axes.get_legend_handles_labels()[1]
        axes.plot(x[doubted], y[doubted], label="_" if told else CROSSED, **CROSS)
