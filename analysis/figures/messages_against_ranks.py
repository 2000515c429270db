"""Messages per operation against the number of ranks: measured points, or means, on the closed form or within its band."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, selection, style
from analysis.groups import GOSSIP
from analysis.load import KEY, Campaign
from analysis.summary import LEAST, MOST, counts_agree

WHAT = ("Messages per operation of 8 B: points measured, lines the closed form; {agree} of {exact} points are on their line. "
        "{timed}{randomised}{lossy}If several operations share a message (batch), each is charged its fraction of the message. "
        "The library's own collectives (native) have neither point nor line.")
RANDOMISED = ("Of randomised kernels{gossip} the lines are the exact expectation, the points means over all operations with "
              "their 95 % intervals; {held} of {count} intervals contain the expectation. ")
LOSSY = ("Where messages are lost, duplicated or late on purpose the line is the mean expected of time-outs that exceed every "
         "round trip, and a point may lie off it. ")
TIMED = ("Where timing decides, the closed form is a band from the least to the most: {agree} of {count} points lie within. ")
REPEATED = " {count} cases had the same counts over another transport as over MPI; they are drawn once."
COLUMNS = ["panel", "series", "case", "payload_bytes", "ranks", "in_flight", "oversubscribed", "count_rule",
           "messages_per_operation", "messages_low", "messages_high", LEAST, MOST]


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    countable = summary.dropna(subset=[LEAST])
    small = selection.small_payload(selection.preferred(selection.fewest_in_flight(countable)))
    once = _drawn_once(small)
    rows = naming.parted(naming.arranged(once, apart=("in_flight", "sync")))
    parts, looks = naming.by_panel(rows), style.looks(campaign, rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for index, series in enumerate(part):
            _draw_series(axes[name], series.sort_values("ranks"), looks[series.series.iloc[0]], index)
        style.logarithmic_x(axes[name], rows.ranks)
        axes[name].set(xlabel="ranks", ylabel="messages per operation")
        _powers_of_two(axes[name], pd.concat(part))
    style.finish(figure, style.caption(campaign, rows, _what(rows, len(small) - len(once))), rows.oversubscribed.any())
    return figure, rows[COLUMNS]


def _drawn_once(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the cases that another transport, MPI if there is it, ran with the same messages."""
    same = [*(name for name in KEY if name != "transport"), "messages_per_operation", "messages_low", "messages_high", LEAST,
            MOST]
    first = rows.sort_values("transport", key=lambda transport: transport != naming.MPI, kind="stable")
    return rows.loc[first.drop_duplicates(same).index.sort_values()]


def _what(rows: pd.DataFrame, repeated: int) -> str:
    exact, known = rows[rows.count_rule == "exact"], rows.dropna(subset=["messages_low"])
    ranges = rows[rows.count_rule == "range"]
    tolerance = 1e-9 * known[LEAST]  # the interval of a count that never varies is a point
    held = known[LEAST].between(known.messages_low - tolerance, known.messages_high + tolerance)
    timed = TIMED.format(agree=counts_agree(ranges).sum(), count=len(ranges)) if len(ranges) else ""
    gossip = " (gossip)" if (known.group == GOSSIP).any() else ""
    randomised = RANDOMISED.format(held=held.sum(), count=len(known), gossip=gossip) if len(known) else ""
    lossy = LOSSY if (rows.network != "").any() else ""
    said = WHAT.format(agree=counts_agree(exact).sum(), exact=len(exact), timed=timed, randomised=randomised, lossy=lossy)
    return said + (REPEATED.format(count=repeated) if repeated else "")


def _draw_series(axes: Axes, series: pd.DataFrame, look: dict, index: int) -> None:
    """Many formulas agree, so markers shrink from series to series: those that coincide show as rings."""
    look = {**look, "markersize": max(3.0, 7.5 - 0.65 * index)}
    line, marker = look.pop("linestyle"), look.pop("marker")
    for bound in (LEAST, MOST) if (series[MOST] > series[LEAST]).any() else (LEAST,):
        axes.plot(series.ranks, series[bound], linestyle=line, color=look["color"], linewidth=0.8)
    if (series[MOST] > series[LEAST]).any():
        axes.fill_between(series.ranks, series[LEAST], series[MOST], color=look["color"], alpha=0.15, linewidth=0)
    for hollow, part in series.groupby("oversubscribed"):
        face = {"markerfacecolor": "none"} if hollow else {}
        axes.plot(part.ranks, part.messages_per_operation, linestyle="none", marker=marker, **face, **look)
    known = series.dropna(subset=["messages_low"])
    if len(known):
        mean = known.messages_per_operation
        axes.errorbar(known.ranks, mean, yerr=[mean - known.messages_low, known.messages_high - mean], fmt="none",
                      ecolor=look["color"], elinewidth=0.9)
    face = {"markerfacecolor": "none"} if series.oversubscribed.all() else {}
    axes.plot([], [], linestyle=line, marker=marker, color=look["color"], **face, label=style.legible(series.series.iloc[0]))


def _powers_of_two(axes: Axes, part: pd.DataFrame) -> None:
    """A logarithmic axis that begins with 0, as one rank sends nothing, and below the smallest count that is not."""
    values = part[["messages_per_operation", LEAST, MOST]].stack()
    lowest = min(0, int(np.floor(np.log2(values[values > 0].min())))) if (values > 0).any() else 0
    highest = max(values.max(), 2)
    powers = np.arange(lowest, int(np.ceil(np.log2(highest))) + 1)
    powers = powers[:: -(-len(powers) // 8)]
    axes.set_yscale("symlog", base=2, linthresh=2.0**lowest)
    axes.set_yticks([0, *2.0**powers], labels=["0", *(str(2**power) if power >= 0 else f"1/{2**-power}" for power in powers)],
                    minor=False)
    axes.set_ylim(-0.3 * 2.0**lowest, highest * 1.6)
