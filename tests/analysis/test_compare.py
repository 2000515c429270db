"""`analysis/compare`: says of every case what became of it, decides what differs, leaves open what does not show, and refuses
what is not comparable."""

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis.comparison import compare
from analysis.load import KEY, Campaign, load
from analysis.provenance import differences
from conftest import assert_refused, run, write_campaign
from synthetic import Case, write_launch

SAMPLES = np.arange(400) + 1000


def made_up(medians_ns, **columns) -> Campaign:
    """A campaign whose case c has the launch medians medians_ns[c, launch], and what `columns` say in each of its rows."""
    medians_ns = np.atleast_2d(np.asarray(medians_ns, dtype=float))
    count, launches = medians_ns.shape
    ranks = np.repeat(np.arange(count), launches)
    cases = pd.DataFrame(dict.fromkeys(KEY, 0), index=range(medians_ns.size)).assign(**{
        "name": [f"case {rank}" for rank in ranks], "ranks": ranks, "p50_ns": medians_ns.ravel(), "verdict": "ok",
        "drift_watch": 0, "latency_definition": "makespan", "sync": "round-time", "count_rule": "none",
        "messages_per_operation": 0.0, "p99_ns": np.nan, "operations_per_second": np.nan,
        "file": np.tile(np.arange(launches), count)} | columns)
    return Campaign("made up", pd.DataFrame({"source": ["measured"] * launches}), cases, pd.DataFrame(), [])


def row_of(a: Campaign, b: Campaign, quantity: str = "p50", threshold: float | None = None):
    rows = compare(a, b, threshold).rows
    return rows[rows.quantity == quantity].iloc[0]


def written(folder, *cases: Case, launches: int = 6):
    """A campaign of launches that all have these cases, each launch 0.1 % slower than the one before."""
    for launch in range(1, launches + 1):
        later = [Case(**{**case.__dict__, "latencies_ns": case.latencies_ns + launch}) for case in cases]
        write_launch(folder / f"launch-{launch:03}.h5", later, launch)
    return folder


SIX = 1000.0 + np.arange(6)


def test_a_campaign_is_undecided_against_itself(campaign_folder):
    campaign = load(campaign_folder)
    found = compare(campaign, campaign)
    timed = found.rows[found.rows.quantity.isin(["p50", "p99", "rate"])]
    assert len(timed) > 20 and set(timed.verdict) == {"undecided"} and (timed.ratio.dropna() == 1).all()
    assert timed.reason[timed.oversubscribed].eq("fewer than six launches").all()
    assert not found.rows["case"].str.contains("drift").any() and not found.fails


@pytest.mark.parametrize("scale, verdict", [(2, "slower"), (0.5, "faster")])
def test_a_factor_of_two_is_seen(campaign_folder, tmp_path, scale, verdict):
    rows = compare(load(campaign_folder), load(write_campaign(tmp_path, launches=6, scale=scale))).rows
    shifted = rows[~rows.oversubscribed & (rows.kernel != "stream") & (rows.quantity == "p50")]
    assert len(shifted) > 10 and (shifted.verdict == verdict).all()
    assert ((shifted.low <= scale) & (scale <= shifted.high)).mean() > 0.9
    assert shifted.ratio.to_numpy() == pytest.approx(scale, rel=1e-3)


@pytest.mark.parametrize("factor, threshold, verdict", [
    (1.03, None, "slower"), (0.97, None, "faster"), (1.001, None, "undecided"), (1.0, None, "undecided"),
    (1.0, 0.05, "same"), (1.03, 0.05, "same"), (0.97, 0.05, "same"), (1.051, 0.05, "slower"), (0.951, 0.05, "faster"),
    (1.0, 0.001, "undecided")])
def test_each_verdict(factor, threshold, verdict):
    assert row_of(made_up(SIX), made_up(SIX * factor), threshold=threshold).verdict == verdict


def test_the_tail_is_compared_too():
    a, b = (made_up(SIX, p99_ns=SIX * factor) for factor in (2, 3))
    assert row_of(a, b).verdict == "undecided"
    assert row_of(a, b, "p99").verdict == "slower"


def test_a_lower_rate_is_slower_and_only_a_case_without_a_start_line_has_one():
    a, b = (made_up(SIX, sync="none", operations_per_second=SIX * factor) for factor in (2, 1))
    assert (row_of(a, b, "rate").verdict, row_of(b, a, "rate").verdict) == ("slower", "faster")
    a, b = (made_up(SIX, operations_per_second=SIX * factor) for factor in (2, 1))
    assert "rate" not in set(compare(a, b).rows.quantity)


def test_a_deterministic_count_that_changed_is_said_to_have():
    a, b = (made_up(SIX[:2], count_rule="exact", messages_per_operation=count) for count in (3.0, 4.0))
    row = row_of(a, b, "messages")
    assert (row.verdict, row.reason) == ("changed", "a deterministic count: 3 -> 4")
    assert row_of(a, a, "messages").verdict == "same"


def test_a_count_that_chance_decides_is_tested():
    a, b = (made_up(SIX, count_rule="expected", messages_per_operation=SIX * factor) for factor in (1, 2))
    assert (row_of(a, b, "messages").verdict, row_of(b, a, "messages").verdict) == ("more", "fewer")


def test_a_case_in_lockstep_has_counts_but_no_times():
    a = made_up(SIX, parameters='{"pace": "lockstep"}', count_rule="expected", messages_per_operation=SIX)
    assert compare(a, a).rows.quantity.tolist() == ["messages"]


def test_vanished_and_new():
    rows = compare(made_up([SIX, SIX]), made_up([SIX, SIX], ranks=np.repeat([1, 2], 6))).rows
    rows = rows[rows.quantity != "p99"].set_index("ranks")
    assert rows.verdict.tolist() == ["vanished", "undecided", "new"]
    assert rows.loc[0, ["launches_a", "launches_b"]].tolist() == [6, 0]


@pytest.mark.parametrize("verdict, status", [("wrong_answer", "wrong"), ("count_mismatch", "wrong"), ("timed_out", "failed"),
                                             ("failed", "failed")])
def test_one_bad_launch_is_enough(verdict, status):
    verdicts = ["ok"] * 5 + [verdict]
    good, bad = made_up(SIX), made_up(SIX, verdict=verdicts)
    for a, b, side in ((good, bad, "B"), (bad, good, "A")):
        found = compare(a, b)
        assert found.rows[["status", "verdict", "reason"]].values.tolist() == [
            [status, status, f"{verdict} in 1 of 6 launches of {side}"]]
        assert found.fails


def test_too_few_launches_and_too_few_samples():
    few, enough = made_up(SIX[:5]), made_up(SIX * 10)
    row = row_of(few, enough)
    assert (row.status, row.verdict, row.reason) == ("few_launches", "undecided", "fewer than six launches")
    assert row.ratio == pytest.approx(SIX.mean() * 10 / SIX[:5].mean(), rel=1e-3)
    row = row_of(enough, made_up([*SIX[:5], np.nan]))
    assert (row.status, row.reason) == ("few_samples", "too few samples in a launch")


def test_a_median_of_zero_has_no_ratio():
    row = row_of(made_up(np.zeros(6)), made_up(np.ones(6)))
    assert (row.verdict, row.reason) == ("undecided", "a median is zero")


def test_six_launches_decide_nothing_about_a_case_among_a_hundred():
    rng = np.random.default_rng(1)
    a, b = (made_up(rng.lognormal(0, 0.02, (100, 6)) * np.r_[factor, np.ones(99)][:, None]) for factor in (1, 9))
    found = compare(a, b)
    assert set(found.rows.verdict) == {"undecided"} and found.separate > 0.05 and found.needed == 8
    assert np.isinf(found.rows.smallest_effect[found.rows.quantity == "p50"]).all()


def test_what_many_cases_show_together_counts_though_none_would_alone():
    rng = np.random.default_rng(1)
    a, b = (made_up(rng.lognormal(0, 0.02, (100, 6)) * factor) for factor in (1, 9))
    rows = compare(a, b).rows[lambda rows: rows.quantity == "p50"]
    assert (rows.verdict == "slower").all() and (rows.low == 1).all() and np.isinf(rows.high).all()


def test_launches_that_ran_other_cases_are_not_exchanged():
    """Twice as many launches, half of which ran something else, decide no more."""
    alone = compare(made_up(SIX), made_up(SIX * 2)).rows.adjusted_p
    ranks, files = np.repeat([0, 1], 6), np.arange(12)
    a, b = (made_up(np.r_[SIX * factor, SIX * factor], ranks=ranks, file=files) for factor in (1, 2))
    a.cases["ranks"] = b.cases["ranks"] = ranks
    assert compare(a, b).rows.adjusted_p.min() >= alone[0]


def test_six_wrong_launches_of_six_are_told_and_fail(tmp_path):
    good = written(tmp_path / "a", Case("k", SAMPLES))
    bad = written(tmp_path / "b", Case("k", SAMPLES, verdict="wrong_answer"))
    assert run("compare", good, bad).returncode == 0
    done = run("compare", good, bad, "--fail-on", "slower")
    assert (done.returncode, done.stderr) == (1, "")
    assert "wrong_answer in 6 of 6 launches of B" in done.stdout and "1 wrong" in done.stdout


@pytest.mark.parametrize("b, fails", [
    (made_up([SIX * 2, SIX]), True), (made_up([SIX / 2, SIX]), False), (made_up([SIX]), True), (made_up([SIX] * 3), False),
    (made_up([SIX, SIX], verdict="failed"), True),
    (made_up([SIX, SIX], sync="none", operations_per_second=SIX.tolist() * 2), False),
    (made_up([SIX, SIX], verdict="wrong_answer"), True), (made_up([SIX, SIX]), False)],
    ids=["slower", "faster", "vanished", "new", "failed", "undecided rate", "wrong", "undecided"])
def test_what_fail_on_slower_does_not_let_pass(b, fails):
    sync = b.cases.sync.iloc[0]
    assert compare(made_up([SIX, SIX], sync=sync, operations_per_second=SIX.tolist() * 2), b).fails == fails


def test_fail_on_is_an_exit_status(campaign_folder, tmp_path):
    other = written(tmp_path, Case("ping_pong", SAMPLES * 9))
    assert run("compare", campaign_folder, other).returncode == 0
    assert run("compare", campaign_folder, other, "--fail-on", "slower").returncode == 1
    assert run("compare", campaign_folder, campaign_folder, "--fail-on", "slower").returncode == 0
    assert_refused(run("compare", campaign_folder, campaign_folder, "--fail-on", "faster"), "--fail-on", "slower")


@pytest.mark.parametrize("threshold", ["5", "0%", "-5%", "five%", "5%%", "", "1e3%", "1000%", "nan%"])
def test_a_bad_threshold(campaign_folder, threshold):
    assert_refused(run("compare", campaign_folder, campaign_folder, f"--threshold={threshold}"), "--threshold", "like 5%")


def test_table_and_csv(campaign_folder, tmp_path):
    other = write_campaign(tmp_path / "b", scale=2)
    done = run("compare", campaign_folder, other, "--csv", tmp_path / "out.csv", "--threshold", "5 %")
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = done.stdout.splitlines()
    assert first == "A and B were measured alike, as far as their files tell"
    assert lines[1].split() == "of launches A B ratio [interval] adj. p shows verdict reason".split()
    assert max(map(len, lines)) <= 120
    rows = pd.read_csv(tmp_path / "out.csv").set_index(["case", "quantity"]).sort_index()
    assert rows.verdict["ping_pong/n2/b8/mpi/round-time", "p50"].tolist() == ["slower", "undecided"]  # and the crowded launch
    place = lines.index("ping_pong/n2/b8/mpi/round-time")
    assert lines[place + 1].split()[:8] == ["p50", "7", "7", "1.504", "us", "3.008", "us", "2.000"]
    assert {"status", "adjusted_p", "smallest_effect", "low", "high", "reason"} <= set(rows)


def test_what_differs_is_told_first(tmp_path):
    a, b = (written(tmp_path / name, Case("k", SAMPLES)) for name in "ab")
    for path in b.glob("*.h5"):
        with h5py.File(path, "r+") as file:
            file.attrs["git_commit"] = "1" * 40
            file["environment"].attrs.update(compiler_flags="made up -O2", mpi_variables='{"A": "1", "JOB_ID": "2"}',
                                             load_before="9")
    line = run("compare", a, b).stdout.splitlines()[0]
    assert line == ("A and B differ in compiler_flags: none -> -O2; "
                    f"git_commit: {'0' * 40} -> {'1' * 40}; mpi_variables: made up -> none; mpi_variables A: none -> 1")
    assert differences(load(a), load(a)) == "A and B were measured alike, as far as their files tell"


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
