"""Figures fit for print: pages, panels one column wide, captions as files, fonts without words, whatever the user has set."""

import itertools
import os
import re
import subprocess
import sys
import zlib
from unittest.mock import patch

import h5py
import matplotlib
import numpy as np
import pandas as pd
import pytest
from analysis import drawing, figures, fonts, saving, style
from analysis.layout import COLUMN, PAGE_HEIGHT
from conftest import ROOT, draw, run
from matplotlib.backends.backend_agg import FigureCanvasAgg
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


def words(figure) -> list[Text]:
    """All that is drawn: a log axis also has labels beyond its ends, which are not."""
    FigureCanvasAgg(figure).draw()  # which puts labels where they are
    hidden = [label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()
              for label in (tick.label1, tick.label2) if not within(tick.get_loc(), *axis.get_view_interval())]
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible() and text not in hidden]


def within(place: float, one: float, other: float) -> bool:
    reach = 1e-6 * abs(other - one)
    return min(one, other) - reach <= place <= max(one, other) + reach


def overlaps(figure) -> list[tuple[str, str]]:
    """Words that are drawn over each other, but for those at points, which move with the data."""
    fixed = [text for text in words(figure) if text.get_gid() != style.AT_POINT]
    shown = [(text.get_text(), text.get_window_extent().padded(-1)) for text in fixed]
    return [(one, other) for (one, a), (other, b) in itertools.combinations(shown, 2)
            if a.width > 0 and b.width > 0 and a.overlaps(b)]


def test_each_panel_is_a_file_as_wide_as_a_column_and_no_page_is_too_high(reported):
    panels = sorted((reported / "panels").glob("*.pdf"))
    assert "latency_against_ranks-broadcast.pdf" in {path.name for path in panels}
    for path in [*panels, *reported.glob("*.pdf")]:
        for width, height in boxes(path):
            wide = [COLUMN] if path in panels else [COLUMN, 2 * COLUMN]
            assert any(width == pytest.approx(each, abs=0.02) for each in wide) and height <= PAGE_HEIGHT + 0.01, path.name


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


def test_what_takes_no_time_has_no_place_on_a_logarithmic_axis_and_is_named(tmp_path):
    cases = [Case("lock", np.full(9, 1000 * (ranks > 2)), ranks, group="avoidance") for ranks in (2, 4)]
    write_launch(tmp_path / "launch-001.h5", cases, source="simulated")
    figure, numbers = draw("latency_against_ranks", tmp_path)
    assert numbers.ranks.tolist() == [4] and "Without the points of lock that take no time at all." in figure.caption
    assert all(value > 0 for axes in draw("tail", tmp_path)[0].axes for line in axes.lines for value in line.get_xdata())


@pytest.mark.parametrize("name", ["latency_against_payload", "bandwidth_against_payload"])
@pytest.mark.parametrize("payloads", [[8], [8, 1024]])
def test_one_payload_makes_no_figure_against_payloads(tmp_path, name, payloads):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, payload_bytes=payload) for payload in payloads])
    assert bool(style.why_empty(draw(name, tmp_path)[0])) == (len(payloads) == 1)


@pytest.mark.parametrize("value, shown", [(5e-5, "0.00005"), (0.5, "0.5"), (20000, "20,000"), (1e-7, "0.0000001")])
def test_numbers_at_axes_have_no_exponents(value, shown):
    figure, axes = style.panels(["x"])
    axes["x"].plot([1, 2], [value, value * 3])
    axes["x"].set_yscale("log")
    style.plain_decades(axes["x"].yaxis)
    assert axes["x"].yaxis.get_major_formatter()(value) == shown


@pytest.mark.parametrize("payloads, limit, joined", [
    ((1024, 2048), None, True), ((1024, 65536), None, False), ((8, 1024), None, True), ((524288, 2097152), None, True),
    ((1024, 65536), 131072, True), ((1024, 65536), 4096, False), ((4096, 8192), 8192, True)])
def test_no_line_crosses_a_change_of_way_that_nobody_measured(tmp_path, payloads, limit, joined):
    """Without LogGP parameters nobody knows more than that libraries change their way somewhere from 2 to 256 KiB."""
    path = write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD * payload, payload_bytes=payload, group="broadcast")
                                                     for payload in payloads])
    if limit:
        with h5py.File(path, "a") as file:
            file.create_group("loggp")["rendezvous_bytes"] = np.array([-1, limit])
    figure = draw_without_validation("latency_against_payload", tmp_path)
    lines = [line for line in figure.axes[0].lines if line.get_color() == style.COLOURS[0]]
    assert (max(len(line.get_xdata()) for line in lines) == 2) == joined
    assert ("No line between payloads" in figure.caption) == (not joined)


def test_a_transport_of_our_own_does_not_change_its_way(tmp_path):
    cases = [Case("k", SPREAD, payload_bytes=payload, transport="shared-memory") for payload in (8, 1 << 20)]
    write_launch(tmp_path / "launch-001.h5", cases)
    assert "No line between payloads" not in draw("latency_against_payload", tmp_path)[0].caption


def draw_without_validation(name, folder):
    """/loggp has many tables, of which only one column is read here."""
    with patch("analysis.validate.check"):
        return draw(name, folder)[0]


def test_white_and_the_colours_of_kernels_are_exact_in_pictures(reported):
    drawn = np.asarray(Image.open(reported / "latency_against_ranks.png").convert("RGB")).reshape(-1, 3)
    assert drawn[0].tolist() == [255, 255, 255]
    for colour in style.COLOURS[:2]:
        assert (drawn == [int(colour[place:place + 2], 16) for place in (1, 3, 5)]).all(axis=1).any(), colour


@pytest.mark.parametrize("low, high", [(0.8, 1.7), (75_000, 160_000), (5e-7, 1.3e-6), (0.1, 30_000), (1, 1e12), (1, 15)])
@pytest.mark.parametrize("horizontal", [True, False])
def test_ticks_are_some_and_apart(low, high, horizontal):
    figure, axes = style.panels(["x"])
    axes["x"].plot([low, high], [low, high])
    axes["x"].set(xscale="log", yscale="log")
    axis = axes["x"].xaxis if horizontal else axes["x"].yaxis
    for each in (axes["x"].xaxis, axes["x"].yaxis):
        style.plain_decades(each)
    style.finish(figure, "A caption.", False)
    assert 2 <= len([tick for tick in axis.get_major_ticks() if within(tick.get_loc(), *axis.get_view_interval())]) <= 9
    assert overlaps(figure) == []


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
