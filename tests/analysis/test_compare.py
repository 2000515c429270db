"""`analysis/compare`: decides what differs, leaves open what does not, and refuses what is not comparable."""

import numpy as np
import pandas as pd
import pytest
from analysis.comparison import compare
from analysis.load import KEY, Campaign, load
from analysis.refusal import Refusal
from conftest import assert_refused, run, write_campaign
from synthetic import Case, write_launch

SAMPLES = np.arange(400) + 1000


def made_up(medians_ns: np.ndarray) -> Campaign:
    """A campaign whose case c has the launch medians medians_ns[c]."""
    count, launches = medians_ns.shape
    ranks = np.repeat(np.arange(count), launches)
    cases = pd.DataFrame(dict.fromkeys(KEY, 0), index=range(medians_ns.size)).assign(
        name=[f"case {rank}" for rank in ranks], ranks=ranks, p50_ns=medians_ns.ravel(), verdict="ok", drift_watch=0,
        latency_definition="makespan")
    return Campaign("made up", pd.DataFrame({"source": ["measured"] * launches}), cases, pd.DataFrame(), [])


def test_a_campaign_is_undecided_against_itself(campaign_folder):
    rows = compare(load(campaign_folder), load(campaign_folder))
    assert len(rows) > 10
    assert (rows.verdict == "undecided").all()
    assert (rows.ratio == 1).all()
    assert rows.reason[rows.oversubscribed].eq("fewer than six launches").all()
    assert not rows["case"].str.contains("drift").any()


@pytest.mark.parametrize("scale, verdict", [(2, "slower"), (0.5, "faster")])
def test_a_factor_of_two_is_seen(campaign_folder, tmp_path, scale, verdict):
    rows = compare(load(campaign_folder), load(write_campaign(tmp_path, launches=6, scale=scale)))
    shifted = rows[~rows.oversubscribed & (rows.kernel != "stream")]
    assert (shifted.verdict == verdict).all()
    assert ((shifted.low <= scale) & (scale <= shifted.high)).mean() > 0.9
    assert shifted.ratio.to_numpy() == pytest.approx(scale, rel=1e-3)


def test_five_launches_decide_nothing(tmp_path):
    for folder, factor in (("a", 1), ("b", 10)):
        for launch in range(1, 6):
            write_launch(tmp_path / folder / f"launch-{launch:03}.h5", [Case("k", SAMPLES * factor)], launch)
    row = compare(load(tmp_path / "a"), load(tmp_path / "b")).iloc[0]
    assert (row.verdict, row.reason) == ("undecided", "fewer than six launches")
    assert row.ratio == 10


@pytest.mark.parametrize("launches", [6, 10])
def test_equal_campaigns_are_decided_in_at_most_one_of_twenty_cases(launches):
    rng = np.random.default_rng(97)
    a, b = (made_up(1000 * np.exp(rng.gumbel(0, 0.3, (2000, launches)))) for _ in "ab")
    assert (compare(a, b).verdict != "undecided").mean() <= 0.06


@pytest.mark.parametrize("launches", [6, 10])
def test_the_interval_covers_the_true_ratio(launches):
    rng = np.random.default_rng(98)
    a, b = (made_up(scale * np.exp(rng.gumbel(0, 0.3, (2000, launches)))) for scale in (1000, 1300))
    rows = compare(a, b)
    assert 0.93 <= ((rows.low <= 1.3) & (1.3 <= rows.high)).mean() <= 0.985


def test_table_and_csv(campaign_folder, tmp_path):
    done = run("compare", campaign_folder, write_campaign(tmp_path / "b", scale=2), "--csv", tmp_path / "out.csv")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["case", "launches_a", "launches_b", "a_ns", "b_ns", "ratio", "low", "high", "verdict", "reason"]
    assert len({len(line) for line in lines[:-1]}) == 1
    rows = pd.read_csv(tmp_path / "out.csv").set_index("case")
    assert len(rows) == len(lines) - 2
    assert rows.verdict["ping_pong/n2/b8/mpi/round-time"].tolist() == ["slower", "undecided"]  # and the crowded launch


def test_simulated_against_measured(campaign_folder, tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", SAMPLES)], source="simulated")
    assert_refused(run("compare", campaign_folder, tmp_path), "measured", "simulated")


def test_different_latency_definitions(campaign_folder, tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", SAMPLES, definition="barrier")])
    assert_refused(run("compare", campaign_folder, tmp_path), "ping_pong/n2/b8/mpi/round-time", "makespan", "barrier")


def test_no_common_case(campaign_folder, tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("unheard_of", SAMPLES)])
    assert_refused(run("compare", campaign_folder, tmp_path), "no case in common")


def test_unknown_schema(campaign_folder, tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", SAMPLES)], schema_version="2.0")
    assert_refused(run("compare", campaign_folder, tmp_path), "schema version 2.0")


def test_a_median_of_zero_has_no_ratio():
    row = compare(made_up(np.zeros((1, 6))), made_up(np.ones((1, 6)))).iloc[0]
    assert (row.verdict, row.reason) == ("undecided", "a median is zero")


def test_campaigns_without_timed_cases_have_none_in_common(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SAMPLES, verdict="timed_out")])
    with pytest.raises(Refusal, match="no case in common"):
        compare(load(tmp_path), load(tmp_path))
