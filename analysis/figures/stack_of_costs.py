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
from analysis.markdown import digits
from analysis.sittings import words
from analysis.stack import BASE, CASE, FLOOR, TRUSTING, base_cases, reference_cases, stack

WHAT = ("Protocols with default parameters, between two ranks with a core each, at 8 B, one operation at a time. Bars end when "
        "the user may go on. Compare bars with bars: when everyone knows, or all may be forgotten, is a symbol, where it is "
        "measured.")
MULTIPLES = (" Multiples of {unit}, taken within each launch; {points} over the {launches} launches in which {what} "
             "was measured, {interval}.")
FLOOR_VARIED = " Whiskers include how much the floor itself varied from launch to launch: {low} to {high} ns."
BACKWARDS = " A dark bar inside a pale one: the user may go on before a round trip would end."
SYMBOLS = {"everyone": ("^", "everyone knows"), "forgotten": ("D", "all may be forgotten")}
UNITS = {"over_floor": "a cache line's round trip (the floor)", "over_ping_pong": "their transport's ping_pong"}
MEASURED = {"over_floor": "the floor", "over_ping_pong": "ping_pong"}
NOTHING_TO_COMPARE = "no launch has a ping_pong at 8 B on two ranks to compare these cases with"
ROW, ENDS = 0.2, 0.3  # inches
# No colours: these mean kernels.
TRANSPORT, PROTOCOL = {"color": "0.85"}, {"color": "0.6"}
AUTHENTICATION = {"facecolor": "white", "edgecolor": "0.4", "hatch": "//////", "linewidth": 0.6}
SEALED = " With authentication the last part of the bar is what the operation takes longer than without."
LENGTH = 1.5  # inches, of the axis beside names and numbers
NAME_MOST = 20  # characters in a line


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows = _named(stack(campaign))
    levels = campaign.cases.groupby("kernel")["level"].first()
    unit = "over_floor" if rows.over_floor.notna().any() else "over_ping_pong"
    shown = rows.dropna(subset=[unit])
    ends = _with_flags(campaign, _compared(shown.assign(level=shown.kernel.map(levels)), unit))
    parts = {naming.transport_name(name): part.reset_index(drop=True) for name, part in ends.groupby("transport", sort=False)}
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        _draw(axes[name], shown, part, unit)
        axes[name].set(xscale="log", xlabel=f"÷ {UNITS[unit]}; numbers: µs")
        style.plain_decades(axes[name].xaxis, LENGTH)
    if ends.empty:
        style.mark_as_empty(figure, style.NO_CASE if rows.empty else NOTHING_TO_COMPARE)
    caption = style.caption(campaign, reference_cases(campaign), _what(shown, unit, words(campaign.launches)))
    heights = {axes[name]: ROW * len(part) + ENDS for name, part in parts.items()}
    style.finish(figure, caption, False, heights or style.AXES_HEIGHT)
    return figure, _with_cases(campaign, rows)


def _with_cases(campaign: Campaign, rows: pd.DataFrame) -> pd.DataFrame:
    """Adds the column `case`, as commands take it."""
    cases = pd.concat([reference_cases(campaign), base_cases(campaign)]).drop_duplicates(CASE)
    return rows.merge(cases[[*CASE, "name"]].rename(columns={"name": "case"}), on=CASE, how="left")


def _what(rows: pd.DataFrame, unit: str, words_of_launches: tuple[str, str]) -> str:
    """`words_of_launches`: what points are, and what intervals are of."""
    if rows.empty:
        return WHAT
    known = rows[f"{unit}_low"].notna().any()
    launches = rows.launches[rows.kernel == (FLOOR if unit == "over_floor" else BASE)].max()
    points, intervals = words_of_launches
    interval = f"whiskers at the bars' ends: {intervals}" if known else "too few for intervals"
    said = WHAT + MULTIPLES.format(points=points, unit=UNITS[unit], what=MEASURED[unit], launches=launches, interval=interval)
    floor = rows[rows.kernel == FLOOR].dropna(subset=["latency_low_ns"])
    if known and len(floor):
        said += FLOOR_VARIED.format(low=digits(floor.latency_low_ns.iloc[0]), high=digits(floor.latency_high_ns.iloc[0]))
    ends = rows[rows.compared & (rows.kernel != FLOOR)].set_index(CASE)[unit]
    trips = ends.xs((BASE, TRUSTING), level=("kernel", "authentication"))
    base = ends.index.get_level_values("transport").map(trips) if unit == "over_floor" else 1
    return said + SEALED * bool(rows.over_trusting.notna().any()) + BACKWARDS * bool((ends < base).any())


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(series=(rows.kernel + " " + rows.authentication.map(naming.AUTHENTICATED)).str.strip())


def _compared(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """What has a bar: ping_pong, unless it is the unit, then the ladder from the bottom up."""
    ends = rows[rows.compared & (rows.kernel != (FLOOR if unit == "over_floor" else BASE))]
    order = ["protocol", "level", "kernel"]
    ends = ends.assign(protocol=ends.kernel != BASE, mpi=ends.transport != naming.MPI)
    return ends.sort_values(["mpi", "transport", *order], kind="stable").reset_index(drop=True)


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
        axes.barh(ends.index, base - 1, left=1, height=0.5, label="transport", zorder=2, **TRANSPORT)
    trusting = ends[unit] / ends.over_trusting.fillna(1)
    axes.barh(ends.index, trusting - base, left=base, height=0.5, label="protocol", zorder=2, **PROTOCOL)
    if ends.over_trusting.notna().any():
        more = ends[unit] - trusting
        axes.barh(ends.index, more, left=trusting, height=0.5, label="authentication", zorder=2, **AUTHENTICATION)
    axes.axvline(1, color="0.3", linewidth=0.8)
    known = ends.dropna(subset=[f"{unit}_low"])
    if len(known):
        errors = [known[unit] - known[f"{unit}_low"], known[f"{unit}_high"] - known[unit]]
        axes.errorbar(known[unit], known.index, xerr=errors, fmt="none", ecolor="0.35", elinewidth=0.7, zorder=3)
    axes.plot(ends[unit], ends.index, "|", color="black", markersize=6, label="the user may go on", zorder=4)
    cross_out(axes, ends, ends[unit], pd.Series(ends.index, ends.index))
    _draw_later(axes, rows[rows.transport == ends.transport.iloc[0]], unit, dict(zip(ends.series, ends.index)))
    _write_beside(axes, ends)
    axes.set_yticks(ends.index, labels=[_in_two_lines(each) for each in ends.series], linespacing=0.95)
    axes.set_ylim(len(ends) - 0.4, -0.6)
    axes.grid(False, axis="y")


def _in_two_lines(series: str) -> str:
    """If it is long, broken behind the underscore or space that is nearest to its middle."""
    breaks = [place for place, letter in enumerate(series, start=1) if letter in "_ "]
    if len(series) <= NAME_MOST or not breaks:
        return series
    place = min(breaks, key=lambda each: abs(2 * each - len(series)))
    return f"{series[:place].rstrip()}\n{series[place:]}"


def _draw_later(axes: Axes, rows: pd.DataFrame, unit: str, heights: dict[str, int]) -> None:
    for mark, (symbol, label) in SYMBOLS.items():
        part = rows[rows.mark == mark]
        if len(part):
            axes.plot(part[unit], part.series.map(heights), symbol, color="black", markerfacecolor="white", zorder=5,
                      label=label)


def _write_beside(axes: Axes, ends: pd.DataFrame) -> None:
    """The medians alone: with their intervals, which are in the table, hardly any room would be left for the bars."""
    for height, latency_us in enumerate(ends.latency_ns / 1000):
        axes.annotate(digits(latency_us), (1, height), xycoords=("axes fraction", "data"), xytext=(4, 0),
                      textcoords="offset points", va="center", annotation_clip=False)
