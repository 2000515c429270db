"""What is smaller than twice the clocks' error is crossed out in every figure of latencies, and nothing else is."""

import numpy as np
import pytest
from analysis.doubts import CROSSED
from conftest import draw
from synthetic import FLAG_WORDS, Case, Mark, write_launch

CLOCK_BOUND = 1 << FLAG_WORDS.split().index("clock_bound")
SPREAD = np.arange(-20, 21)
DOUBTED, SURE = 700, 5000  # ns
PLACES = {"latency_against_ranks": 0.7, "latency_against_payload": 0.7, "scaling": 0.7, "bandwidth_against_payload": 8 / 700,
          "launch_to_launch": 1, "latency_against_throughput": 0.7, "stack_of_costs": 0.6}


def write(folder, flags: int):
    """Two launches: doubted are the broadcast to four ranks and the protocol one in flight, and only in the second launch."""
    for launch, raised in ((1, 0), (2, flags)):
        protocol = dict(definition="proposer", family="protocol", marks=(Mark("decided", 300),), payload_bytes=8)
        cases = [Case("flat_broadcast", DOUBTED + SPREAD, 4, flags=raised), Case("flat_broadcast", SURE + SPREAD, 2),
                 Case("commit", DOUBTED + SPREAD, flags=raised, **protocol), Case("ping_pong", 500 + SPREAD),
                 Case("commit", SURE + SPREAD, in_flight=8, **protocol)]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch, 4)
    return folder


def crossed(figure) -> list[float]:
    """Values (heights; of figures that lie on their side: widths) under a cross."""
    on_its_side = figure.axes[0].get_xlabel().startswith(("÷", "launch ÷"))
    lines = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "x"]
    values = [value for line in lines for value in (line.get_xdata() if on_its_side else line.get_ydata())]
    return sorted({round(float(value), 9) for value in values})


@pytest.mark.parametrize("name", PLACES)
def test_what_the_clocks_cannot_vouch_for_is_crossed_out_and_the_legend_says_why(tmp_path, name):
    figure, _ = draw(name, write(tmp_path, CLOCK_BOUND))
    assert crossed(figure) == [pytest.approx(PLACES[name])]
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes if axes.get_legend())]
    assert CROSSED in [text.get_text() for legend in legends for text in legend.get_texts()]


@pytest.mark.parametrize("name", PLACES)
def test_nothing_else_is_crossed_out(tmp_path, name):
    figure, _ = draw(name, write(tmp_path, 1 << FLAG_WORDS.split().index("drift")))
    assert crossed(figure) == []


def test_the_tail_names_the_line(tmp_path):
    labels = [line.get_label() for axes in draw("tail", write(tmp_path, CLOCK_BOUND))[0].axes for line in axes.lines]
    assert "commit (below twice the clocks' error)" in labels and "ping_pong" in labels
