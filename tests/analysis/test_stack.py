"""The stack of costs: floor, ping_pong, protocol; ratios within launches; its table and its figure."""

import numpy as np
import pytest
from analysis.load import load
from analysis.stack import stack
from analysis.summary import summarise
from analysis.table import markdown
from analysis.style import why_empty
from conftest import OVER_FLOOR, caption, draw, floor_ns, panel, seven, texts
from synthetic import Case, Mark, write_launch

SPREAD = np.arange(400) + 1000
INTERVAL = ["", "_low", "_high"]


@pytest.fixture(scope="module")
def rows(both_folder):
    return stack(load(both_folder)).set_index(["transport", "kernel", "mark"])


def values(row, name: str) -> list[float]:
    return [row[name.format(end)] for end in INTERVAL]


def test_it_is_the_floor_then_each_transports_ping_pong_and_protocols(rows):
    assert list(rows.index) == [
        ("", "line_round_trip", ""),
        ("mpi", "ping_pong", ""), ("mpi", "two_phase_commit", "go_on"),
        ("shared-memory", "ping_pong", ""), ("shared-memory", "two_phase_commit", "go_on")]
    assert rows.called.tolist() == ["", "", "decided", "", "decided"] and rows.compared.all()
    assert (rows.launches == 7).all()


def test_latencies_are_medians_of_launch_medians(rows):
    assert values(rows.loc["", "line_round_trip", ""], "latency{}_ns") == pytest.approx(
        seven(floor_ns(launch) for launch in range(1, 8)))
    assert values(rows.loc["mpi", "two_phase_commit", "go_on"], "latency{}_ns") == [600, 600, 600]
    trips = sorted(round(ratio * floor_ns(launch)) for launch, ratio in enumerate(OVER_FLOOR, start=1))
    assert values(rows.loc["shared-memory", "ping_pong", ""], "latency{}_ns") == pytest.approx(seven(trips))


def test_ratios_are_taken_within_each_launch(rows):
    """The ratio of the medians would be 210 / 140 = 1.5."""
    assert values(rows.loc["shared-memory", "ping_pong", ""], "over_floor{}") == pytest.approx(seven(OVER_FLOOR))
    assert values(rows.loc["shared-memory", "two_phase_commit", "go_on"], "over_floor{}") == pytest.approx(seven(OVER_FLOOR))
    for transport in ("mpi", "shared-memory"):
        assert values(rows.loc[transport, "two_phase_commit", "go_on"], "over_ping_pong{}") == [1, 1, 1]
    assert rows.loc["", "line_round_trip", ""].over_floor == 1
    assert np.isnan(rows.loc["", "line_round_trip", ""].over_ping_pong)


def test_the_share_of_a_reading_of_the_clock(rows):
    assert values(rows.loc["mpi", "ping_pong", ""], "clock_share{}") == pytest.approx(
        [each / 600 for each in seven(range(21, 28))])
    assert np.isnan(rows.loc["", "line_round_trip", ""].clock_share)


def test_parameters_other_than_the_defaults_payloads_and_windows_are_no_part_of_it(tmp_path):
    protocol = dict(family="protocol", definition="proposer")
    write_launch(tmp_path / "launch-001.h5", [
        Case("ping_pong", SPREAD), Case("k", SPREAD * 2, **protocol), Case("k", SPREAD * 3, payload_bytes=16, **protocol),
        Case("k", SPREAD * 4, ranks=4, **protocol), Case("k", SPREAD * 5, in_flight=8, **protocol),
        Case("k", SPREAD * 6, sync="none", **protocol), Case("other", SPREAD, parameters={"batch": 2}, **protocol)], world=4)
    write_launch(tmp_path / "launch-002.h5", [Case("crowded", SPREAD, **protocol)], 2, oversubscribed=True)
    rows = stack(load(tmp_path))
    assert rows[["kernel", "latency_ns", "over_ping_pong"]].values.tolist() == [["ping_pong", 1199.5, 1], ["k", 2399, 2]]


def sealed_launches(folder, ways=("none", "mac", "signature"), launches=7):
    """With MACs an operation takes 1.5 times as long as without, with signatures 10 times, in launches of unequal speed."""
    for launch in range(1, launches + 1):
        took = {"none": 2, "mac": 3, "signature": 20}
        unit = SPREAD * launch
        cases = [Case("k", unit * took[way], family="protocol", authentication=way, group="byzantine") for way in ways]
        write_launch(folder / f"launch-{launch:03}.h5", [Case("ping_pong", unit), *cases], launch,
                     limits={"line_round_trip/l3": (100.0 * launch, np.nan)})
    return folder


def test_authentication_lies_on_top_of_the_same_kernel_without(tmp_path):
    rows = stack(load(sealed_launches(tmp_path)))
    assert rows.kernel.tolist() == ["line_round_trip", "ping_pong", "k", "k", "k"]
    assert rows.authentication.tolist() == ["none", "none", "none", "mac", "signature"]
    assert values(rows.loc[3], "over_trusting{}") == [1.5, 1.5, 1.5] and values(rows.loc[4], "over_trusting{}") == [10, 10, 10]
    assert rows.over_trusting[:3].isna().all()


def test_the_table_and_the_figure_say_which_authentication(tmp_path):
    campaign = load(sealed_launches(tmp_path))
    table = markdown(campaign, summarise(campaign))
    assert "| ÷ without authentication |" in table
    assert "| k | MPI | the user may go on (ended) |" in table and "| k with MACs | MPI | the user may go on (ended) |" in table
    assert "3.00 [3.00, 3.00] | 1.50 [1.50, 1.50] |" in table and "÷ without authentication: how many times" in table
    figure, _ = draw("stack_of_costs", tmp_path)
    axes, = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["ping_pong", "k", "k with MACs", "k with signatures"]
    transport, protocol, authentication = (np.array(bars(axes))[part] for part in (range(4), range(4, 8), range(8, 12)))
    assert transport[3] == pytest.approx((1, 11.995)) and protocol[3] == pytest.approx((11.995, 23.99))
    assert authentication[:, 1] - authentication[:, 0] == pytest.approx([0, 0, 11.995, 215.91])
    assert "longer than without" in caption(figure)


def test_without_a_case_to_compare_with_authentication_is_part_of_the_protocol(tmp_path):
    rows = stack(load(sealed_launches(tmp_path, ways=("mac",), launches=1)))
    assert rows.authentication.tolist() == ["none", "none", "mac"] and rows.over_trusting.isna().all()
    figure, _ = draw("stack_of_costs", tmp_path)
    assert len(bars(figure.axes[0])) == 4 and "longer than without" not in caption(figure)


def test_a_floor_is_of_the_launches_that_have_it(tmp_path):
    for launch, limits in ((1, {"line_round_trip/l3": (100.0, np.nan)}), (2, None)):
        write_launch(tmp_path / f"launch-{launch:03}.h5", [Case("ping_pong", SPREAD * launch),
                                                          Case("k", SPREAD * launch, family="protocol")], launch, limits=limits)
    rows = stack(load(tmp_path)).set_index("kernel")
    assert rows.launches.to_dict() == {"line_round_trip": 1, "ping_pong": 2, "k": 2}
    assert rows.over_floor["k"] == 11.995


def test_the_table_is_fit_for_the_readme(both_folder):
    campaign = load(both_folder)
    table = markdown(campaign, summarise(campaign))
    assert "| floor: cache line there and back | – | – | 140 [117, 163] ns | 1.00 [1.00, 1.00] | – | – | 7 |\n" \
           "| ping_pong | MPI | – | 600 [600, 600] ns | 4.29 [3.69, 5.12] | 1.00 [1.00, 1.00] | 4 % | 7 |\n" in table
    start = "| two_phase_commit | shared memory | the user may go on (decided) |"
    assert f"{start} 210 [159, 235] ns | 1.40 [1.17, 1.68] | 1.00 [1.00, 1.00] | 12 % | 7 |" in table
    assert "allow 5 %. A reading takes 24.0 ns (median over launches), so no operation under 480 ns meets that" in table
    assert "by coordbench-micro" in table


def test_without_limits_the_table_says_where_a_floor_would_come_from(campaign_folder):
    campaign = load(campaign_folder)
    table = markdown(campaign, summarise(campaign))
    start = "| two_phase_commit | MPI | the user may go on (ended) |"
    assert f"{start} 1304 [1302, 1306] ns | – | 0.867 [0.867, 0.867] | 2 % | 7 |" in table
    assert "no launch stored a cache line's round trip; `coordbench run --micro FILE.json` would" in table
    assert "floor: cache line" not in table


def test_a_campaign_without_protocols_has_no_stack(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("flat_broadcast", SPREAD)], limits={"line_round_trip/l3": (100.0, np.nan)})
    campaign = load(tmp_path)
    assert "clock reading" not in markdown(campaign, summarise(campaign))
    figure, numbers = draw("stack_of_costs", tmp_path)
    assert why_empty(figure) == "this campaign has no such case" and numbers.empty and "Multiples" not in caption(figure)


def bars(axes) -> list[tuple[float, float]]:
    return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]


def test_the_figure_stacks_ratios(drawn_of_both):
    figure, numbers = drawn_of_both["stack_of_costs"]
    for title, base in (("MPI", 600 / 140), ("shared memory", 1.4)):
        axes = panel(figure, title)
        assert [label.get_text() for label in axes.get_yticklabels()] == ["ping_pong", "two_phase_commit"]
        assert np.array(bars(axes)) == pytest.approx(np.array([(1, base), (1, base), (base, base), (base, base)]))
    assert texts(axes) == ["0.210", "0.210"]
    assert ("medians of launch medians over the 7 launches in which the floor was measured, whiskers at the bars' ends: "
            "distribution-free 95 % intervals of this sitting" in caption(figure))
    assert len(numbers) == 5


def test_without_a_floor_the_figures_unit_is_ping_pong(drawn):
    figure, _ = drawn["stack_of_costs"]
    axes, = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["copied_register", "replication", "rumour_gossip", "two_phase_commit"]
    assert np.array(bars(axes))[:, 0].tolist() == [1, 1, 1, 1]
    assert axes.get_xlabel() == "÷ their transport's ping_pong; numbers: µs"


@pytest.mark.filterwarnings("error")
def test_one_launch_has_a_figure_without_whiskers(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", SPREAD), Case("k", SPREAD * 2, family="protocol")])
    figure, _ = draw("stack_of_costs", tmp_path)
    assert not figure.axes[0].collections
    assert "medians over the 1 launches in which ping_pong was measured, too few for intervals" in caption(figure)


def test_nothing_beside_the_figure_is_cut_off(drawn_of_both):
    figure, _ = drawn_of_both["stack_of_costs"]
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 + 1 for box in boxes)
    assert all(figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1 + 1 for box in boxes)


def test_a_simulated_protocol_of_three_operations_has_its_marks(tmp_path):
    """Simulated time has no noise, so a median of three is as good as one of a thousand."""
    few = Case("k", np.arange(3) + 2000, family="protocol", definition="proposer", marks=(Mark("decided", 700),))
    for source, decided in (("simulated", 700), ("measured", np.nan)):
        write_launch(tmp_path / source / "launch-001.h5", [Case("ping_pong", np.arange(9) + 1000), few], source=source)
        rows = stack(load(tmp_path / source)).set_index("mark")
        assert rows.latency_ns["go_on"] == pytest.approx(decided, nan_ok=True), source


def test_the_caption_explains_ends_before_a_round_trip(tmp_path):
    limits = {"line_round_trip/l3": (100.0, np.nan)}
    early = Case("early", SPREAD // 2, family="protocol", definition="proposer")
    late = Case("late", SPREAD * 2, family="protocol", definition="proposer")
    for case, ends_early in ((early, True), (late, False)):
        write_launch(tmp_path / case.kernel / "launch-001.h5", [Case("ping_pong", SPREAD), case], limits=limits)
        words = caption(draw("stack_of_costs", tmp_path / case.kernel)[0])
        assert ("A dark bar inside a pale one" in words) == ends_early


def test_symbols_show_when_everyone_knows_and_when_all_may_be_forgotten(tmp_path):
    commit = Case("commit", SPREAD * 4, family="protocol", definition="proposer",
                  marks=(Mark("decided", 1500), Mark("learned", 2500, everywhere=True)))
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", SPREAD), commit])
    figure, numbers = draw("stack_of_costs", tmp_path)
    assert numbers[numbers.kernel == "commit"].latency_ns.tolist() == [1500, 2500, 4 * 1199.5]
    shown = {line.get_label(): line.get_xdata()[0] for line in figure.axes[0].lines if not line.get_label().startswith("_")}
    assert shown == pytest.approx({"the user may go on": 1500 / 1199.5, "everyone knows": 2500 / 1199.5,
                                   "all may be forgotten": 4})


def test_bars_have_room_beside_long_names(tmp_path):
    commit = Case("decentralised_two_phase_commit", SPREAD * 300, family="protocol", definition="proposer")
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", SPREAD), commit])
    figure, _ = draw("stack_of_costs", tmp_path)
    axes, = figure.axes
    assert axes.get_position().width * figure.get_figwidth() > 1.4, "inches, of a column of 3.3"
    assert "decentralised_\ntwo_phase_commit" in [label.get_text() for label in axes.get_yticklabels()]
