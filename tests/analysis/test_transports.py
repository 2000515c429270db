"""Cases over several transports: told apart everywhere, named shortly, and not more of them in a panel than one can read."""

import numpy as np
import pytest
from analysis.load import load
from analysis.naming import SERIES_MAX
from analysis.summary import summarise
from analysis.table import markdown
from conftest import caption, draw, panel
from synthetic import Case, write_launch

SPREAD = np.arange(400) + 1000
PARTED = ("latency_against_payload", "latency_against_ranks", "bandwidth_against_payload", "tail")
OWN = ["binomial_broadcast", "chain_broadcast", "eager_broadcast", "flat_broadcast"]


def write(folder, *cases):
    write_launch(folder / "launch-001.h5", list(cases))
    return folder


def both(kernel: str, **options) -> list[Case]:
    return [Case(kernel, SPREAD, transport=transport, **options) for transport in ("mpi", "shared-memory")]


@pytest.mark.parametrize("name", PARTED)
def test_a_crowded_panel_becomes_one_for_each_transport(drawn_of_both, name):
    figure, numbers = drawn_of_both[name]
    shown = numbers[~numbers.series.str.startswith("memcpy")].groupby("panel").series.unique()
    assert list(shown["broadcast (MPI)"]) == [*OWN, "native_broadcast"]
    assert list(shown["broadcast (shared memory)"]) == [*OWN, "shared_broadcast", "native_broadcast (MPI)"]
    assert "broadcast" not in shown
    assert all(len(series) <= SERIES_MAX for series in shown)


def test_equal_kernels_look_equal_in_both_panels(drawn_of_both):
    figure, _ = drawn_of_both["latency_against_payload"]
    for kernel in OWN:
        colours = {line.get_color() for title in ("broadcast (MPI)", "broadcast (shared memory)")
                   for line in panel(figure, title).lines if line.get_label() == kernel}
        assert len(colours) == 1


def test_both_transports_share_a_panel_that_holds_them(drawn_of_both):
    figure, numbers = drawn_of_both["latency_against_ranks"]
    rows = numbers[numbers.panel == "agreement"].set_index("series")
    assert rows.latency_us.to_dict() == {"two_phase_commit batch=1": 1.2, "two_phase_commit batch=2": 1.2,
                                         "two_phase_commit batch=1 (shared memory)": 0.42,
                                         "two_phase_commit batch=2 (shared memory)": 0.42}
    assert "MPI unless a title or a name says shared memory." in caption(figure)


def test_a_panel_of_one_payload_is_left_out_against_payloads(drawn_of_both):
    assert set(drawn_of_both["latency_against_payload"][1].panel) == {"broadcast (MPI)", "broadcast (shared memory)"}


def test_a_transport_is_named_only_beside_another(tmp_path, drawn):
    alone = draw("latency_against_payload", write(tmp_path / "a", Case("k", SPREAD, transport="shared-memory")))
    assert alone[1].series.tolist() == ["k"] and "Over shared memory." in caption(alone[0])
    beside = draw("latency_against_payload", write(tmp_path / "b", Case("k", SPREAD, transport="shared-memory"),
                                                   Case("other", SPREAD)))
    assert beside[1].series.tolist() == ["k (shared memory)", "other"]
    assert "Over" not in caption(drawn["latency_against_payload"][0])


def test_each_transports_round_trip_crosses_its_panels(drawn_of_both):
    figure, _ = drawn_of_both["latency_against_ranks"]
    titles = ("broadcast (MPI)", "broadcast (shared memory)", "agreement")
    levels = {title: {line.get_label(): line.get_ydata()[0] for line in panel(figure, title).lines
                      if line.get_label().endswith("N=2")} for title in titles}
    mpi, shared = {"ping_pong, N=2": 0.6}, {"ping_pong (shared memory), N=2": 0.21}
    assert list(levels.values()) == [mpi, shared, {**mpi, **shared}]


def test_messages_that_are_the_same_over_both_transports_are_drawn_once(tmp_path):
    write(tmp_path, *both("flat_broadcast"), *both("chain_broadcast"))
    write_launch(tmp_path / "launch-002.h5", [Case("flat_broadcast", SPREAD, messages=2, transport="shared-memory")], 2)
    figure, numbers = draw("messages_against_ranks", tmp_path)
    assert numbers[["series", "messages_per_operation"]].values.tolist() == [
        ["chain_broadcast", 1], ["flat_broadcast", 1], ["flat_broadcast (shared memory)", 2]]
    assert "1 cases had the same counts over another transport as over MPI" in caption(figure)


def test_launch_to_launch_has_a_panel_for_each_transport(drawn_of_both):
    figure, numbers = drawn_of_both["launch_to_launch"]
    rows = {axes.get_title(): [label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes}
    assert rows["barriers, point to point"] == rows["barriers, point to point (shared memory)"] == ["ping_pong"]
    assert "native_broadcast" in rows["broadcast"] and "native_broadcast" not in rows["broadcast (shared memory)"]
    assert {name: set(part.row) for name, part in numbers.groupby("panel")} == {name: set(row) for name, row in rows.items()}


def test_throughput_has_a_panel_for_each_transport(tmp_path):
    cases = [case for window in (1, 8) for case in both("k", family="protocol", in_flight=window, sync="none")]
    figure, _ = draw("latency_against_throughput", write(tmp_path, *cases))
    assert [axes.get_title() for axes in figure.axes] == ["k", "k (shared memory)"]


def test_a_crowded_panel_of_bandwidths_keeps_its_unit(tmp_path):
    cases = [case for index in range(5) for case in both(f"k{index}", family="protocol")]
    figure, _ = draw("bandwidth_against_payload", write(tmp_path, *cases))
    assert {axes.get_title(): axes.get_ylabel() for axes in figure.axes} == {
        f"others ({name})": "payload × operations per second, GB/s" for name in ("MPI", "shared memory")}


def test_the_table_counts_and_names_each_transports_cases_by_themselves(tmp_path):
    write(tmp_path, *both("flat_broadcast"), *both("flat_broadcast", payload_bytes=1024)[1:], *both("ping_pong"))
    campaign = load(tmp_path)
    table = markdown(campaign, summarise(campaign))
    assert "| flat_broadcast | 8 B | 1.20 µs | 1.00 | 1 = 1 | 1 of 1 |" in table
    assert "| flat_broadcast (shared memory) | 8 B | 1.20 µs | 1.00 | 1 = 1 | 2 of 2 |" in table
