"""Figures fit for print: pages, panels one column wide, captions as files, fonts without words, whatever the user has set."""

import os
import re
import subprocess
import sys
import zlib

import h5py
import matplotlib
import numpy as np
import pandas as pd
import pytest
from analysis import drawing, figures, fonts, saving, style
from analysis.layout import COLUMN, PAGE_HEIGHT
from conftest import ROOT, draw, overlaps, run, words
from matplotlib.text import Text
from PIL import Image
from synthetic import Case, Mark, write_launch

SPREAD = np.arange(400) + 1000
INCH = 72  # points


def few_cases(folder, kernels=("flat_broadcast", "chain_broadcast")):
    for launch in range(1, 7):
        cases = [Case(name, SPREAD + 100 * place + launch, payload_bytes=payload, group="broadcast", expected_delays=1)
                 for place, name in enumerate(kernels) for payload in (8, 65536)]
        cases += [Case("two_phase_commit", SPREAD * 2, family="protocol", definition="proposer", group="commitment",
                       marks=(Mark("decided", 700),)), Case("ping_pong", SPREAD)]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch)
    return folder


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    folder = few_cases(tmp_path_factory.mktemp("campaign"))
    assert run("report", folder).returncode == 0
    return folder / "figures"


def boxes(path) -> list[tuple[float, float]]:
    """Width and height of each page of a PDF, in inches."""
    found = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", path.read_bytes())
    return [(float(width) / INCH, float(height) / INCH) for width, height in found]


def contents(path) -> bytes:
    parts = re.findall(rb"stream\r?\n(.*?)endstream", path.read_bytes(), re.DOTALL)
    return b"".join(zlib.decompress(part) if part.startswith(b"x") else part for part in parts)


def test_each_panel_is_a_file_as_wide_as_a_column_and_no_page_is_too_high(reported):
    panels = sorted((reported / "panels").glob("*.pdf"))
    assert "latency_against_ranks-broadcast.pdf" in {path.name for path in panels}
    for path in [*panels, *reported.glob("*.pdf")]:
        for width, height in boxes(path):
            wide = [COLUMN] if path in panels else [COLUMN, 2 * COLUMN]
            assert any(width == pytest.approx(each, abs=0.02) for each in wide) and height <= PAGE_HEIGHT + 0.01, path.name


def test_panels_that_are_too_many_for_a_page_go_on_in_the_next(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case(f"k{place}", SPREAD, group=f"group {place}") for place in range(9)])
    assert run("report", tmp_path, "--only", "latency_against_ranks").returncode == 0
    pages = boxes(tmp_path / "figures" / "latency_against_ranks.pdf")
    assert len(pages) == 2 and all(height <= PAGE_HEIGHT for _, height in pages)
    assert (tmp_path / "figures" / "latency_against_ranks-2.png").exists()


def test_captions_are_files_for_people_and_for_latex(reported):
    plain = (reported / "latency_against_payload.txt").read_text(encoding="utf-8")
    assert plain.startswith("Latency of one operation against its payload, at 2 ranks;") and plain.endswith(".\n")
    latex = (reported / "latency_against_payload.tex").read_text(encoding="utf-8")
    assert "bars: distribution-free 95 \\% intervals" in latex
    assert saving.tex("a_b & 5 % of $x ÷ {y}") == "a\\_b \\& 5 \\% of \\$x $\\div$ \\{y\\}"


def test_fonts_in_pdfs_say_nothing_about_themselves(reported):
    for path in reported.rglob("*.pdf"):
        inside = contents(path).replace(b"\0", b"")
        assert b"opyright" not in inside and b"itstream" not in inside, path.name
        assert b"/FontFile2" in path.read_bytes() and b"/Type3" not in path.read_bytes()


@pytest.mark.parametrize("name", [name for name, _ in figures.all_figures()])
def test_words_are_legible_inside_their_cell_and_apart(drawn, drawn_of_both, name):
    for figure in (drawn[name][0], drawn_of_both[name][0]):
        if style.why_empty(figure):
            continue
        every = words(figure)
        assert min(text.get_fontsize() for text in every) >= 7
        assert overlaps(figure) == []
        for axes, cell in figure.layout.cells.items():
            inside = cell.padded(0.01)
            for text in set(every) & set(axes.findobj(Text)):
                box = text.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
                assert inside.x0 <= box.x0 and box.x1 <= inside.x1, (text, box, inside)
                assert inside.y0 <= box.y0 and box.y1 <= inside.y1, (text, box, inside)


def test_a_kernel_has_one_colour_in_all_figures(drawn_of_both):
    colours: dict[str, set] = {}
    for name, (figure, _) in drawn_of_both.items():
        for axes in figure.axes if name != "stack_of_costs" else ():
            for handle, label in zip(*axes.get_legend_handles_labels()):
                kernel = label.split(" ")[0]
                if kernel.endswith(("_broadcast", "_commit")):
                    colours.setdefault(kernel, set()).add(handle.get_color())
    assert len(colours) >= 5 and all(len(each) == 1 for each in colours.values()), colours


def test_kernels_keep_their_colours_when_a_figure_shows_fewer():
    rows = Cases(["a", "b", "c"])
    looks = style.looks(rows, rows.cases.assign(series=rows.cases.kernel)[1:])
    assert looks["b"] == style.look(1) and looks["c"] == style.look(2)


class Cases:
    """What style.looks takes from a campaign."""

    def __init__(self, kernels):
        self.cases = pd.DataFrame({"kernel": kernels, "group": "broadcast", "baseline_of": ""})


@pytest.mark.parametrize("kernel, name", [("a$b$", "a$b$"), ("_x_y", " _x_y"), ("a^{2}", "a^{2}")])
def test_dollars_and_underscores_in_names_are_characters(tmp_path, kernel, name):
    few_cases(tmp_path, (kernel, "flat_broadcast"))
    assert run("report", tmp_path, "--only", "latency_against_ranks").returncode == 0
    figure, _ = draw("latency_against_ranks", tmp_path)
    shown = [text.get_text() for axes in figure.axes if axes.get_legend() for text in axes.get_legend().get_texts()]
    assert name in shown and not matplotlib.rcParams["text.parse_math"]


@pytest.mark.parametrize("setting", [
    {"MATPLOTLIBRC": "text.usetex: True\nfont.family: serif\nfigure.dpi: 33\naxes.grid: False\npdf.fonttype: 3"},
    {"MPLBACKEND": "tkagg"}, {"LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0"}])
def test_the_users_settings_do_not_matter(reported, tmp_path, setting):
    environment = dict(os.environ, **setting)
    if "MATPLOTLIBRC" in setting:
        (tmp_path / "matplotlibrc").write_text(setting["MATPLOTLIBRC"])
        environment["MATPLOTLIBRC"] = str(tmp_path / "matplotlibrc")
    command = [sys.executable, str(ROOT / "analysis/report"), str(reported.parent), "--out", str(tmp_path / "out"),
               "--only", "latency_against_payload"]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    for path in (tmp_path / "out" / "figures").rglob("latency_against_payload*"):
        assert path.read_bytes() == (reported / path.relative_to(tmp_path / "out" / "figures")).read_bytes(), path.name


def test_white_and_the_colours_of_kernels_are_exact_in_pictures(reported):
    drawn = np.asarray(Image.open(reported / "latency_against_ranks.png").convert("RGB")).reshape(-1, 3)
    assert drawn[0].tolist() == [255, 255, 255]
    for colour in style.COLOURS[:2]:
        assert (drawn == [int(colour[place:place + 2], 16) for place in (1, 3, 5)]).all(axis=1).any(), colour


def test_many_ranks_have_boxes_without_names_and_simulated_ones_no_round_trips(tmp_path):
    path = write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD)], source="simulated", world=96)
    with h5py.File(path, "a") as file:
        file["ranks/ping_ns"][...] = np.nan
        file["ranks/node"][...] = np.arange(96)
    figure, _ = draw("topology_and_placement", tmp_path)
    assert [axes.get_title() for axes in figure.axes] == ["where 96 ranks sat", "closest shared level, 96 ranks"]
    assert overlaps(figure) == []


def test_only_the_figures_that_were_asked_for_are_drawn(tmp_path):
    few_cases(tmp_path)
    assert run("report", tmp_path, "--only", "tail").returncode == 0
    assert {path.stem for path in (tmp_path / "figures").glob("*.pdf")} == {"tail"}
    assert run("report", tmp_path, "--out", tmp_path / "none", "--no-figures").returncode == 0
    assert (tmp_path / "none" / "table.md").exists() and not list((tmp_path / "none").rglob("*.pdf"))


def test_a_figure_that_does_not_exist_is_refused(tmp_path):
    done = run("report", few_cases(tmp_path), "--only", "tails")
    assert done.returncode == 2 and "--only tails is no figure; name one of bandwidth_against_payload, " in done.stderr
    done = run("report", tmp_path, "--only", "tail", "--no-figures")
    assert done.returncode == 2 and "exclude each other" in done.stderr


class Terminal:
    """A stream that remembers."""

    def __init__(self, terminal: bool):
        self.written, self._terminal = "", terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, words: str) -> None:
        self.written += words

    def flush(self) -> None:
        pass


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_for_terminals(terminal):
    stream = Terminal(terminal)
    progress = drawing.Progress(stream)
    progress.show("2 of 3 figures")
    progress.end()
    assert stream.written == ("\r\x1b[K2 of 3 figures\r\x1b[K" if terminal else "")


def test_an_error_of_a_figure_ends_the_report(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(saving, "save", broken)
    done = run("report", few_cases(tmp_path))
    assert done.returncode == 3 and "No space left on device" in done.stderr


def test_names_of_figures_that_take_longest_exist():
    assert set(drawing.LONGEST) <= {name for name, _ in figures.all_figures()}
    assert fonts.families()[0] in matplotlib.rcParams["font.family"]
