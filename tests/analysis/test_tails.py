"""Percentiles: by the nearest rank, with an interval and the launches that bear them; tails without cold operations."""

import h5py
import numpy as np
import pytest
from analysis.cold import first_of_blocks, warm_samples_ns
from analysis.load import load
from analysis.statistics import median_interval
from analysis.summary import summarise
from conftest import caption, draw
from synthetic import Case, write_launch

NAME = "/samples/k/n2/b8/mpi/round-time"


def test_a_percentile_has_an_interval_and_says_how_many_launches_bear_it(tmp_path):
    """Of nine launches two have too few samples for a 99th percentile, and one for a 90th."""
    for launch in range(1, 10):
        count = {1: 30, 2: 300}.get(launch, 400)
        write_launch(tmp_path / f"launch-{launch:03}.h5", [Case("k", np.arange(1, count + 1) + 1000 * launch)], launch)
    row, = summarise(load(tmp_path)).itertuples()
    assert (row.p99_launches, row.p90_launches, row.ok) == (7, 8, 9)
    p99 = [396 + 1000 * launch for launch in range(3, 10)]
    assert (row.p99_ns, row.p99_low_ns, row.p99_high_ns) == (np.median(p99), *median_interval(p99))


def test_without_enough_samples_no_launch_bears_a_percentile(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", np.arange(30))])
    row, = summarise(load(tmp_path)).itertuples()
    assert (row.p99_launches, row.p90_launches) == (0, 0) and np.isnan(row.p99_ns)


def cold_launch(folder, ends) -> None:
    """500 operations of 1 µs, of which those that begin a block take 100 µs."""
    latencies = np.full(500, 1000)
    latencies[[0, *ends[:-1]]] = 100_000
    with h5py.File(write_launch(folder / "launch-001.h5", [Case("k", latencies)]), "r+") as file:
        if len(ends) > 1:
            file[NAME].attrs["block_ends"] = np.array(ends)


def test_the_first_operation_of_each_block_is_cold(tmp_path):
    cold_launch(tmp_path, [100, 250, 500])
    with h5py.File(tmp_path / "launch-001.h5") as file:
        assert np.flatnonzero(first_of_blocks(file[NAME], 500)).tolist() == [0, 100, 250]
    case, = load(tmp_path).cases.itertuples()
    assert warm_samples_ns(case).tolist() == [1000] * 497


def test_tails_are_drawn_with_and_without_cold_operations(tmp_path):
    cold_launch(tmp_path, [100, 250, 500])
    figure, numbers = draw("tail", tmp_path)
    assert numbers.groupby("operations").latency_us.max().to_dict() == {"all": 100, "without the first of each block": 1}
    assert numbers.groupby("operations").samples.first().to_dict() == {"all": 500, "without the first of each block": 497}
    lines = [line.get_xdata().max() for line in figure.axes[0].lines]
    assert lines == pytest.approx([100, 1]) and "which finds cold caches" in caption(figure)


def test_files_that_do_not_mark_them_have_one_line(tmp_path):
    cold_launch(tmp_path, [500])
    figure, numbers = draw("tail", tmp_path)
    assert set(numbers.operations) == {"all"} and len(figure.axes[0].lines) == 1
