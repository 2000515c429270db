"""Sittings: which launches are of one, what intervals are made of, and the spread between sittings, launches and operations."""

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis import style
from analysis.load import KEY, load
from analysis.sittings import PARTS, centre_and_interval, sittings, spreads
from analysis.statistics import median_interval
from analysis.summary import summarise
from analysis.table import markdown
from conftest import run
from interval_trials import coverage_of_sittings
from scipy.stats import t
from synthetic import Case, write_launch

NOISE = np.arange(-200, 200)


def launches(*began_and_took, source="measured") -> pd.DataFrame:
    times = [f"2024-05-06T{hours:02}:{minutes:02}:00Z" for (hours, minutes), _ in began_and_took]
    return pd.DataFrame({"created_utc": times, "wall_s": [float(took) for _, took in began_and_took], "source": source})


def test_ten_minutes_from_the_end_of_one_to_the_beginning_of_the_next_part_two_sittings():
    assert sittings(launches(((7, 0), 60), ((7, 10), 60), ((7, 21), 60), ((7, 22), 60))).tolist() == [1, 1, 2, 2]
    assert sittings(launches(((7, 0), 3600), ((8, 9), 1), ((8, 20), 1))).tolist() == [1, 1, 2]


def test_sittings_are_in_order_of_time_whatever_the_files_are_called():
    assert sittings(launches(((9, 0), 1), ((7, 0), 1), ((8, 0), 1), ((7, 1), 1))).tolist() == [3, 1, 2, 1]


def test_a_launch_that_lasts_while_others_begin_and_end_parts_nothing():
    assert sittings(launches(((7, 0), 7200), ((7, 1), 1), ((8, 59), 1), ((9, 5), 1))).tolist() == [1, 1, 1, 1]


def test_dates_far_away_are_dates():
    far = launches(((7, 0), 1e18), ((7, 1), 1)).assign(created_utc=["9999-05-06T07:08:09Z", "0001-01-01T00:00:00Z"])
    assert sittings(far).tolist() == [2, 1]


def test_simulated_time_has_no_sittings():
    assert sittings(launches(((7, 0), 1), ((9, 0), 1), source="simulated")).tolist() == [1, 1]


def test_three_sittings_have_a_t_interval_on_the_logarithms_of_their_medians():
    values, sitting = pd.Series([1.0, 2, 4, 8, 16, 9, 90, 900]), pd.Series([1, 1, 1, 2, 2, 3, 3, 3])
    logarithms = np.log([2, 12, 90])
    reach = 4.302653 * logarithms.std(ddof=1) / 3**0.5
    expected = np.exp([logarithms.mean(), logarithms.mean() - reach, logarithms.mean() + reach])
    assert t.ppf(0.975, 2) == pytest.approx(4.302653) and centre_and_interval(values, sitting) == pytest.approx(expected)


def test_two_sittings_have_the_interval_of_their_launches():
    values = pd.Series([3.0, 1, 4, 1.5, 9, 2, 6])
    assert centre_and_interval(values, pd.Series([1, 1, 1, 2, 2, 2, 2])) == (3, *median_interval(values))


@pytest.mark.parametrize("count", [3, 4, 6])
def test_intervals_over_sittings_hold_the_truth_where_those_of_launches_do_not(count):
    """interval_trials.py prints the same of more campaigns."""
    held, as_if_independent = coverage_of_sittings(count, campaigns=500)
    assert 0.92 <= held <= 0.98 and as_if_independent < 0.85


def write_sittings(folder, medians: list[list[int]]):
    """A launch per median, the sittings an hour apart."""
    number = 0
    for hour, of_sitting in enumerate(medians):
        for median in of_sitting:
            number += 1
            path = write_launch(folder / f"launch-{number:03}.h5", [Case("k", median + NOISE)], number)
            with h5py.File(path, "r+") as file:
                file.attrs["created_utc"] = f"2024-05-06T{hour:02}:{number:02}:00Z"
    return folder


def test_the_report_says_what_an_interval_is_of(tmp_path):
    for count, told in ((1, "distribution-free 95 % intervals of this sitting"),
                        (2, "distribution-free 95 % intervals of these two sittings"), (3, "95 % t intervals over 3 sittings")):
        campaign = load(write_sittings(tmp_path / str(count), [[1000 + each for each in range(6 // count)]] * count))
        summary = summarise(campaign)
        assert told in markdown(campaign, summary) and summary.sittings.tolist() == [count]
        assert f"bars: {told}." in style.caption(campaign, summary.assign(low=summary.latency_low_ns), "")
    assert summary.latency_low_ns[0] == pytest.approx(summary.latency_ns[0])  # three sittings that are the same


def test_variances_between_sittings_launches_and_within_add_up(tmp_path):
    """Of 400 sittings of five launches the three parts that they were made of."""
    rng = np.random.default_rng(3)
    sitting = np.repeat(np.arange(400), 5)
    logarithms = 0.10 * rng.standard_normal(400)[sitting] + np.hypot(0.04, 0.03) * rng.standard_normal(2000)
    medians = np.exp(logarithms)
    error = np.exp(1.96 * 0.03)
    cases = pd.DataFrame(dict.fromkeys(KEY, 0), index=range(2000)).assign(
        p50_ns=medians, sitting=sitting, latency_p50_low_ns=medians / error, latency_p50_high_ns=medians * error)
    row, = spreads(cases, KEY)[PARTS].values
    assert row == pytest.approx([10, 4, 3], rel=0.1)


def test_spreads_that_nothing_tells_are_missing(tmp_path):
    summary = summarise(load(write_sittings(tmp_path / "one", [[1000, 1100, 1200]])))
    assert np.isnan(summary.spread_between_sittings[0]) and summary.spread_between_launches[0] == pytest.approx(9.1, abs=0.1)
    alone = summarise(load(write_sittings(tmp_path / "alone", [[1000]])))
    assert alone[PARTS].isna().all(axis=None)
    of_two = load(write_sittings(tmp_path / "two", [[1000, 1010], [1500, 1510]]))
    table = markdown(of_two, summarise(of_two))
    assert "| k | 2 | 8 B | 28.6 % |" in table and "`jobs/again` adds one" in table


def test_ratio_prints_an_interval_over_sittings(tmp_path):
    folder = write_sittings(tmp_path, [[1000] * 2] * 3)
    done = run("ratio", folder, "k/n2/b8/mpi/round-time", "k/n2/b8/mpi/round-time")
    assert done.stdout.startswith("1.000 [1.000, 1.000]")
