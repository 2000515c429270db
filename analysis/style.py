"""How figures look: legible at column width, told apart without colour, one colour for a kernel in every figure."""

import re
import textwrap
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis import fonts, pace, replicas, saving
from analysis.colours import COLOURS, DASHES, MARKERS
from analysis.doubts import cross_out
from analysis.layout import COLUMN, lay_out
from analysis.load import Campaign
from analysis.naming import MPI, kernel_places, transport_name
from analysis.settings import differing
from analysis.sittings import words
from analysis.statistics import MIN_LAUNCHES
from analysis.ticks import plain_decades  # noqa: F401, for figures

POINTS = 7  # the smallest type
AXES_HEIGHT = 1.9  # inches
POINTS_PER_INCH = 72
AT_POINT = "at point"  # marks words beside points
BESIDE = "beside"  # marks the names of lines, which stand beside the axes
HOLLOW = "hollow: oversubscribed"
EMPTY = "empty"  # marks a figure in which nothing is drawn; its label says why
ONE_PAYLOAD = "all cases that it would show have one payload, and no line begins or ends there"
NO_CASE = "this campaign has no such case"
LONG_LABEL = 20  # characters; legends with longer labels have one column …
LABEL_MOST = 48  # … and longer ones still have several lines
CHARACTERS_PER_INCH = 18.5
VARIANT = 13  # from one series of a kernel to its next, in series of the panel

matplotlib.rcdefaults()  # whatever the user has set
matplotlib.rcParams.update({
    "font.family": fonts.families(), "text.parse_math": False, "axes.unicode_minus": True,
    "font.size": POINTS, "axes.titlesize": POINTS + 1, "axes.labelsize": POINTS, "xtick.labelsize": POINTS,
    "ytick.labelsize": POINTS, "legend.fontsize": POINTS, "legend.frameon": False, "legend.handlelength": 2.6,
    "legend.labelspacing": 0.25, "legend.columnspacing": 1.0, "lines.linewidth": 1.0, "lines.markersize": 3.6,
    "errorbar.capsize": 1.8, "axes.grid": True, "grid.linewidth": 0.3, "grid.color": "0.85", "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6, "axes.titley": 1.0, "axes.titlepad": 4,
    "pdf.fonttype": 42})


def look(kernel: int, variant: int = 0) -> dict:
    """Of a panel's kernels the colour, and of each one's series also marker and dash."""
    index = kernel + VARIANT * variant
    return {"color": COLOURS[kernel % len(COLOURS)], "marker": MARKERS[index % len(MARKERS)],
            "linestyle": DASHES[index % len(DASHES)]}


def looks(campaign: Campaign, rows: pd.DataFrame) -> dict[str, dict]:
    """The look of each `series` among the rows. A kernel has its colour by its place among all of the campaign that stand in
    its panel, whichever of them a figure shows."""
    places = kernel_places(campaign.cases)
    return {series: look(places[kernel], variant) for kernel, part in rows.groupby("kernel")
            for variant, series in enumerate(part.series.unique())}


def panels(titles: list[str]) -> tuple[Figure, dict[str, Axes]]:
    """One panel of a column's width, or several in two columns."""
    columns = min(2, max(1, len(titles)))
    figure = Figure(figsize=(COLUMN * columns, AXES_HEIGHT))
    rows = max(1, -(-len(titles) // columns))
    grid = [figure.add_subplot(rows, columns, 1 + i) for i in range(max(1, len(titles)))]
    if not titles:
        mark_as_empty(figure, NO_CASE)
    for axes, title in zip(grid, titles):
        axes.set_title(title)
    return figure, dict(zip(titles, grid))


def mark_as_empty(figure: Figure, reason: str) -> None:
    figure.set_gid(EMPTY)
    figure.set_label(reason)


def why_empty(figure: Figure) -> str:
    """Why nothing is drawn in it; empty if something is."""
    return figure.get_label() if figure.get_gid() == EMPTY else ""


def above_zero(rows: pd.DataFrame, column: str) -> tuple[pd.DataFrame, str]:
    """The rows with a place on a logarithmic axis, and a sentence for the caption if there are others."""
    at_zero = sorted(rows.series[rows[column] == 0].unique())
    said = f" Without the points of {' and '.join(at_zero)} that take no time at all." if at_zero else ""
    return rows[rows[column] != 0], said


def draw_series(axes: Axes, rows: pd.DataFrame, x: str, style: dict) -> None:
    """Points with intervals (columns `value`, `low`, `high`): filled and connected within each `stretch`, if there are any, or
    hollow and alone if oversubscribed; crossed out where their `flags` say that the clocks cannot vouch for them."""
    rows = rows if "stretch" in rows else rows.assign(stretch=0)
    for (hollow, _), part in rows.sort_values(x).groupby(["oversubscribed", "stretch"]):
        shape = {"linestyle": "none", "markerfacecolor": "white"} if hollow else {}
        axes.plot(part[x], part.value, label="_", **{**style, **shape})
        draw_intervals(axes, part, x, style["color"])
    cross_out(axes, rows, rows[x], rows.value)
    shape = {"linestyle": "none", "markerfacecolor": "white"} if rows.oversubscribed.all() else {}
    axes.plot([], [], label=legible(rows.series.iloc[0]), **{**style, **shape})


def legible(label: str) -> str:
    """A legend leaves out what begins with an underscore, which a name may do."""
    return f" {label}" if label.startswith("_") else label


def draw_intervals(axes: Axes, rows: pd.DataFrame, x: str, colour: str) -> None:
    """From `low` to `high`, where these are known."""
    known = rows.dropna(subset=["low"])
    if len(known):
        errors = np.array([known.value - known.low, known.high - known.value])
        axes.errorbar(known[x], known.value, yerr=errors, fmt="none", ecolor=colour, elinewidth=0.7)


def name_at_the_right(axes: Axes, y: float, name: str) -> None:
    """A word for a line, beside the axes at the height where the line ends; once for lines that end alike."""
    if name not in (text.get_text() for text in axes.texts if text.get_gid() == BESIDE):
        axes.annotate(name, (1, y), xycoords=("axes fraction", "data"), xytext=(2, 0), textcoords="offset points", va="center",
                      color="0.4", gid=BESIDE)


def logarithmic_x(axes: Axes, values: pd.Series, name=str) -> None:
    """A base-2 axis whose ticks are values that were measured, at most eight of them."""
    axes.set_xscale("log", base=2)
    ticks = np.array(sorted(values.unique()))
    ticks = ticks[:: -(-len(ticks) // 8)]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: name(int(tick))))


def leave_room(axes: Axes) -> None:
    """Around values that are nearly the same, so that a logarithmic axis has ticks that can be told apart."""
    low, high = axes.get_ylim()
    if high < 2 * low:
        axes.set_ylim(low / 2, high * 2)


def size(payload_bytes: int) -> str:
    """1048576 is 1 MiB."""
    for unit, step in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if payload_bytes >= step:
            return f"{payload_bytes / step:g} {unit}"
    return f"{payload_bytes} B"


def finish(figure: Figure, caption: str, oversubscribed: bool, axes_height: float | dict[Axes, float] = AXES_HEIGHT) -> None:
    """Puts a legend under every panel that has series, or one under all if they are the same, and the caption at the end."""
    figure.legends.clear()
    told = {axes: _told(axes, oversubscribed) for axes in figure.axes if axes.get_legend_handles_labels()[0]}
    alike = len(told) > 1 and len({tuple(labels) for _, labels in told.values()}) == 1
    shared = _legend(figure, *_neutral(*next(iter(told.values())))) if alike else None
    legends = {} if alike else {axes: _legend(axes, *words) for axes, words in told.items()}
    text = textwrap.fill(caption, int(figure.get_figwidth() * CHARACTERS_PER_INCH), break_on_hyphens=False)
    below = figure.supxlabel(text, fontsize=POINTS, x=0.01, ha="left", va="top")
    heights = axes_height if isinstance(axes_height, dict) else dict.fromkeys(figure.axes, axes_height)
    figure.caption = caption
    figure.layout = lay_out(figure, heights, legends, shared, below)
    for axes in figure.axes:
        _move_apart([text for text in axes.texts if text.get_gid() == BESIDE])


def _told(axes: Axes, oversubscribed: bool) -> tuple[list, list[str]]:
    handles, labels = axes.get_legend_handles_labels()
    if oversubscribed:
        handles.append(Line2D([], [], linestyle="none", marker="o", color="0.3", markerfacecolor="white"))
        labels.append(HOLLOW)
    return handles, labels


def _neutral(handles: list, labels: list[str]) -> tuple[list, list[str]]:
    """The colour in a legend of all panels would be that of one panel's kernel."""
    return [_grey(handle) if isinstance(handle, Line2D) else handle for handle in handles], labels


def _grey(handle: Line2D) -> Line2D:
    copy = Line2D([], [])
    copy.update_from(handle)
    copy.set(color="0.3", markerfacecolor="0.3" if handle.get_markerfacecolor() == handle.get_color() else "white")
    return copy


def _legend(where: Axes | Figure, handles: list, labels: list[str]) -> Legend:
    columns = 2 if max(map(len, labels)) <= LONG_LABEL else 1
    labels = [textwrap.fill(label, LABEL_MOST, break_on_hyphens=False) for label in labels]
    return where.legend(handles, labels, loc="upper center", ncol=columns, borderaxespad=0, borderpad=0)


def _move_apart(names: list[Annotation]) -> None:
    """Upwards, as far as those that are drawn over each other need."""
    free = -np.inf
    for name in sorted(names, key=lambda name: name.get_window_extent().y0):
        box = name.get_window_extent()
        lift = max(0, free - box.y0)
        name.set_position((name.get_position()[0], name.get_position()[1] + lift * POINTS_PER_INCH / name.figure.dpi))
        free = box.y1 + lift


def caption(campaign: Campaign, rows: pd.DataFrame, what: str) -> str:
    """What is shown and where it is from: campaign, launches, machine, latency definition, start line, why without interval."""
    launches = campaign.launches
    parts = [f"{what} Campaign {campaign.name}: {len(launches)} launches"
             + (f", {launches.oversubscribed.sum()} of them oversubscribed" if launches.oversubscribed.any() else "")
             + f"; {where(campaign)}."]
    if differ := differing(launches):
        parts.append(f"The launches differ in {', '.join(differ)}, as table.md says.")
    if len(rows):
        parts += [_definitions(rows), f"Start line: {' or '.join(sorted(rows.sync.unique()))}."]
        parts += _transports(sorted(rows.transport.unique()))
        parts += pace.remarks(rows) + replicas.remarks(rows) + _disks(rows)
    if "low" in rows:
        parts.append(interval_remark(campaign, rows))
    return " ".join(parts)


def where(campaign: Campaign) -> str:
    """A simulated launch ran on a machine that does not matter: its platform does."""
    first = campaign.launches.iloc[0]
    library = first.mpi.split(",")[0]
    if not campaign.simulated:
        return f"measured on {first.cpu}, {first.cores} cores, {library}"
    version = re.search(r"SMPI Version ([\d.]*\d)", library)
    program = f"SimGrid {version.group(1)}" if version else library
    hosts = f"up to {campaign.launches.world.max():,} ranks"
    return f"simulated by {program} on the platform {first.platform or 'of its calibration'}, {hosts}"


def _definitions(rows: pd.DataFrame) -> str:
    """Which kernel has which is in the table of all cases."""
    definitions = sorted(rows.latency_definition.unique())
    if len(definitions) == 1:
        return f"Latency: {definitions[0]}."
    return (f"Latency: {', '.join(definitions[:-1])} or {definitions[-1]}, as summary.csv says of each case; compare only "
            "equal definitions.")


def _disks(rows: pd.DataFrame) -> list[str]:
    """A reader who knows Raft expects forced writes."""
    return ["In memory: no protocol writes to a disk."] if "family" in rows and (rows.family == "protocol").any() else []


def _transports(names: list[str]) -> list[str]:
    """MPI alone goes without saying."""
    others = " or ".join(transport_name(name) for name in names if name != MPI)
    if not others:
        return []
    return [f"MPI unless a title or a name says {others}." if MPI in names else f"Over {others}."]


def interval_remark(campaign: Campaign, rows: pd.DataFrame) -> str:
    if rows.low.isna().all():
        return "No interval: fewer than six launches."
    some = " No interval: fewer than six launches (points without bars)." if (rows.launches < MIN_LAUNCHES).any() else ""
    points, intervals = words(campaign.launches)
    return f"Points: {points}; bars: {intervals}.{some}"


def save(figure: Figure, numbers: pd.DataFrame, stem: Path, campaign: Campaign) -> None:
    """See saving.py."""
    saving.save(figure, figure.layout, numbers, figure.caption, stem, campaign.launches.created_utc.min())
