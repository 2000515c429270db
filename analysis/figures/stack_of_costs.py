"""The stack of costs: a cache line there and back, the transport's ping_pong, the protocol, authentication, each on top of the
one before.

In units of the floor, or of ping_pong where no launch has a floor, and each launch in its own, since a machine that is slow for
a while is slow in all of them. Logarithmic, so that equal ratios are equal lengths over every transport.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, style
from analysis.doubts import cross_out
from analysis.load import KEY, Campaign
from analysis.markdown import digits, with_interval
from analysis.stack import BASE, CASE, FLOOR, TRUSTING, base_cases, reference_cases, stack

WHAT = ("Protocols with default parameters, between two ranks with a core each, at 8 B, one operation at a time.")
MULTIPLES = (" Multiples of {unit}, taken within each launch; medians over the {launches} launches in which {what} was "
             "measured, {interval}. A mark on several ranks counts when the last of them reaches it.")
FLOOR_VARIED = " Whiskers include how much the floor itself varied from launch to launch: {low} to {high} ns."
BACKWARDS = " A blue bar inside a grey one: the operation ends before a round trip would."
LATER = (" A mark to the right of the end is reached after it, by other ranks: a follower applies a committed operation when "
         "the next operation's message comes.")
# Of each mark its symbol, the same in all figures. A mark that is not here gets one of the others.
SYMBOLS = {"delivered": "o", "appended": "s", "applied": "^", "handed_over": "D", "chosen": "v", "committed": "P",
           "ordered": "X", "decided": "h", "learned": ">", "incremented": "<", "counted": "p", "updated": "*", "edited": "d",
           "granted": "8"}
OTHERS = ("H", "1", "2", "3", "4", "+", "x")
UNITS = {"over_floor": "a cache line's round trip (the floor)", "over_ping_pong": "their transport's ping_pong"}
MEASURED = {"over_floor": "the floor", "over_ping_pong": "ping_pong"}
NOTHING_TO_COMPARE = "no launch has a ping_pong at 8 B on two ranks to compare these cases with"
TITLE = "stack of costs"
ROW = 0.21  # inches
TRANSPORT, PROTOCOL, AUTHENTICATION = {"color": "0.8"}, {"color": style.COLOURS[5]}, {"color": style.COLOURS[1]}
SEALED = " With authentication the last part of the bar is what the operation takes longer than without."
# Heading, points from the axes, and how many of the column's units are one of the heading's.
BESIDE = {"latency{}_ns": ("latency, µs", 4, 1000), "over_ping_pong{}": ("÷ ping_pong", 88, 1)}


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows = _named(stack(campaign))
    levels = campaign.cases.groupby("kernel")["level"].first()
    unit = "over_floor" if rows.over_floor.notna().any() else "over_ping_pong"
    shown = rows.dropna(subset=[unit])
    ends = _with_flags(campaign, _ends(shown.assign(level=shown.kernel.map(levels)), unit))
    figure, axes = style.panels([TITLE] if len(ends) else [])
    figure.set_figwidth(style.PAGE)
    if len(ends):
        _draw(axes[TITLE], shown, ends, unit)
        axes[TITLE].set(xscale="log", xlabel="÷ " + UNITS[unit])
        style.plain_decades(axes[TITLE].xaxis)
    else:
        style.mark_as_empty(figure, style.NO_CASE if rows.empty else NOTHING_TO_COMPARE)
    caption = style.caption(campaign, reference_cases(campaign), _what(shown, unit))
    style.finish(figure, caption, False, max(style.AXES_HEIGHT, ROW * len(ends) + 0.5))
    return figure, rows


def _what(rows: pd.DataFrame, unit: str) -> str:
    if rows.empty:
        return WHAT
    known = rows[f"{unit}_low"].notna().any()
    launches = rows.launches[rows.kernel == (FLOOR if unit == "over_floor" else BASE)].max()
    interval = "whiskers: distribution-free 95 % intervals of the end" if known else "too few for intervals"
    said = WHAT + MULTIPLES.format(unit=UNITS[unit], what=MEASURED[unit], launches=launches, interval=interval)
    floor = rows[rows.kernel == FLOOR].dropna(subset=["latency_low_ns"])
    if known and len(floor):
        said += FLOOR_VARIED.format(low=digits(floor.latency_low_ns.iloc[0]), high=digits(floor.latency_high_ns.iloc[0]))
    ends = rows[rows["last"] & (rows.kernel != FLOOR)].set_index(CASE)[unit]
    trips = ends.xs((BASE, TRUSTING), level=("kernel", "authentication"))
    base = ends.index.get_level_values("transport").map(trips) if unit == "over_floor" else 1
    marks = rows[~rows["last"]]
    at_the_end = ends.reindex(pd.MultiIndex.from_frame(marks[CASE])).to_numpy()
    said += SEALED * bool(rows.over_trusting.notna().any())
    return said + BACKWARDS * bool((ends < base).any()) + LATER * bool((marks[unit].to_numpy() > at_the_end).any())


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    measured = rows[rows.kernel != FLOOR]
    suffixes = naming.transport_suffixes(measured).reindex(rows.index, fill_value="")
    words = rows.authentication.map(naming.AUTHENTICATED)
    return rows.assign(series=(rows.kernel + " " + words).str.strip() + suffixes)


def _ends(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """What has a row of its own: ping_pong, unless it is the unit, then the ladder from the bottom up, the transports of a
    kernel one below the other."""
    ends = rows[rows["last"] & (rows.kernel != (FLOOR if unit == "over_floor" else BASE))]
    order = ["protocol", "level", "kernel"]
    return ends.assign(protocol=ends.kernel != BASE).sort_values(order, kind="stable").reset_index(drop=True)


def _with_flags(campaign: Campaign, ends: pd.DataFrame) -> pd.DataFrame:
    """Those of any launch of the row's case."""
    cases = pd.concat([reference_cases(campaign)[KEY], base_cases(campaign)[KEY]]).merge(campaign.timed, on=KEY)
    flags = cases.groupby(CASE)["flags"].agg(" ".join)
    return ends.assign(flags=[flags.get(tuple(row), "") for row in ends[CASE].itertuples(index=False)])


def _draw(axes: Axes, rows: pd.DataFrame, ends: pd.DataFrame, unit: str) -> None:
    base = pd.Series(1.0, ends.index)
    if unit == "over_floor":
        base = ends.transport.map(rows[rows.kernel == BASE].set_index("transport")[unit])
    if unit == "over_floor":
        axes.barh(ends.index, base - 1, left=1, height=0.5, label="transport: to ping_pong", zorder=2, **TRANSPORT)
    trusting = ends[unit] / ends.over_trusting.fillna(1)
    axes.barh(ends.index, trusting - base, left=base, height=0.5, label="protocol: to its end", zorder=2, **PROTOCOL)
    if ends.over_trusting.notna().any():
        more = ends[unit] - trusting
        axes.barh(ends.index, more, left=trusting, height=0.5, label="authentication", zorder=2, **AUTHENTICATION)
    axes.axvline(1, color="0.3", linewidth=0.8)
    known = ends.dropna(subset=[f"{unit}_low"])
    if len(known):
        errors = [known[unit] - known[f"{unit}_low"], known[f"{unit}_high"] - known[unit]]
        axes.errorbar(known[unit], known.index, xerr=errors, fmt="none", ecolor="0.35", elinewidth=0.7, zorder=3)
    axes.plot(ends[unit], ends.index, "|", color="black", markersize=6, label="end", zorder=4)
    cross_out(axes, ends, ends[unit], pd.Series(ends.index, ends.index))
    _draw_marks(axes, rows[~rows["last"]], unit, dict(zip(ends.series, ends.index)))
    _write_beside(axes, ends)
    axes.set_yticks(ends.index, labels=ends.series)
    axes.set_ylim(len(ends) - 0.4, -0.6)
    axes.grid(False, axis="y")


def _draw_marks(axes: Axes, marks: pd.DataFrame, unit: str, heights: dict[str, int]) -> None:
    others = iter(OTHERS * len(marks))
    for mark, part in marks.groupby("mark", sort=False):
        look = {"marker": SYMBOLS.get(mark) or next(others), "linestyle": "none", "color": "black", "markerfacecolor": "white"}
        axes.plot(part[unit], part.series.map(heights), label=mark, zorder=5, **look)


def _write_beside(axes: Axes, ends: pd.DataFrame) -> None:
    for column, (heading, offset, unit) in BESIDE.items():
        values = zip(*(ends[column.format(end)] / unit for end in ("", "_low", "_high")))
        told = ["–" if each == (1, 1, 1) else with_interval(*each) for each in values]
        for height, text in enumerate([heading, *told], start=-1):
            axes.annotate(text, (1, height), xycoords=("axes fraction", "data"), xytext=(offset, 0), textcoords="offset points",
                          va="center", annotation_clip=False)
