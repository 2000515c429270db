"""÷ ping_pong: one definition, the same in every table, file and figure."""

import numpy as np
import pandas as pd
import pytest
from analysis.load import KEY, load
from analysis.ratios import OVER_OWN, OVER_SMALL, round_trip_ns, spreads, timed_with_ratios
from analysis.stack import stack
from analysis.summary import summarise
from analysis.table import markdown
from conftest import draw
from synthetic import Case, write_launch

SPREAD = np.arange(-200, 201)
PROTOCOL = dict(family="protocol", definition="proposer")


def watch(block: int, when: str, median: int, **options) -> Case:
    return Case("ping_pong", median + SPREAD, drift_watch=1, block=block, suffix=f"/drift={block}.{when}", **options)


def launch_of_two_blocks() -> list[Case]:
    """ping_pong takes 1000 and 1400 around block 0, 3000 and 5000 around block 1, and 2000 as a case of its own; over shared
    memory, which has no watches, 500; at 64 KiB 10,000."""
    return [watch(0, "before", 1000), watch(0, "after", 1400), watch(1, "before", 3000), watch(1, "after", 5000),
            Case("ping_pong", 2000 + SPREAD, block=1), Case("ping_pong", 500 + SPREAD, transport="shared-memory"),
            Case("ping_pong", 10_000 + SPREAD, payload_bytes=65536), Case("a", 6000 + SPREAD, **PROTOCOL),
            Case("b", 6000 + SPREAD, block=1, **PROTOCOL), Case("large", 30_000 + SPREAD, payload_bytes=65536, **PROTOCOL),
            Case("a", 6000 + SPREAD, transport="shared-memory", **PROTOCOL), Case("c", 6000 + SPREAD, sync="none", **PROTOCOL),
            Case("wrong", 6000 + SPREAD, verdict="wrong_answer")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ratios")
    write_launch(folder / "launch-001.h5", launch_of_two_blocks())
    return folder


def test_a_case_is_divided_by_the_ping_pongs_around_its_own_block(folder):
    ratios = timed_with_ratios(load(folder)).set_index("name")[OVER_SMALL]
    assert ratios["a/n2/b8/mpi/round-time"] == 6000 / 1200 and ratios["b/n2/b8/mpi/round-time"] == 6000 / 4000
    assert ratios["ping_pong/n2/b8/mpi/round-time"] == 2000 / 4000


def test_a_transport_without_watches_is_divided_by_its_own_ping_pong(folder):
    ratios = timed_with_ratios(load(folder)).set_index("name")[OVER_SMALL]
    assert ratios["a/n2/b8/shared-memory/round-time"] == 6000 / 500
    assert ratios["ping_pong/n2/b8/shared-memory/round-time"] == 1


def test_another_payload_is_divided_by_ping_pong_at_8_bytes_and_at_its_own(folder):
    row = timed_with_ratios(load(folder)).set_index("kernel").loc["large"]
    assert (row[OVER_SMALL], row[OVER_OWN]) == (30_000 / 1200, 30_000 / 10_000)


def test_one_watch_alone_will_do(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [watch(0, "before", 1000), Case("a", 6000 + SPREAD)])
    assert timed_with_ratios(load(tmp_path))[OVER_SMALL].tolist() == [6]


def test_a_ping_pong_that_failed_or_overlaps_or_has_other_ranks_divides_nothing(tmp_path):
    others = [dict(verdict="timed_out"), dict(in_flight=8), dict(ranks=4), dict(sync="barrier"), dict(payload_bytes=16)]
    write_launch(tmp_path / "launch-001.h5", [*(Case("ping_pong", 1000 + SPREAD, **other) for other in others),
                                              Case("a", 6000 + SPREAD)], world=4)
    cases = load(tmp_path).cases
    assert round_trip_ns(cases).isna()[cases.kernel == "a"].all()


def test_there_is_no_ratio_where_ranks_share_cores_nor_without_a_start_line_of_the_same_kind(folder, tmp_path):
    write_launch(tmp_path / "launch-001.h5", launch_of_two_blocks(), oversubscribed=True)
    assert timed_with_ratios(load(tmp_path))[[OVER_SMALL, OVER_OWN]].isna().all(axis=None)
    ratios = timed_with_ratios(load(folder)).set_index("kernel")[OVER_SMALL]
    assert np.isnan(ratios["c"])


def test_table_csv_and_figure_have_the_same_ratios(folder):
    """The stack has protocols, and what their transport's ping_pong takes."""
    campaign = load(folder)
    summary = summarise(campaign)
    ratios = timed_with_ratios(campaign)
    of_csv = summary.merge(ratios[[*KEY, OVER_SMALL, OVER_OWN]], on=KEY, suffixes=("", "_each"))
    assert len(of_csv) == len(ratios)
    for column in (OVER_SMALL, OVER_OWN):
        pd.testing.assert_series_equal(of_csv[column], of_csv[column + "_each"], check_names=False)
    assert "| a | 8 B | 6.00 µs | 5.00 |" in markdown(campaign, summary)
    assert "| b | 8 B | 6.00 µs | 1.50 |" in markdown(campaign, summary)
    stacked = {(row.kernel, row.transport): row.over_ping_pong for row in stack(campaign).itertuples() if row.kernel != "c"}
    small = ratios[(ratios.payload_bytes == 8) & (ratios.kernel != "c")]
    assert stacked == {(row.kernel, row.transport): getattr(row, OVER_SMALL) for row in small.itertuples()}
    drawn = draw("stack_of_costs", folder)[1].set_index(["kernel", "transport"]).over_ping_pong
    assert drawn["a", "mpi"] == 5 and drawn["a", "shared-memory"] == 12


def test_dividing_helps_where_launches_are_slow_as_a_whole_and_adds_noise_where_they_are_not(tmp_path):
    for launch, (speed, noise) in enumerate(zip((1, 2, 1, 2, 1, 2), (0, 0, 30, 30, 60, 60)), start=1):
        write_launch(tmp_path / f"launch-{launch:03}.h5", [
            watch(0, "before", 1000 * speed), Case("shared", (6000 + noise) * speed + SPREAD),
            Case("own", 6000 + noise + SPREAD)], launch)
    rows = spreads(load(tmp_path).cases, KEY, 6).set_index("kernel")
    assert rows.divided["shared"] < 0.1 * rows.raw["shared"] and rows.together["shared"] > 0.99
    assert rows.divided["own"] > 10 * rows.raw["own"]
