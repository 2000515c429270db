"""A bandwidth is bytes that moved over time; what is read together stands behind one start line."""

import numpy as np
import pytest
from analysis.load import load
from analysis.payloads import moved_bytes, why_none
from analysis.summary import summarise
from analysis.table import markdown
from conftest import draw
from synthetic import Case, write_launch

TIMES = np.arange(400) + 1000
KIB = 1024
PROTOCOL = dict(family="protocol", definition="proposer", group="replication")


def loaded(folder, *cases: Case):
    write_launch(folder / "launch-001.h5", list(cases))
    return load(folder)


def told(folder, *cases: Case) -> dict[str, str]:
    campaign = loaded(folder, *cases)
    return dict(zip(campaign.cases.kernel, why_none(campaign.cases)))


def test_nothing_moves_at_one_rank_without_a_payload_or_without_bytes(tmp_path):
    assert told(tmp_path, Case("alone", TIMES, 1, KIB), Case("client", TIMES, 1, KIB, clients=1), Case("empty", TIMES, 2, 0),
                Case("still", TIMES, 2, KIB, bytes_each=0), Case("usual", TIMES, 2, KIB)) == {
        "alone": "nothing moved", "client": "", "empty": "nothing moved", "still": "nothing moved", "usual": ""}


def test_a_payload_that_others_read_in_place_is_not_copied(tmp_path):
    shared = dict(transport="shared-memory", payload_bytes=KIB, **PROTOCOL)
    assert told(tmp_path, Case("kept", TIMES, **shared), Case("copy", TIMES, parameters={"replicate": "copy"}, **shared),
                Case("batch", TIMES, parameters={"batch": 16}, **shared),
                Case("small", TIMES, **{**shared, "payload_bytes": 8}),
                Case("sealed", TIMES, authentication="mac", **shared), Case("mpi", TIMES, **{**shared, "transport": "mpi"}),
                Case("collective", TIMES, transport="shared-memory", payload_bytes=KIB)) == {
        "kept": "not copied", "copy": "", "batch": "", "small": "", "sealed": "", "mpi": "", "collective": ""}


def test_the_file_knows_better_whether_payloads_are_copied(tmp_path):
    shared = dict(transport="shared-memory", payload_bytes=KIB, **PROTOCOL)
    of = {0: "kept", 1: "copied"}
    assert told(tmp_path, *(Case(of[flag], TIMES, columns={"payload_copied": flag}, **shared) for flag in (0, 1))) == {
        "kept": "not copied", "copied": ""}


def test_of_a_payload_of_which_a_part_was_sent_that_part_counts(tmp_path):
    campaign = loaded(tmp_path, Case("delta", TIMES, 2, 1 << 20, bytes_each=64), Case("all", TIMES, 2, KIB, bytes_each=4000),
                      Case("native", TIMES, 2, KIB, bytes_each=0, count_rule="none"))
    assert dict(zip(campaign.cases.kernel, moved_bytes(campaign.cases))) == {"delta": 64, "all": KIB, "native": KIB}
    rows = summarise(campaign).set_index("kernel")
    assert rows.payload_mb_per_s["delta"] == pytest.approx(64e6 / 1e6) and rows.no_bandwidth["delta"] == ""
    drawn = draw("bandwidth_against_payload", tmp_path)[1].set_index("series").rate_gb_per_s
    assert drawn["delta"] == pytest.approx(64 / 1199.5) and drawn["native"] == pytest.approx(KIB / 1199.5)


def test_no_table_or_figure_has_a_bandwidth_where_nothing_moved(tmp_path):
    windows = dict(sync="none", payload_bytes=KIB, transport="shared-memory", **PROTOCOL)
    kept = [Case("kept", TIMES, in_flight=window, operations_per_second=1e5 * window, **windows) for window in (1, 8)]
    campaign = loaded(tmp_path, *kept, Case("flat_broadcast", TIMES, 2, KIB), Case("flat_broadcast", TIMES, 1, KIB))
    summary = summarise(campaign)
    table = markdown(campaign, summary)
    assert summary.payload_mb_per_s[summary.kernel == "kept"].isna().all()
    assert "| kept | 1024 B | 8 | 1 | 800000 | not copied | 1.20 µs | 0.960 |" in table
    assert draw("bandwidth_against_payload", tmp_path)[1].series.tolist() == ["flat_broadcast"]


def test_two_start_lines_share_neither_a_line_nor_a_best_window(tmp_path):
    """At 1 KiB rates come from streaming, at 2 KiB from behind either start line: the barrier's window would win."""
    over = dict(PROTOCOL)
    loaded(tmp_path, *(Case("k", TIMES, 2, KIB, sync="none", in_flight=window, **over) for window in (1, 8)),
           *(Case("k", TIMES, 2, 2 * KIB, sync=sync, in_flight=window, operations_per_second=rate * window, **over)
             for sync, rate in (("round-time", 1e6), ("barrier", 2e6)) for window in (1, 8)))
    numbers = draw("bandwidth_against_payload", tmp_path)[1]
    assert sorted(zip(numbers.series, numbers.payload_bytes, numbers.in_flight)) == [
        ("k sync=barrier", 2 * KIB, 8), ("k sync=none", KIB, 1)]


def test_a_window_of_one_behind_a_start_line_is_no_part_of_a_curve_without_one(tmp_path):
    loaded(tmp_path, Case("k", TIMES, in_flight=1, **PROTOCOL),
           *(Case("k", TIMES, sync="none", in_flight=window, **PROTOCOL) for window in (8, 16)))
    assert draw("latency_against_throughput", tmp_path)[1].in_flight.tolist() == [8, 16]


def test_where_latency_and_rate_are_far_apart_the_table_says_why(tmp_path):
    """A window of eight, whose slowest operations take most of the time."""
    campaign = loaded(tmp_path, *(Case("k", TIMES, 2, KIB, sync="none", in_flight=window, operations_per_second=1e5, **PROTOCOL)
                                  for window in (1, 8)))
    table = markdown(campaign, summarise(campaign))
    assert "| 1.20 µs | 0.120 |" in table and "few slow ones took most of the time" in table
