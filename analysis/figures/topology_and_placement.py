"""Where the ranks sat: nested boxes of the machine, how close each pair is, and how long a round trip between them takes."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis import style
from analysis.launch_file import opened
from analysis.load import Campaign, words

WHAT = ("Where the ranks sat, the closest level of the machine that each pair shares, and the median round trip of each pair; "
        "one block per number of ranks. Boxes from the outside: node, package, NUMA domain, core.")
BOXES_HEIGHT, MATRIX_HEIGHT = 1.1, 1.6  # inches
BOX_INCHES = 2.6  # width of all boxes
LEVELS = ("node", "package", "numa", "core")
FEW_RANKS, NAMED_RANKS = 6, 16  # whose boxes have room for "rank 3", and for a number
MATRIX_TEXT_RANKS = 8  # larger matrices have no room for numbers in their cells
MOST_RANKS = 256  # nobody sees the pairs of a larger world, of which there are millions
TOO_LARGE = f"Launches of more than {MOST_RANKS} ranks are not drawn; /ranks of their files has where each sat."


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    drawn = campaign.launches[campaign.launches.world <= MOST_RANKS]
    if drawn.empty:
        return _draw_none()
    what = WHAT if len(drawn) == len(campaign.launches) else f"{WHAT} {TOO_LARGE}"
    worlds = [list(files.index) for _, files in drawn.groupby(["world", "oversubscribed"])]
    found = [_read(files) for files in worlds]
    titles = [_titles(campaign, files, bool(np.isfinite(each[-1]).any())) for files, each in zip(worlds, found)]
    figure, axes = style.panels([title for of_world in titles for title in of_world])
    numbers, heights = [], {}
    for files, of_world, (ranks, distance, levels, ping_us) in zip(worlds, titles, found):
        boxes, nearness, *trips = (axes[title] for title in of_world)
        _draw_boxes(boxes, ranks)
        _draw_matrix(nearness, distance, "{:.0f}".format)
        nearness.set_xlabel(f"rank; {_key(distance, levels)}")
        for each in trips:
            _draw_matrix(each, ping_us, "{:.2g}".format)
        heights |= {boxes: BOXES_HEIGHT, **dict.fromkeys([nearness, *trips], MATRIX_HEIGHT)}
        numbers.append(_numbers(ranks, distance, levels, ping_us, bool(campaign.launches.oversubscribed[files[0]])))
    style.finish(figure, style.caption(campaign, summary.iloc[:0], what), False, heights)
    return figure, pd.concat(numbers)


def _titles(campaign: Campaign, files: list[str], timed: bool) -> list[str]:
    """Simulated launches have no round trips of pairs."""
    launch = campaign.launches.loc[files[0]]
    hollow = ", oversubscribed" if launch.oversubscribed else ""
    world = f"{launch.world} ranks{hollow}"
    return [f"where {launch.world} ranks sat{hollow}", f"closest shared level, {world}"] + [f"round trip, µs, {world}"] * timed


def _draw_none() -> tuple[Figure, pd.DataFrame]:
    figure, _ = style.panels([])
    style.mark_as_empty(figure, TOO_LARGE)
    return figure, pd.DataFrame(columns=["world", "rank", "peer"])


def _read(files: list[str]) -> tuple[pd.DataFrame, np.ndarray, dict[int, str], np.ndarray]:
    """Placement and distances of the first of the launches; the median over all of them of each pair's round trip, in µs."""
    pings = []
    for path in files:
        with opened(path) as file:
            pings.append(file["/ranks/ping_ns"][...] / 1000)
    with opened(files[0]) as file:
        group = file["/ranks"]
        ranks = pd.DataFrame({name: group[name][...] for name in (*LEVELS, "pu")})
        distance = group["distance"]
        return ranks, distance[...].astype(float), dict(words(distance, "flag_values")), np.median(pings, axis=0)


def _key(distance: np.ndarray, levels: dict[int, str]) -> str:
    return ", ".join(f"{level:.0f} {levels.get(int(level), '?')}" for level in np.unique(distance))


def _draw_boxes(axes: Axes, ranks: pd.DataFrame) -> None:
    """Ranks in the machine's order, one unit each; around them a box for every core, NUMA domain, package and node."""
    ordered = ranks.sort_values([*LEVELS, "pu"], kind="stable")
    for depth, level in enumerate(LEVELS):
        path = ordered[list(LEVELS[: depth + 1])].apply(tuple, axis=1)
        for place, members in ordered.groupby(path, sort=False):
            first = ordered.index.get_loc(members.index[0])
            name = f"{level} {place[-1]}" if place[-1] >= 0 else f"not bound to a {level}"
            fits = len(name) < BOX_INCHES * len(members) / len(ordered) * style.CHARACTERS_PER_INCH
            _draw_box(axes, first, len(members), depth, name if fits else "")
    step = -(-len(ordered) // NAMED_RANKS)
    for position, rank in enumerate(ordered.index):
        if position % step == 0:
            name = f"rank {rank}" if len(ordered) <= FEW_RANKS else str(rank)
            axes.text(position + 0.5, 0.42, name, ha="center", va="center", weight="bold")
    axes.set(xlim=(-0.05, len(ordered) + 0.05), ylim=(-0.05, len(LEVELS) + 0.55))
    axes.set_axis_off()


def _draw_box(axes: Axes, first: int, width: int, depth: int, name: str) -> None:
    margin = 0.03 * (depth + 1)
    top = len(LEVELS) - depth + 0.45 - margin
    shade = str(0.97 - 0.06 * depth)
    look = {"facecolor": shade, "edgecolor": "0.3", "linewidth": 0.6}
    axes.add_patch(Rectangle((first + margin, margin), width - 2 * margin, top, **look))
    axes.text(first + 2 * margin, top - 0.1, name, ha="left", va="top", clip_on=True)


def _draw_matrix(axes: Axes, values: np.ndarray, word) -> None:
    axes.imshow(np.ma.masked_invalid(values), cmap="cividis_r", aspect="auto", vmin=0)
    axes.grid(False)
    ticks = np.arange(len(values))[:: -(-len(values) // MATRIX_TEXT_RANKS)]
    axes.set(xlabel="rank", ylabel="rank", xticks=ticks, yticks=ticks)
    finite = values[np.isfinite(values)]
    middle = finite.max() / 2 if len(finite) else 0
    for (row, column), value in np.ndenumerate(values if len(values) <= MATRIX_TEXT_RANKS else np.empty((0, 0))):
        if np.isfinite(value):
            axes.text(column, row, word(value), ha="center", va="center", color="white" if value > middle else "black")


def _numbers(ranks, distance, levels, ping_us, oversubscribed) -> pd.DataFrame:
    """One row per ordered pair."""
    rank, peer = (index.ravel() for index in np.indices(distance.shape))
    table = pd.DataFrame({"world": len(ranks), "oversubscribed": oversubscribed, "rank": rank, "peer": peer,
                          "distance": [levels.get(int(value), "?") for value in distance.ravel()], "ping_us": ping_us.ravel()})
    return table.merge(ranks, left_on="rank", right_index=True)
