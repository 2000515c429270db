"""What the machine allows: read, taken from the right cores and launches, and drawn as lines behind the figures."""

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis.limits import clock_read_ns, memcpy_rates, shortest_delay
from analysis.load import load
from analysis.refusal import Refusal
from analysis.style import BESIDE
from conftest import caption, draw, limits_of_launch, panel, seven, texts
from synthetic import DISTANCE_WORDS, Case, write_launch

SPREAD = np.arange(400) + 1000
FLOOR_US = 0.055  # half of a cache line there and back in the fastest launch, 110 ns
LATENCIES = ("latency_against_payload", "latency_against_ranks")


def write(folder, *cases, launch=1, **options):
    return write_launch(folder / f"launch-{launch:03}.h5", list(cases) or [Case("k", SPREAD)], launch, **options)


def grey_levels(axes) -> list[float]:
    return sorted({line.get_ydata()[-1] for line in axes.lines if line.get_color() == "0.6"})


def test_limits_are_read_with_their_launch(both_folder):
    limits = load(both_folder).limits
    assert list(limits) == ["file", "name", "time_ns", "bytes_per_second"]
    third = limits[limits.file.str.endswith("launch-003.h5")].set_index("name")
    assert third.time_ns.to_dict() == {name: time for name, (time, _) in limits_of_launch(3).items()}
    assert np.isnan(third.bytes_per_second["clock_read"]) and third.bytes_per_second["copy/l3/64"] == 3e9


def test_launches_without_limits_are_merged_with_those_that_have_them(tmp_path):
    write(tmp_path)
    assert load(tmp_path).limits.empty
    write(tmp_path, launch=2, schema_version="1.1", limits={"clock_read": (20.0, np.nan)})
    write(tmp_path, launch=3, schema_version="1.1", limits={})
    assert load(tmp_path).limits[["name", "time_ns"]].values.tolist() == [["clock_read", 20]]


@pytest.mark.parametrize("name", ["name", "time_ns", "bytes_per_second"])
def test_limits_that_lack_a_variable_are_refused(tmp_path, name):
    with h5py.File(write(tmp_path, limits=limits_of_launch(1)), "a") as file:
        del file["limits"][name]
    with pytest.raises(Refusal, match=f"is damaged at /limits/{name}: expected .*, found nothing"):
        load(tmp_path)


def test_a_delay_is_half_a_round_trip_between_the_cores_of_ranks_0_and_1(both_folder):
    delay = shortest_delay(load(both_folder))
    assert (delay.ns, delay.launches, delay.transport) == (55, 7, None)
    assert delay.source == "half a cache line's round trip at distance l3"


def test_without_limits_a_delay_over_mpi_is_half_of_its_ping_pong(campaign_folder):
    delay = shortest_delay(load(campaign_folder))
    assert (delay.ns, delay.launches, delay.transport) == (752, 7, "mpi")


@pytest.mark.parametrize("case", [Case("k", SPREAD), Case("ping_pong", SPREAD, transport="shared-memory")])
def test_without_anything_there_is_no_line_and_no_sentence(tmp_path, case):
    case.expected_delays = 2
    write(tmp_path, case)
    assert shortest_delay(load(tmp_path)) is None
    assert memcpy_rates(load(tmp_path)).empty
    for name in (*LATENCIES, "bandwidth_against_payload"):
        figure, numbers = draw(name, tmp_path)
        assert all(grey_levels(axes) == [] for axes in figure.axes)
        assert "Grey" not in caption(figure)


def test_launches_with_more_ranks_than_cores_bind_nothing(tmp_path):
    write(tmp_path, limits={"line_round_trip/unknown": (10.0, np.nan), "copy/unknown/64": (1.0, 1e9)}, oversubscribed=True)
    assert shortest_delay(load(tmp_path)) is None
    assert memcpy_rates(load(tmp_path)).empty


def test_memcpy_is_that_between_the_cores_of_ranks_0_and_1(both_folder):
    rates = memcpy_rates(load(both_folder))
    assert rates[["distance", "payload_bytes", "launches"]].values.tolist() == [["l3", size, 7] for size in (64, 1024, 1 << 20)]
    assert rates[["value", "low", "high"]].values == pytest.approx(
        np.array([seven(launch * size / 64 for launch in range(1, 8)) for size in (64, 1024, 1 << 20)]))


def test_a_reading_of_the_clock_is_micros_or_the_launchs_own(tmp_path):
    write(tmp_path, limits={"clock_read": (33.0, np.nan)})
    write(tmp_path, launch=2)
    assert clock_read_ns(load(tmp_path)).tolist() == [33, 20]


@pytest.mark.parametrize("name", LATENCIES)
def test_the_floor_is_one_line_for_each_number_of_delays(drawn_of_both, name):
    figure, numbers = drawn_of_both[name]
    axes = panel(figure, "broadcast (MPI)")
    assert grey_levels(axes) == pytest.approx([FLOOR_US, 2 * FLOOR_US, 8 * FLOOR_US])
    assert texts(axes) == ["1 delay", "2 delays", "8 delays"]
    if name == "latency_against_ranks":  # a panel of one payload is left out of the other
        assert grey_levels(panel(figure, "agreement")) == pytest.approx([4 * FLOOR_US])
    floors = numbers.drop_duplicates("series").set_index("series").floor_us
    assert floors["chain_broadcast"] == pytest.approx(8 * FLOOR_US) and np.isnan(floors["native_broadcast"])


@pytest.mark.parametrize("name", LATENCIES)
def test_the_caption_says_what_the_floor_is(drawn_of_both, drawn, name):
    assert ("Grey, the floor: delays × 55 ns, half a cache line's round trip at distance l3 (least of 7 launches)."
            in caption(drawn_of_both[name][0]))
    assert "Grey" not in caption(drawn[name][0])  # an old campaign, whose collectives have no closed form of delays


def test_half_of_mpis_ping_pong_is_no_floor_of_shared_memory(tmp_path):
    commit = dict(family="protocol", expected_delays=4, group="commitment")
    write(tmp_path, Case("ping_pong", SPREAD), Case("commit", SPREAD * 3, **commit),
          Case("learn", SPREAD, family="protocol", expected_delays=3, transport="shared-memory", group="commitment"))
    figure, numbers = draw("latency_against_payload", tmp_path)
    assert grey_levels(panel(figure, "agreement")) == pytest.approx([4 * 1.1995 / 2])
    assert numbers.floor_us.notna().sum() == 1
    assert ("Grey, for reference: delays × 600 ns, half of ping_pong over MPI at 8 B (median of one launch)."
            in caption(figure))


def test_no_point_lies_below_a_line(tmp_path):
    """Half of ping_pong is 600 ns, and something of two delays takes less than two of these."""
    fast = dict(expected_delays=2, group="broadcast")
    write(tmp_path, Case("ping_pong", SPREAD), Case("fast", SPREAD - 100, **fast), Case("slow", SPREAD * 2, **fast),
          Case("one", SPREAD * 2, expected_delays=1, group="broadcast"))
    figure, numbers = draw("latency_against_ranks", tmp_path)
    assert grey_levels(panel(figure, "broadcast")) == pytest.approx([1.1995 / 2])
    assert numbers[numbers.floor_us.notna()].series.tolist() == ["one"]


def levels_of_pairs(near: str, others: str, world: int) -> np.ndarray:
    """Ranks 2 and 3 are `near`, all other pairs are `others` apart."""
    words = DISTANCE_WORDS.split()
    distance = np.full((world, world), words.index(others))
    np.fill_diagonal(distance, words.index("self"))
    distance[2, 3] = distance[3, 2] = words.index(near)
    return distance


@pytest.mark.parametrize("near, bound", [("core", [2]), ("l3", [2, 4]), ("network", [2, 4])])
def test_a_floor_holds_only_where_no_ranks_are_nearer_than_those_it_was_measured_between(tmp_path, near, bound):
    cases = [Case("k", SPREAD, ranks, expected_delays=1, group="broadcast") for ranks in (2, 4)]
    write(tmp_path, *cases, world=4, limits={"line_round_trip/l3": (100.0, np.nan)}, cores=4,
          distance=levels_of_pairs(near, "l3", 4))
    numbers = draw("latency_against_ranks", tmp_path)[1]
    assert numbers[numbers.floor_us.notna()].ranks.tolist() == bound


def test_a_floor_does_not_hold_where_ranks_share_cores(tmp_path):
    case = dict(expected_delays=1, group="broadcast")
    write(tmp_path, Case("k", SPREAD, **case), limits={"line_round_trip/l3": (100.0, np.nan)})
    write(tmp_path, Case("k", SPREAD * 9, 2, **case), Case("k", SPREAD * 9, 4, **case), launch=2, world=4, oversubscribed=True)
    numbers = draw("latency_against_ranks", tmp_path)[1]
    assert numbers[numbers.floor_us.notna()].ranks.tolist() == [2]


def test_a_form_that_is_part_of_another_has_no_line_of_its_own(tmp_path):
    forms = {"short": {2: 1}, "long": {2: 1, 4: 2}, "flat": {2: 1, 4: 1}}
    write(tmp_path, *(Case(name, SPREAD, ranks, expected_delays=delays, group="broadcast")
                      for name, form in forms.items() for ranks, delays in form.items()), world=4,
          limits={"line_round_trip/l3": (100.0, np.nan)})
    axes = panel(draw("latency_against_ranks", tmp_path)[0], "broadcast")
    lines = sorted(tuple(line.get_ydata()) for line in axes.lines if line.get_color() == "0.6")
    assert lines == [(0.05, 0.05), (0.05, 0.1)]
    assert texts(axes) == ["1 delay", "2 delays"]


def test_the_ceiling_is_memcpy_at_the_sizes_of_the_payloads(drawn_of_both):
    figure, numbers = drawn_of_both["bandwidth_against_payload"]
    for axes in figure.axes:
        line, = [line for line in axes.lines if line.get_color() == "0.6"]
        assert list(zip(line.get_xdata(), line.get_ydata())) == [(64, 4), (1024, 64)]  # not 1 MiB, nobody's payload
        assert "memcpy, l3" in texts(axes)
    assert len(numbers[numbers.series == "memcpy, l3"]) == 2 * len(figure.axes)
    assert "has just written (median of 7 launches)" in caption(figure)


def test_names_of_lines_do_not_cover_each_other(tmp_path):
    write(tmp_path, *(Case(f"k{delays}", SPREAD * 1000, expected_delays=delays) for delays in (5, 6, 7, 8)),
          Case("small", [1] * 400), limits={"line_round_trip/l3": (100.0, np.nan)})
    figure, _ = draw("latency_against_payload", tmp_path)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_gid() == BESIDE]
    ordered = sorted(boxes, key=lambda box: box.y0)
    assert len(ordered) == 4 and all(low.y1 <= high.y0 + 0.5 for low, high in zip(ordered, ordered[1:]))
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


@pytest.mark.parametrize("version, words", [("1.0", "more than 5 % of"), ("1.1", "more than 20 % of")])
def test_the_report_counts_the_cases_that_are_mostly_clock(tmp_path, version, words):
    write(tmp_path, Case("a", SPREAD, flags=8), Case("b", SPREAD), Case("ping_pong", SPREAD, drift_watch=1, flags=8),
          schema_version=version)
    remark, = load(tmp_path).remarks
    assert "1 of 2 cases carry the flag timer_overhead (a case measured in six launches counts six times)" in remark
    assert words in remark


def test_delays_of_launches_that_did_not_know_them_are_those_of_the_others(tmp_path, both_folder):
    for launch, delays in ((1, -1), (2, 3)):
        write(tmp_path, Case("k", SPREAD, expected_delays=delays), launch=launch, limits=limits_of_launch(launch))
    assert draw("latency_against_payload", tmp_path)[1].floor_us.tolist() == [pytest.approx(3 * 0.110 / 2)]
    assert isinstance(load(tmp_path).limits, pd.DataFrame)
