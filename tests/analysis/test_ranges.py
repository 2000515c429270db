"""Where timing decides how many messages there are, a count within its two closed forms is right, in summary, table and figure;
and what else came with these: the verdict `failed`, who was asked for what."""

from dataclasses import replace

import h5py
import numpy as np
import pytest

from analysis.load import load
from analysis.refusal import Refusal
from analysis.summary import counts_agree, summarise
from analysis.table import markdown
from conftest import caption, draw
from synthetic import Case, write_launch

SPREAD = np.linspace(-100, 100, 400).astype(int) + 1000


def ranged(messages: float, ranks: int = 2, **other) -> Case:
    """Between 2 (N - 1) and 4 (N - 1) messages."""
    return Case("register", SPREAD, ranks, family="protocol", definition="proposer", messages=messages, count_rule="range",
                expected_messages=2.0 * (ranks - 1), expected_most=4.0 * (ranks - 1), group="register", **other)


def launches(folder, *messages: float):
    for launch, count in enumerate(messages, start=1):
        write_launch(folder / f"launch-{launch:03}.h5", [ranged(count)], launch, schema_version="1.3")
    return load(folder)


@pytest.mark.parametrize("messages, agrees", [(1.99, False), (2, True), (2.7, True), (4, True), (4.01, False)])
def test_a_count_within_its_range_is_right(tmp_path, messages, agrees):
    assert counts_agree(summarise(launches(tmp_path, messages))).tolist() == [agrees]


def test_the_launch_that_is_off_shows_in_the_summary(tmp_path):
    row = summarise(launches(tmp_path, 2, 4.5, 3, 4)).iloc[0]
    least, most = row.expected_messages_per_operation, row.expected_messages_most_per_operation
    assert (row.messages_per_operation, least, most) == (4.5, 2, 4)


@pytest.mark.parametrize("messages, cell, equal", [(2.5, "2.5 in 2 to 4", "1 of 1"), (5, "5 not in 2 to 4", "0 of 1")])
def test_the_table_shows_least_and_most(tmp_path, messages, cell, equal):
    campaign = launches(tmp_path, messages)
    line = next(line for line in markdown(campaign, summarise(campaign)).splitlines() if line.startswith("| register"))
    assert [part.strip() for part in line.split("|")][5:7] == [cell, equal]


@pytest.mark.parametrize("messages, cell", [(4, "4 = 4"), (5, "5 ≠ 4")])
def test_a_range_whose_ends_are_equal_is_one_number(tmp_path, messages, cell):
    write_launch(tmp_path / "launch-001.h5", [replace(ranged(messages), expected_messages=4.0)], schema_version="1.3")
    campaign = load(tmp_path)
    assert f" | {cell} | " in markdown(campaign, summarise(campaign))


def test_the_figure_draws_a_band(tmp_path):
    cases = [ranged(messages, ranks) for ranks, messages in ((2, 3.0), (3, 4.0), (5, 99.0))]
    write_launch(tmp_path / "launch-001.h5", [*cases, Case("exact", SPREAD, messages=1)], world=5, schema_version="1.3")
    figure, numbers = draw("messages_against_ranks", tmp_path)
    assert "2 of 3 points lie within" in caption(figure) and "1 of 1 points are on their line" in caption(figure)
    rows = numbers[numbers.series == "register"].set_index("ranks")
    assert rows.expected_messages_per_operation.to_dict() == {2: 2, 3: 4, 5: 8}
    assert rows.expected_messages_most_per_operation.to_dict() == {2: 4, 3: 8, 5: 16}
    bands = [band for axes in figure.axes for band in axes.collections if "FillBetween" in type(band).__name__ or
             "PolyCollection" in type(band).__name__]
    heights = {tuple(point) for path in bands[0].get_paths() for point in path.vertices}
    assert len(bands) == 1 and {(5, 8), (5, 16), (2, 2), (2, 4)} <= heights


def test_without_a_range_no_band_is_spoken_of(tmp_path):
    tmp_path = tmp_path / "campaign"  # a caption has the folder's name
    write_launch(tmp_path / "launch-001.h5", [Case("exact", SPREAD, messages=1)])
    figure, _ = draw("messages_against_ranks", tmp_path)
    assert "band" not in caption(figure) and not [band for axes in figure.axes for band in axes.collections]


def test_an_older_file_has_one_closed_form(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, messages=3, expected_messages=3, expected_delays=2)])
    case = load(tmp_path).cases.iloc[0]
    assert (case.expected_messages_most_per_operation, case.expected_delays_most) == (3, 2)
    assert np.isnan([case.coverage, case.proposers, case.proposer]).all()


def test_a_case_that_failed_is_counted_and_not_timed(tmp_path):
    for launch, verdict in enumerate(["ok", "failed"], start=1):
        write_launch(tmp_path / f"launch-{launch:03}.h5", [Case("k", launch * SPREAD, verdict=verdict)], launch)
    campaign = load(tmp_path)
    row = summarise(campaign).iloc[0]
    assert (row.launches, row.ok, row.failed, row.latency_ns) == (2, 1, 1, 1000)
    assert "1 cases ended as failed: their latencies are left out" in campaign.remarks


@pytest.mark.parametrize("column, word", [("verdict", "choked"), ("count_rule", "roughly")])
def test_a_word_that_the_schema_does_not_know_is_refused(tmp_path, column, word):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, **{column: word})])
    with pytest.raises(Refusal, match=f"/cases/{column}: expected .* or .*, found '{word}'"):
        load(tmp_path)


def test_kinds_have_names_and_are_of_all_operations(tmp_path):
    path = write_launch(tmp_path / "launch-001.h5", [ranged(2, kinds=("read", "write") * 200)], schema_version="1.3")
    assert len(load(tmp_path).cases) == 1
    with h5py.File(path, "a") as file:
        samples = file["samples/register/n2/b8/mpi/round-time"]
        samples["proposer"] = np.zeros(7, dtype=np.int64)
    with pytest.raises(Refusal, match=r"/proposer: expected .* of the shape \(400,\), .* of the shape \(7,\)"):
        load(tmp_path)
    with h5py.File(path, "a") as file:
        del file["samples/register/n2/b8/mpi/round-time/proposer"]
        del file["samples/register/n2/b8/mpi/round-time/kind"].attrs["flag_meanings"]
    with pytest.raises(Refusal, match="the attribute flag_meanings of .*/kind: expected text, found nothing"):
        load(tmp_path)
