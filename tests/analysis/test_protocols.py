"""Marks, throughput and counts of protocols on the way from stamps to rows and tables."""

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis.counts import mean_messages
from analysis.load import load
from analysis.marks import mark_delays_ns, mark_medians
from analysis.refusal import Refusal
from analysis.statistics import mean_interval
from analysis.summary import summarise
from analysis.table import markdown
from conftest import RISING, seven
from synthetic import Case, Mark, write_launch

SPREAD = np.arange(400) + 2000


@pytest.fixture(scope="module")
def campaign(campaign_folder):
    return load(campaign_folder)


@pytest.fixture(scope="module")
def summary(campaign):
    return summarise(campaign)


@pytest.fixture
def stamped(tmp_path):
    """Two operations on three ranks: the last rank reaches `heard` last in the first, and nobody in the second."""
    with h5py.File(tmp_path / "stamps.h5", "w") as file:
        file.attrs["marks"] = "told heard done"
        file["start_ns"] = np.array([[100, -1, -1], [200, -1, -1]])
        file["mark_ns"] = np.array([[[110, -1, -1], [215, -1, -1]], [[120, 150, 170], [-1, -1, -1]]])
        file["end_ns"] = np.array([[140, -1, -1], [260, -1, 999]])
        yield file


def test_a_mark_is_reached_when_its_last_rank_has_reached_it(stamped):
    delays = mark_delays_ns(stamped, "proposer")
    assert list(delays) == ["told", "heard", "done"]
    assert delays["told"].tolist() == [10, 15]
    assert delays["heard"][0] == 70 and np.isnan(delays["heard"][1])
    assert delays["done"].tolist() == [40, 60]  # the latency, at the proposer, whoever else has an end


def test_the_last_mark_everywhere_is_the_makespan(stamped):
    assert mark_delays_ns(stamped, "makespan")["done"].tolist() == [40, 799]


def test_a_protocol_with_one_mark_has_its_latency(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, family="protocol"), Case("collective", SPREAD)])
    rows = mark_medians(load(tmp_path))
    assert rows[["kernel", "mark", "p50_ns"]].values.tolist() == [["k", "ended", 2199.5]]


@pytest.mark.parametrize("in_flight, expected", [(1, np.nan), (4, 1_500_000)])
def test_a_mark_that_the_next_operation_brings_is_not_measured_behind_a_start_line(tmp_path, in_flight, expected):
    """Operations begin a millisecond apart."""
    marks = (Mark("committed", 7), Mark("applied", 1_500_000, everywhere=True))
    write_launch(tmp_path / "launch-001.h5", [Case("raft", SPREAD, family="protocol", marks=marks, in_flight=in_flight)])
    reached = mark_medians(load(tmp_path)).set_index("mark").p50_ns
    np.testing.assert_equal(reached[["committed", "applied", "ended"]].values, [7, expected, 2199.5])


@pytest.mark.parametrize("lacking, words", [("marks", "the attribute marks of {}"), ("mark_ns", "{}/mark_ns")])
def test_a_protocol_without_its_marks_is_refused(tmp_path, lacking, words):
    case = Case("k", SPREAD, family="protocol", marks=(Mark("told", 7),))
    with h5py.File(write_launch(tmp_path / "launch-001.h5", [case]), "a") as file:
        samples = file[f"samples/{case.name}"]
        where = words.format(samples.name)
        del (samples.attrs if lacking in samples.attrs else samples)[lacking]
    with pytest.raises(Refusal, match=f"damaged at {where}: expected .*, found (nothing|'')"):
        load(tmp_path)


def test_too_few_operations_have_no_median_mark(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD[:5], family="protocol", marks=(Mark("told", 7),))])
    assert mark_medians(load(tmp_path)).p50_ns.isna().all()
    assert "mark_told_ns" not in summarise(load(tmp_path))


def test_marks_of_the_summary_are_medians_of_launch_medians(summary):
    row = summary[(summary.kernel == "replication") & (summary.sync == "round-time") & ~summary.oversubscribed].iloc[0]
    assert (row.mark_committed_ns, row.mark_applied_ns, row.mark_ended_ns, row.latency_ns) == (504, 704, 1014, 1014)
    assert summary[summary.family == "collective"].mark_committed_ns.isna().all()


def test_throughput_of_the_summary(summary):
    row = summary[(summary.kernel == "replication") & (summary.in_flight == 64) & (summary.payload_bytes == 1024)
                  & ~summary.oversubscribed].iloc[0]
    assert (row.batch, row.launches) == (16, 7)
    rates = [row.operations_per_second, row.operations_per_second_low, row.operations_per_second_high]
    assert rates == pytest.approx([1e5 * 64 * 16 * share for share in seven(RISING)])
    assert row.payload_mb_per_s == pytest.approx(1e5 * 64 * 16 * 1.04 * 1024 / 1e6)
    assert (summary[summary.family == "collective"].batch == 1).all()


def test_interval_of_a_mean_by_hand():
    low, high = mean_interval([1, 2, 3, 4])
    assert (low, high) == pytest.approx((2.5 - 3.1824 * 0.6455, 2.5 + 3.1824 * 0.6455), abs=1e-3)  # t of 3 degrees; s / 2
    assert np.isnan(mean_interval([7])).all()


def test_an_interval_of_a_mean_covers_it_in_95_of_100():
    rng = np.random.default_rng(5)
    covered = [low <= 3 <= high for low, high in (mean_interval(rng.geometric(1 / 3, 200)) for _ in range(2000))]
    assert 0.93 <= np.mean(covered) <= 0.97


def test_messages_of_all_launches_are_pooled_those_of_one_seed_only_once(tmp_path):
    for launch, (seed, each) in enumerate([(1, [2, 4]), (1, [2, 4, 6]), (2, [10])], start=1):
        case = Case("rumour", SPREAD[:len(each)], family="protocol", count_rule="expected", messages_each=each)
        write_launch(tmp_path / f"launch-{launch:03}.h5", [case], launch, seed=seed)
    row, = mean_messages(load(tmp_path)).itertuples()
    assert row.messages_per_operation == (2 + 4 + 6 + 10) / 4
    assert (row.messages_low, row.messages_high) == mean_interval([2, 4, 6, 10])


def test_only_randomised_kernels_have_a_mean_with_an_interval(summary):
    known = summary.dropna(subset=["messages_low"])
    assert known.kernel.unique().tolist() == ["rumour_gossip"]
    assert (known.messages_per_operation == known.expected_messages_per_operation).all()


def test_table_of_marks(campaign, summary):
    table = markdown(campaign, summary)
    assert "| replication | 8 B | committed | 0.504 [0.502, 0.506] µs | 7 |\n" \
           "| replication | 8 B | applied | 0.704 [0.702, 0.706] µs | 7 |\n" \
           "| replication | 8 B | ended | 1.01 [1.01, 1.02] µs | 7 |" in table


def test_table_of_throughput_has_the_untuned_case_next_to_the_best(campaign, summary):
    table = markdown(campaign, summary)
    for payload, untuned, best in ((8, "0.832", "852"), (1024, "106", "109052")):
        start = f"| replication | {payload} B |"
        assert f"{start} 1 | 1 | 104000 [101733, 106267] | {untuned} | 1.11 µs | 0.116 | 7 | – |\n" \
               f"{start} 64 | 16 | 106496000 [104174933, 108817067] | {best} | 1.74 µs | 186 | 7 | – |" in table
    assert table.count("| replication |") == 1 + 3 + 4 + 3 + 1


def test_a_campaign_without_protocols_has_no_table_of_them(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("flat_broadcast", SPREAD)])
    campaign = load(tmp_path)
    assert "protocol |" not in markdown(campaign, summarise(campaign))
    assert isinstance(mark_medians(campaign), pd.DataFrame)
