"""How figures look and how they are stored: legible at column width, told apart without colour, the same bytes every time."""

import io
import re
import textwrap
from datetime import datetime
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator
from PIL import Image

from analysis import pace, replicas
from analysis.doubts import cross_out
from analysis.load import Campaign
from analysis.naming import MPI, transport_name
from analysis.sittings import words
from analysis.statistics import MIN_LAUNCHES

COLUMN, PAGE = 3.33, 7.0  # widths of one and of two columns, inches
POINTS = 7  # the smallest type
LINE = 0.135  # height of a line of it, inches
AXES_HEIGHT = 2.2
BELOW = 0.46  # from the axes down to their legend, inches
PNG_COLOURS = 128
POINTS_PER_INCH = 72
BESIDE = "beside"  # marks the names of lines, which stand beside the axes
ENDINGS = (".pdf", ".png", ".csv")  # of a figure's files
EMPTY = "empty"  # marks a figure in which nothing is drawn; its label says why
NO_CASE = "this campaign has no such case"
LONG_LABEL = 24  # characters; legends with longer labels have one column …
LABEL_MOST = 50  # … and longer ones still have several lines
CHARACTERS_PER_INCH = 18.5
# Okabe and Ito's palette, black in place of yellow (too pale for a line on white). Seven colours, six markers and five dashes:
# two series of one colour differ in both others.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

matplotlib.rcParams.update({
    "font.size": POINTS, "axes.titlesize": POINTS + 1, "axes.labelsize": POINTS, "xtick.labelsize": POINTS,
    "ytick.labelsize": POINTS, "legend.fontsize": POINTS, "legend.frameon": False, "legend.handlelength": 2.6,
    "legend.labelspacing": 0.25, "legend.columnspacing": 1.0, "lines.linewidth": 1.0, "lines.markersize": 3.6,
    "errorbar.capsize": 1.8, "axes.grid": True, "grid.linewidth": 0.3, "grid.color": "0.85", "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6,
    "pdf.fonttype": 42, "savefig.dpi": 180})


def look(index: int) -> dict:
    """Colour, marker and dash of the index-th series of a panel."""
    return {"color": COLOURS[index % len(COLOURS)], "marker": MARKERS[index % len(MARKERS)],
            "linestyle": DASHES[index % len(DASHES)]}


def panels(titles: list[str]) -> tuple[Figure, dict[str, Axes]]:
    """One panel at column width, or several in two columns at page width."""
    columns = min(2, max(1, len(titles)))
    figure = Figure(figsize=(COLUMN if columns == 1 else PAGE, AXES_HEIGHT), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.05, w_pad=0.05)
    rows = max(1, -(-len(titles) // columns))
    grid = [figure.add_subplot(rows, columns, 1 + i) for i in range(max(1, len(titles)))]
    if not titles:
        grid[0].text(0.5, 0.5, NO_CASE, ha="center", transform=grid[0].transAxes)
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


def draw_series(axes: Axes, rows: pd.DataFrame, x: str, index: int) -> None:
    """Points with intervals (columns `value`, `low`, `high`): filled and connected, or hollow and alone if oversubscribed;
    crossed out where their `flags` say that the clocks cannot vouch for them."""
    style = look(index)
    for hollow, part in rows.sort_values(x).groupby("oversubscribed"):
        shape = {"linestyle": "none", "markerfacecolor": "white", "label": "_"} if hollow else {"label": rows.series.iloc[0]}
        axes.plot(part[x], part.value, **{**style, **shape})
        draw_intervals(axes, part, x, style["color"])
    cross_out(axes, rows, rows[x], rows.value)
    if rows.oversubscribed.all():
        axes.plot([], [], **{**style, "linestyle": "none"}, markerfacecolor="white", label=rows.series.iloc[0])


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


def plain_decades(axis: Axis) -> None:
    """Numbers such as 0.5, not 5 × 10⁻¹, on an axis that is logarithmic and has its points already."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,)))
    axis.set_major_formatter("{x:,.10g}")
    axis.set_minor_formatter(NullFormatter())


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


def finish(figure: Figure, caption: str, oversubscribed: bool, axes_height: float = AXES_HEIGHT) -> None:
    """Puts a legend under every panel that has series, the caption under all, and gives the figure the height these need."""
    rows: dict[int, float] = {}
    for axes in figure.axes:
        lines = _legend(axes, oversubscribed, axes_height)
        row = axes.get_subplotspec().rowspan.start
        rows[row] = max(rows.get(row, 0), axes_height + lines * LINE)
    width = figure.get_figwidth()
    text = textwrap.fill(caption, int(width * CHARACTERS_PER_INCH), break_on_hyphens=False)
    figure.supxlabel(text, fontsize=POINTS, x=0.01, ha="left")
    figure.set_size_inches(width, sum(rows.values()) + LINE * (2 + text.count("\n")))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once, not once per format
    for axes in figure.axes:
        _move_apart([text for text in axes.texts if text.get_gid() == BESIDE])


def _legend(axes: Axes, oversubscribed: bool, axes_height: float) -> int:
    """Draws it below the labels of the axes; returns its height in lines."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return 0
    if oversubscribed:
        handles.append(Line2D([], [], linestyle="none", marker="o", color="0.3", markerfacecolor="white"))
        labels.append("hollow: oversubscribed")
    columns = 2 if max(map(len, labels)) <= LONG_LABEL else 1
    labels = [textwrap.fill(label, LABEL_MOST, break_on_hyphens=False) for label in labels]
    axes.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, -BELOW / axes_height), ncol=columns, borderaxespad=0)
    return -(-sum(label.count("\n") + 1 for label in labels) // columns)


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
             + f"; {_where(campaign)}."]
    if len(rows):
        parts += [_definitions(rows), f"Start line: {' or '.join(sorted(rows.sync.unique()))}."]
        parts += _transports(sorted(rows.transport.unique()))
        parts += pace.remarks(rows) + replicas.remarks(rows) + _disks(rows)
    if "low" in rows:
        parts.append(_interval_remark(campaign, rows))
    return " ".join(parts)


def _where(campaign: Campaign) -> str:
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


def _interval_remark(campaign: Campaign, rows: pd.DataFrame) -> str:
    if rows.low.isna().all():
        return "No interval: fewer than six launches."
    some = " No interval: fewer than six launches (points without bars)." if (rows.launches < MIN_LAUNCHES).any() else ""
    points, intervals = words(campaign.launches)
    return f"Points: {points}; bars: {intervals}.{some}"


def save(figure: Figure, numbers: pd.DataFrame, stem: Path, campaign: Campaign) -> None:
    """Writes stem.pdf, .png and, with the numbers behind them, .csv, dated like the campaign and not like today."""
    numbers.to_csv(stem.with_suffix(".csv"), index=False, float_format="%.9g")  # stamps have no more digits
    created = campaign.launches.created_utc.min()
    date = datetime.fromisoformat(created.replace("Z", "+00:00"))
    figure.savefig(stem.with_suffix(".pdf"), metadata={"CreationDate": date, "ModDate": date})
    _save_png(figure, stem.with_suffix(".png"))


def _save_png(figure: Figure, path: Path) -> None:
    """In a palette of the picture's own: a quarter of the bytes, and lines and letters have few colours."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(PNG_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
