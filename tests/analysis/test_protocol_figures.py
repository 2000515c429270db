"""What the figures say of protocols: throughput, bandwidth and messages, from campaigns whose numbers are known."""

from dataclasses import replace

import pandas as pd
import pytest
from analysis import style
from analysis.load import load
from conftest import RISING, caption, draw, panel, seven, texts
from synthetic import Case, write_launch

SPREAD = range(1000, 1400)


def test_throughput_has_a_panel_per_protocol_that_overlaps(drawn):
    figure, numbers = drawn["latency_against_throughput"]
    assert [axes.get_title() for axes in figure.axes] == ["replication"]  # neither gossip nor a stream nor two_phase_commit
    assert numbers.payload_bytes.unique().tolist() == [8]
    assert "at 8 B and 2 ranks" in caption(figure)


def test_throughput_of_every_window_and_batch_with_its_interval(drawn):
    numbers = drawn["latency_against_throughput"][1].set_index(["batch", "in_flight"])
    assert sorted(numbers.index) == [(1, 1), (1, 16), (16, 16), (16, 64)]
    assert (numbers.launches == 7).all()
    row = numbers.loc[16, 64]
    rates = [row.operations_per_second, row.operations_per_second_low, row.operations_per_second_high]
    assert rates == pytest.approx([1e5 * 64 * 16 * share for share in seven(RISING)])
    assert [row.latency_low_us, row.latency_us, row.latency_high_us, row.p99_us] == pytest.approx(
        [1.741 + 11 / 15 / 1000, 1.744, 1.747 - 11 / 15 / 1000, 1.94])


def test_a_window_of_one_counts_without_a_start_line(drawn):
    numbers = drawn["latency_against_throughput"][1].set_index(["batch", "in_flight"])
    assert numbers.operations_per_second[1, 1] == pytest.approx(1.04e5)


def test_throughput_points_carry_their_window_and_the_marker_of_their_batch(drawn):
    axes = panel(drawn["latency_against_throughput"][0], "replication")
    assert [text.get_text() for text in axes.texts] == ["1", "16", "16", "64"]
    for variant, windows in enumerate((["1", "16"], ["16", "64"])):
        look = style.look(0, variant)
        lines = [line for line in axes.lines if line.get_marker() == look["marker"] and line.get_linestyle() != "None"]
        p99, p50 = sorted(lines, key=lambda line: line.get_alpha() or 1)
        assert p50.get_color() == look["color"]
        assert p99.get_alpha() < 1 and (p99.get_ydata() > p50.get_ydata()).all()
        assert p50.get_label() == ("batch 1" if windows[0] == "1" else "batch 16")


def test_the_untuned_point_is_ringed(drawn):
    axes = panel(drawn["latency_against_throughput"][0], "replication")
    ring, = [line for line in axes.lines if line.get_label() == "in flight 1, batch 1"]
    assert list(zip(ring.get_xdata(), ring.get_ydata())) == [(pytest.approx(0.104), pytest.approx(1.114))]


def test_ranks_other_than_the_largest_with_cores_do_not_blur_a_curve(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, ranks, family="protocol", in_flight=window, sync="none")
                                              for ranks in (2, 4) for window in (1, 8)], world=4)
    numbers = draw("latency_against_throughput", tmp_path)[1]
    assert numbers.ranks.tolist() == [4, 4]
    assert numbers.operations_per_second_low.isna().all()


def test_bandwidth_of_streams_and_protocols_is_their_best_measured(drawn):
    figure, numbers = drawn["bandwidth_against_payload"]
    rows = numbers.set_index(["series", "payload_bytes"])
    stream, tuned = rows.loc["stream", 1024], rows.loc["replication", 1024]
    assert (stream.rate_gb_per_s, stream.in_flight) == (pytest.approx(1024 * 4e6 * 1e-9), 1)  # of equals the first
    assert (tuned.in_flight, tuned.batch) == (64, 16)
    rates = [tuned.rate_gb_per_s, tuned.rate_low_gb_per_s, tuned.rate_high_gb_per_s]
    assert rates == pytest.approx([1024 * 1e-4 * 64 * 16 * share for share in seven(RISING)])
    assert (tuned.panel, stream.panel) == ("agreement", "stream")
    assert texts(panel(figure, "agreement")).count("64/16") == 2  # 8 B and 1 KiB, and nothing at untuned points


def test_a_protocol_with_one_window_has_a_bandwidth_too(drawn):
    rows = drawn["bandwidth_against_payload"][1].set_index(["series", "payload_bytes"])
    assert rows.rate_gb_per_s["two_phase_commit", 8] == pytest.approx(8 * 1e6 * 1e-9)
    assert not rows.index.get_level_values("series").isin(["ping_pong", "dissemination_barrier"]).any()


def test_a_rate_that_leaves_start_lines_out_is_not_the_best_of_those_that_do_not(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [
        Case("k", SPREAD, family="protocol", sync=sync, in_flight=window, operations_per_second=rate)
        for sync, window, rate in [("round-time", 1, 9e6), ("none", 4, 1e6), ("none", 8, 2e6)]])
    numbers = draw("bandwidth_against_payload", tmp_path)[1]
    assert numbers[["in_flight", "rate_gb_per_s"]].values.tolist() == [[8, pytest.approx(0.016)]]


def test_collectives_keep_payload_over_latency(drawn):
    rows = drawn["bandwidth_against_payload"][1].set_index(["series", "payload_bytes"])
    assert rows.rate_gb_per_s["binomial_broadcast", 1024] == pytest.approx(1024 / 1104)


def test_randomised_messages_are_means_with_intervals_on_the_exact_expectation(drawn):
    figure, numbers = drawn["messages_against_ranks"]
    rows = numbers[numbers.series == "rumour_gossip"].set_index("ranks")
    assert rows.messages_per_operation.to_dict() == {1: 0, 2: 3, 4: 9, 8: 21}  # what each operation took, not 2.5 (N - 1)
    assert rows.expected_messages_per_operation.to_dict() == {1: 0, 2: 3, 4: 9, 8: 21}
    assert rows.messages_high[8] - 21 == pytest.approx(1.966 * 4.3205 / 389**0.5, rel=1e-3)  # uniform on 14 … 28
    assert "4 of 4 intervals contain the expectation" in caption(figure)


def test_a_randomised_count_off_its_expectation_is_told(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [
        Case("rumour", SPREAD, family="protocol", count_rule="expected", expected_messages=3, messages_each=[1, 2] * 200),
        Case("flat_broadcast", SPREAD, messages=4, expected_messages=3)])
    said = caption(draw("messages_against_ranks", tmp_path)[0])
    assert "0 of 1 points are on their line" in said
    assert "0 of 1 intervals contain the expectation" in said


def test_a_count_that_never_varies_holds_its_expectation(tmp_path):
    case = Case("rumour", SPREAD, family="protocol", count_rule="expected", expected_messages=3 + 1e-12,
                messages_each=[3] * 400)
    write_launch(tmp_path / "launch-001.h5", [case])
    assert "1 of 1 intervals contain the expectation" in caption(draw("messages_against_ranks", tmp_path)[0])


def test_shared_messages_are_named_and_drawn_as_fractions(drawn):
    figure, numbers = drawn["messages_against_ranks"]
    rows = numbers[numbers.series.str.startswith("replication")].set_index("series")
    assert rows.messages_per_operation.to_dict() == {"replication batch=1": 2, "replication batch=16": 1 / 8}
    assert rows.in_flight.to_dict() == {"replication batch=1": 1, "replication batch=16": 16}  # the smallest window of each
    axes = panel(figure, rows.panel.iloc[0])
    assert [label.get_text() for label in axes.get_yticklabels()][:2] == ["0", "1/8"]
    assert axes.yaxis.get_transform().linthresh == 1 / 8
    assert panel(figure, "broadcast").yaxis.get_transform().linthresh == 1


@pytest.mark.parametrize("stem", ["latency_against_ranks", "latency_against_payload", "tail"])
def test_latencies_are_of_operations_behind_a_start_line_that_do_not_overlap(drawn, stem):
    series = drawn[stem][1].series
    assert series[series.str.startswith("replication")].unique().tolist() == ["replication"]


def test_latencies_are_those_behind_a_start_line_where_there_are_both(drawn):
    rows = drawn["latency_against_payload"][1].set_index(["series", "payload_bytes"])
    assert rows.latency_us["replication", 1024] == 1.014


def test_launch_to_launch_leaves_overlapping_operations_out_and_numbers_the_launches_of_each_case(drawn, tmp_path):
    assert (drawn["launch_to_launch"][1].in_flight == 1).all()
    for launch in range(1, 5):
        write_launch(tmp_path / f"launch-{launch:03}.h5", [Case("even" if launch % 2 == 0 else "odd", SPREAD)], launch)
    numbers = draw("launch_to_launch", tmp_path)[1][["kernel", "launch", "turn"]]
    assert numbers.values.tolist() == [["even", 2, 1], ["even", 4, 2], ["odd", 1, 1], ["odd", 3, 2]]


def test_a_label_says_what_the_network_loses(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, family="protocol", loss=loss) for loss in (0, 0.1)])
    assert sorted(draw("latency_against_ranks", tmp_path)[1].series.unique()) == ["k", "k 10 % lost"]


def test_a_label_says_what_the_network_loses_also_where_it_always_does(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, family="protocol", loss=0.1)])
    assert draw("latency_against_ranks", tmp_path)[1].series.tolist() == ["k 10 % lost"]


@pytest.mark.parametrize("group, trusting", [("byzantine", "k trusting senders"), ("replication", "k")])
def test_a_label_says_which_authentication(tmp_path, group, trusting):
    cases = [Case("k", SPREAD, family="protocol", authentication=way, group=group) for way in ("none", "mac", "signature")]
    write_launch(tmp_path / "launch-001.h5", cases)
    series = draw("latency_against_ranks", tmp_path)[1].series
    assert sorted(series.unique()) == sorted([trusting, "k with MACs", "k with signatures"])


def test_networks_that_are_nearly_alike_are_told_apart(tmp_path):
    losses = (0.1234567, 0.1234568, 0.99999999)
    cases = [Case("k", SPREAD, family="protocol", loss=loss, suffix=f"/{loss}") for loss in losses]
    write_launch(tmp_path / "launch-001.h5", cases)
    assert sorted(load(tmp_path).cases.network) == ["12.34567 % lost", "12.34568 % lost", "99.999999 % lost"]


def test_a_caption_says_that_loss_makes_counts_random(tmp_path):
    """A message is sent again until it is acknowledged: the line is a mean, and no point need be on it."""
    lossy = Case("k", SPREAD, family="protocol", count_rule="expected", messages=6.1, expected_messages=6, loss=0.5)
    write_launch(tmp_path / "launch-001.h5", [lossy, Case("flat_broadcast", SPREAD)])
    said = caption(draw("messages_against_ranks", tmp_path)[0])
    assert "1 of 1 points are on their line" in said
    assert "Where messages are lost, duplicated or late on purpose the line is the mean expected" in said
    write_launch(tmp_path / "launch-001.h5", [replace(lossy, messages_each=[6] * len(SPREAD)), Case("flat_broadcast", SPREAD)])
    assert "(gossip)" not in caption(draw("messages_against_ranks", tmp_path)[0]), "there is none"
    write_launch(tmp_path / "launch-001.h5", [Case("flat_broadcast", SPREAD)])
    assert "on purpose" not in caption(draw("messages_against_ranks", tmp_path)[0])


def test_a_long_name_takes_several_lines_of_a_legend(tmp_path):
    parameters = {"something_long": 1, "something_longer": 2}
    both = [Case("a_kernel_of_a_long_name", SPREAD, family="protocol", loss=loss, clients=3, suffix=f"/{i}",
                 parameters={name: value * i for name, value in parameters.items()}) for i, loss in ((1, 0.1), (2, 0.3))]
    write_launch(tmp_path / "launch-001.h5", both)
    figure = draw("latency_against_ranks", tmp_path)[0]
    assert all(legend.get_window_extent().width <= figure.bbox.width for legend in [figure.axes[0].get_legend()])
    shown = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "a_kernel_of_a_long_name something_long=1 3 clients on ranks of their own 10 % lost" in [
        label.replace("\n", " ") for label in shown]


def test_a_label_says_where_clients_are(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, family="protocol", clients=clients) for clients in (0, 1, 3)])
    assert draw("latency_against_ranks", tmp_path)[1].series.tolist() == [
        "k", "k 3 clients on ranks of their own", "k client on a rank of its own"]


def test_a_label_names_nothing_twice(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, parameters={"x": x, "x_twice": 2 * x}) for x in (1, 2)])
    assert draw("latency_against_ranks", tmp_path)[1].series.tolist() == ["k x=1", "k x=2"]


def test_without_a_start_line_elsewhere_a_case_without_one_is_shown(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, sync="none")])
    assert draw("latency_against_ranks", tmp_path)[1].series.tolist() == ["k"]
    assert isinstance(draw("latency_against_throughput", tmp_path)[1], pd.DataFrame)  # an empty figure, not an error
