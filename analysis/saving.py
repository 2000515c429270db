"""A figure's files: the same bytes every time, dated like the campaign and not like today.

    NAME.pdf, NAME.png      the overview, with its caption; its second page is page 2 of the PDF, and NAME-2.png
    panels/NAME-PANEL.pdf   each panel alone, one column wide; panels/NAME-legend.pdf: the legend that they share
    NAME.txt, NAME.tex      the caption, for people and for LaTeX
    NAME.csv                the numbers that are drawn
"""

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

from analysis.colours import COLOURS
from analysis.layout import Layout

PANELS = "panels"  # the folder of the panels
LEGEND = "legend"
DPI = 180
MIXED, PALEST = 24, 0.12  # steps from a colour of kernels towards white, which has to remain white
GREYS, SCALE = 48, 40  # shades, and those of the colour scale of matrices
TEX = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
       "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "÷": r"$\div$", "×": r"$\times$", "µ": r"$\mu$", "≤": r"$\le$",
       "≥": r"$\ge$", "≈": r"$\approx$", "≠": r"$\ne$", "−": "$-$", "–": "--", "…": r"\ldots{}", "→": r"$\to$",
       "⌊": r"$\lfloor$", "⌋": r"$\rfloor$", "⌈": r"$\lceil$", "⌉": r"$\rceil$", "<": r"\textless{}", ">": r"\textgreater{}"}


def save(figure: Figure, layout: Layout, numbers: pd.DataFrame, caption: str, stem: Path, created_utc: str) -> None:
    remove(stem)
    numbers.to_csv(stem.with_suffix(".csv"), index=False, float_format="%.9g")  # stamps have no more digits
    stem.with_suffix(".txt").write_text(caption + "\n", encoding="utf-8")
    stem.with_suffix(".tex").write_text(tex(caption) + "\n", encoding="utf-8")
    date = datetime.fromisoformat(created_utc.replace("Z", "+00:00"))
    _save_pdf(figure, layout.pages, stem.with_suffix(".pdf"), date)
    _save_png(figure, layout.pages, stem)
    (stem.parent / PANELS).mkdir(exist_ok=True)
    for name, artist, cell in _panels(figure, layout):
        with _alone(figure, artist):
            _save_pdf(figure, [cell], stem.parent / PANELS / f"{stem.name}-{name}.pdf", date)


def remove(stem: Path) -> None:
    """The files of an earlier report, which may have had more panels."""
    pages = [path for path in stem.parent.glob(f"{stem.name}-*.png") if re.fullmatch(r"-\d+", path.stem[len(stem.name):])]
    for path in [*(stem.with_suffix(ending) for ending in (".pdf", ".png", ".csv", ".txt", ".tex")), *pages,
                 *(stem.parent / PANELS).glob(f"{stem.name}-*.pdf")]:
        path.unlink(missing_ok=True)


def tex(caption: str) -> str:
    """What LaTeX prints as the caption."""
    return "".join(TEX.get(letter, letter) for letter in caption)


def _panels(figure: Figure, layout: Layout) -> Iterator[tuple[str, Artist, Bbox]]:
    """Each with a name that no other of the figure has."""
    names: list[str] = []
    for number, (axes, cell) in enumerate(layout.cells.items(), start=1):
        name = re.sub(r"[^a-z0-9]+", "_", axes.get_title().lower()).strip("_") or "panel"
        names.append(name if name not in (*names, LEGEND) else f"{name}_{number}")
        yield names[-1], axes, cell
    if layout.legend:
        yield LEGEND, figure.legends[0], layout.legend


@contextmanager
def _alone(figure: Figure, artist: Artist) -> Iterator[None]:
    """Nothing but the one is drawn."""
    others = [each for each in figure.get_children() if each is not artist and each is not figure.patch and each.get_visible()]
    for each in others:
        each.set_visible(False)
    yield
    for each in others:
        each.set_visible(True)


def _save_pdf(figure: Figure, pages: list[Bbox], path: Path, date: datetime) -> None:
    with PdfPages(path, metadata={"CreationDate": date, "ModDate": date}) as file:
        for page in pages:
            figure.savefig(file, format="pdf", backend="pdf", bbox_inches=page, pad_inches=0)


def _save_png(figure: Figure, pages: list[Bbox], stem: Path) -> None:
    """In a palette: a quarter of the bytes, and lines and letters have few colours."""
    before, figure.dpi = figure.dpi, DPI
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    figure.dpi = before
    for number, page in enumerate(pages, start=1):
        top = round((pages[0].y1 - page.y1) * DPI)
        box = (0, top, drawn.width, min(drawn.height, top + round(page.height * DPI)))
        path = stem.with_name(stem.name + (f"-{number}" if number > 1 else "") + ".png")
        _in_palette(drawn.crop(box)).save(path, optimize=True)


def _in_palette(drawn: Image.Image) -> Image.Image:
    """Pillow takes a colour near to the nearest: well for the edges of letters, not for white and the colours of kernels."""
    near = drawn.quantize(palette=_palette(), dither=Image.Dither.NONE)
    indices, exact = np.array(near), np.asarray(drawn).astype(np.int32) @ (1 << 16, 1 << 8, 1)
    for colour, index in _exact().items():
        indices[exact == colour] = index
    found = Image.fromarray(indices, mode="P")
    found.putpalette(near.getpalette())
    return found


@functools.cache
def _exact() -> dict[int, int]:
    """The place in the palette of white and of each kernel's colour."""
    every = np.array(_palette().getpalette()).reshape(-1, 3) @ (1 << 16, 1 << 8, 1)
    wanted = [int(colour[1:], 16) for colour in (*COLOURS, "#FFFFFF")]
    return {colour: int(np.flatnonzero(every == colour)[0]) for colour in wanted}


@functools.cache
def _palette() -> Image.Image:
    """The same for all figures, so that a kernel has the same colour in each: the colours of kernels as they fade to white at
    the edges of lines, greys, and the scale of matrices."""
    shares = np.linspace(1, PALEST, MIXED)
    mixed = [share * np.array(to_rgb(colour)) + 1 - share for colour in COLOURS for share in shares]
    greys = [np.full(3, shade) for shade in np.linspace(0, 1, GREYS)]
    scale = matplotlib.colormaps["cividis_r"](np.linspace(0, 1, SCALE))[:, :3]
    palette = Image.new("P", (1, 1))
    palette.putpalette([round(255 * part) for colour in [*mixed, *greys, *scale] for part in colour])
    return palette
