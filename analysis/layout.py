"""Places the panels of a figure in cells one column wide, so that each cell can be a picture of its own.

A cell is a title, the axes, their labels and their legend, with the room that the words need. Rows of cells go onto pages, none
of them higher than the text of a printed page; the caption is at the end of the last.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

COLUMN = 3.3  # width of a column of text, inches
PAGE_HEIGHT = 9.0  # inches
PAD = 0.05  # around a cell, inches
GAP = 0.1  # above and below a legend, inches
TITLE = 0.2  # height of a title, inches


@dataclass(frozen=True)
class Layout:
    """In inches from the lower left corner of the figure: the `cells` of axes, that of a legend which all panels share, or
    None, and the `pages` from first to last."""

    cells: dict[Axes, Bbox]
    legend: Bbox | None
    pages: list[Bbox]


@dataclass(frozen=True)
class Need:
    """How many inches the words of axes reach beyond their four sides, and how high the axes and their legend are."""

    left: float
    right: float
    top: float
    bottom: float
    height: float
    legend: float

    @property
    def total(self) -> float:
        return self.top + self.height + self.bottom + self.legend + 2 * PAD


def lay_out(figure: Figure, heights: dict[Axes, float], legends: dict[Axes, Artist], shared: Artist | None,
            caption: Artist) -> Layout:
    """`heights`: of the axes alone."""
    width = figure.get_figwidth()
    _guess(figure, heights, width)
    needs = {axes: _need(axes, heights[axes], legends.get(axes)) for axes in figure.axes}
    rows = _rows(figure.axes)
    row_heights = [max(needs[axes].total for axes in row) for row in rows]
    ends = [_height(shared), _height(caption) + PAD]
    tops, pages = _paged([*row_heights, *ends])
    figure.set_size_inches(width, sum(pages))
    cells = {axes: Bbox([[_left(axes, width), top - height], [_right(axes, width), top]])
             for row, top, height in zip(rows, tops, row_heights) for axes in row}
    for axes, cell in cells.items():
        beside = [needs[each] for each in cells if (cells[each].x0, cells[each].x1) == (cell.x0, cell.x1)]
        _place(axes, cell, needs[axes], max(need.left for need in beside), max(need.right for need in beside))
        _put(legends.get(axes), (cell.x0 + cell.x1) / 2, cell.y1 - needs[axes].total + needs[axes].legend + PAD - GAP)
    _put(shared, width / 2, tops[-2] - GAP)
    caption.set_position((PAD / width, (tops[-1] - PAD) / figure.get_figheight()))
    edges = sum(pages) - np.cumsum([0, *pages])
    legend = Bbox([[(width - COLUMN) / 2, tops[-2] - ends[0]], [(width + COLUMN) / 2, tops[-2]]]) if shared else None
    return Layout(cells, legend, [Bbox([[0, low], [width, high]]) for high, low in zip(edges, edges[1:])])


def _guess(figure: Figure, heights: dict[Axes, float], width: float) -> None:
    """Ticks depend on the size of their axes, so they are measured at about the final one."""
    figure.set_size_inches(width, sum(heights.values()))
    for axes in figure.axes:
        share = 0.75 * (_right(axes, width) - _left(axes, width)) / width
        axes.set_position([0, 0, share, heights[axes] / figure.get_figheight()])


def _need(axes: Axes, height: float, legend: Artist | None) -> Need:
    """The title is as wide as it likes: it stands in the middle of the cell."""
    title = axes.get_title()
    axes.set_title("")
    words = [each for each in axes.get_default_bbox_extra_artists() if each is not legend]
    axes.apply_aspect()
    outer, inner, dpi = axes.get_tightbbox(bbox_extra_artists=words), axes.bbox, axes.figure.dpi
    axes.set_title(title)
    left, right, top, bottom = ((inner.x0 - outer.x0) / dpi, (outer.x1 - inner.x1) / dpi, (outer.y1 - inner.y1) / dpi,
                                (inner.y0 - outer.y0) / dpi)
    return Need(max(0, left), max(0, right), max(0, top) + TITLE * bool(title), max(0, bottom), height, _height(legend))


def _height(artist: Artist | None) -> float:
    """In inches, with a gap above; nothing of nothing."""
    return artist.get_window_extent().height / artist.figure.dpi + GAP if artist else 0


def _rows(every: list[Axes]) -> list[list[Axes]]:
    first = [axes.get_subplotspec().rowspan.start for axes in every]
    return [[axes for axes, row in zip(every, first) if row == one] for one in sorted(set(first))]


def _left(axes: Axes, width: float) -> float:
    spec = axes.get_subplotspec()
    return width * spec.colspan.start / spec.get_gridspec().ncols


def _right(axes: Axes, width: float) -> float:
    spec = axes.get_subplotspec()
    return width * spec.colspan.stop / spec.get_gridspec().ncols


def _paged(heights: list[float]) -> tuple[list[float], list[float]]:
    """The top of each part, and the height of each page; a part that does not fit on a page begins the next."""
    pages: list[float] = [0]
    for height in heights:
        if pages[-1] > 0 and pages[-1] + height > PAGE_HEIGHT:
            pages.append(0)
        pages[-1] += height
    return list(sum(heights) - np.cumsum([0, *heights[:-1]])), pages


def _place(axes: Axes, cell: Bbox, need: Need, left: float, right: float) -> None:
    width, height = axes.figure.get_size_inches()
    x0, x1 = cell.x0 + PAD + left, cell.x1 - PAD - right
    y1 = cell.y1 - PAD - need.top
    axes.set_position([x0 / width, (y1 - need.height) / height, (x1 - x0) / width, need.height / height])
    middle = ((cell.x0 + cell.x1) / 2 - x0) / (x1 - x0)
    axes.title.set_x(middle)
    if axes.xaxis.label.get_window_extent().width > axes.bbox.width:
        axes.xaxis.label.set_x(middle)


def _put(legend: Artist | None, x: float, y: float) -> None:
    """Its upper middle at a place in inches."""
    if legend:
        legend.set_bbox_to_anchor((x, y), legend.figure.dpi_scale_trans)
