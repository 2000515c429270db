"""What axes and lines of figures show and leave out: ticks with room, zeros, single payloads, payloads that no line joins."""

from unittest.mock import patch

import h5py
import numpy as np
import pytest
from analysis import style
from conftest import draw, overlaps, within
from synthetic import Case, write_launch

SPREAD = np.arange(400) + 1000


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
    ((1024, 65536), 131072, True), ((1024, 65536), 4096, False), ((4096, 8192), 8192, True), ((1024, 8192), 8192, False),
    ((8192, 65536), 8192, True)])
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
