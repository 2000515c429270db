"""Which launches belong together: copies are refused, what was asked for parts them, and a disturbed one is named."""

import json
import shutil

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis import style
from analysis.comparison import compare
from analysis.load import load
from analysis.refusal import Refusal
from analysis.summary import summarise
from analysis.table import markdown
from conftest import assert_refused, draw, run
from synthetic import Case, write_launch

SPREAD = np.arange(400)


def launch(folder, number: int, *cases: Case, options=(), environment=(), **written):
    """The file of a launch that was asked for these options, with these attributes of /environment."""
    cases = list(cases) or [Case("k", SPREAD + 1000 * number)]
    path = write_launch(folder / f"launch-{number:03}.h5", cases, number, **written)
    with h5py.File(path, "r+") as file:
        file.attrs["options"] = json.dumps(["run", *options])
        file["/environment"].attrs.update(dict(environment))
    return path


def test_a_copy_of_a_launch_is_refused_in_a_sentence(tmp_path):
    original = launch(tmp_path, 1)
    launch(tmp_path, 2)
    shutil.copy(original, tmp_path / "launch-003.h5")
    with pytest.raises(Refusal, match=r"launch synthetic 1 2024-05-06T07:08:01Z twice, as launch-001.h5 and launch-003"):
        load(tmp_path)
    assert_refused(run("report", tmp_path), "remove one of the two")


@pytest.mark.parametrize("one, other, told", [
    (dict(options=["--max-operations=1000"]), dict(options=["--max-operations=370"]),
     "max-operations=1000 or max-operations=370"),
    (dict(options=["--operations=400"]), dict(), "operations=400 or operations=not given"),
    (dict(environment={"compiler_flags": "-O3"}), dict(environment={"compiler_flags": "-O0"}), "compiler_flags=-O0"),
    (dict(environment={"mpi_variables": '{"OMPI_MCA_btl":"tcp"}'}), dict(), "OMPI_MCA_btl=not given or OMPI_MCA_btl=tcp"),
    (dict(world=2), dict(world=4), "ranks of the launch=2 or ranks of the launch=4")])
def test_launches_of_which_something_else_was_asked_are_not_merged(tmp_path, one, other, told):
    for number in range(1, 9):
        launch(tmp_path, number, **(one if number % 2 else other))
    campaign = load(tmp_path)
    summary = summarise(campaign)
    assert summary.launches.tolist() == [4, 4] and summary.latency_low_ns.isna().all()
    assert any("1 cases were run in more than one way" in remark and told in remark for remark in campaign.remarks)
    assert told in markdown(campaign, summary)


def test_names_of_files_seeds_choices_of_cases_and_numbers_of_jobs_part_nothing(tmp_path):
    for number in range(1, 7):
        of_the_launcher = json.dumps({"OMPI_COMM_WORLD_SIZE": f"{number}", "SLURM_JOB_ID": f"{number}"})
        options = [f"--out=x{number}", f"--seed={number}", f"--kernels=k,{number}", "--max-operations=9"]
        launch(tmp_path, number, options=options, environment={"mpi_variables": of_the_launcher})
    assert summarise(load(tmp_path)).launches.tolist() == [6]


def test_only_the_cases_that_were_run_in_both_ways_are_parted(tmp_path):
    launch(tmp_path, 1, Case("k", SPREAD + 1000), Case("a", SPREAD + 1000), options=["--max-operations=1"])
    launch(tmp_path, 2, Case("k", SPREAD + 1000), Case("b", SPREAD + 1000), options=["--max-operations=2"])
    rows = summarise(load(tmp_path))
    assert rows.groupby("kernel").population.unique().map(sorted).to_dict() == {
        "a": [""], "b": [""], "k": ["max-operations=1", "max-operations=2"]}


def test_the_ping_pong_that_watches_for_drift_parts_nothing(tmp_path):
    watch = Case("ping_pong", SPREAD + 900, drift_watch=1, suffix="/drift=0.before")
    launch(tmp_path, 1, Case("ping_pong", SPREAD + 1000), watch, options=["--max-operations=1"])
    launch(tmp_path, 2, Case("a", SPREAD + 1000), watch, options=["--max-operations=2"])
    assert set(summarise(load(tmp_path)).population) == {""}


def test_figures_name_the_population(tmp_path):
    for number in range(1, 5):
        launch(tmp_path, number, options=[f"--max-operations={number % 2}"])
    names = set(draw("latency_against_ranks", tmp_path)[1].series)
    assert names == {"k max-operations=0", "k max-operations=1"}


def test_compare_does_not_compare_what_one_side_ran_in_several_ways(tmp_path):
    for number in range(1, 5):
        launch(tmp_path / "a", number, options=[f"--max-operations={number % 2}"])
        launch(tmp_path / "b", number, options=["--max-operations=1"])
    row, = compare(load(tmp_path / "a"), load(tmp_path / "b")).rows.itertuples()
    assert (row.status, row.verdict, row.launches_a, row.launches_b) == ("mixed", "mixed", 4, 4)
    assert row.reason == "A ran it with max-operations=0 or max-operations=1"
    alike = compare(load(tmp_path / "a"), load(tmp_path / "a")).rows
    assert "mixed" not in set(alike.status) and len(set(alike.population)) == 2


def disturbed_campaign(folder, times: float):
    for number in range(1, 8):
        slow = times if number == 3 else 1
        launch(folder, number, Case("ping_pong", ((SPREAD + 1000) * slow).astype(int)), Case("k", SPREAD + 1000 * number))
    return folder


def test_a_disturbed_launch_is_named_and_left_out_only_on_request(tmp_path):
    folder = disturbed_campaign(tmp_path, 10)
    campaign = load(folder)
    assert len(campaign.launches) == 7
    told, = [remark for remark in campaign.remarks if "disturbed" in remark]
    assert "launch-003.h5" in told and "10 times as long" in told and "--drop-disturbed would leave it out" in told
    without = load(folder, drop_disturbed=True)
    assert len(without.launches) == 6 and not without.cases.file.str.contains("launch-003").any()
    assert any("launch-003.h5" in remark and "it is left out" in remark for remark in without.remarks)
    done = run("report", folder, "--drop-disturbed", "--out", folder / "out")
    assert done.returncode == 0 and "it is left out" in done.stdout
    assert pd.read_csv(folder / "out" / "summary.csv").launches.tolist() == [6, 6]


def test_nine_times_as_slow_is_not_disturbed_nor_is_one_of_two(tmp_path):
    assert not any("disturbed" in remark for remark in load(disturbed_campaign(tmp_path / "nine", 9)).remarks)
    for number, times in ((1, 1), (2, 100)):
        launch(tmp_path / "two", number, Case("ping_pong", (SPREAD + 1000) * times))
    assert not any("disturbed" in remark for remark in load(tmp_path / "two").remarks)


def test_what_else_differs_is_said_above_the_table_and_in_captions_once(tmp_path):
    for number in range(1, 4):
        launch(tmp_path, number, environment={"host": f"box-{number % 2}", "load_before": f"{number}"})
    campaign = load(tmp_path)
    table = markdown(campaign, summarise(campaign))
    assert table.startswith("- before the numbers: the launches differ in host: box-0, box-1\n") and table.count("box-1") == 1
    assert "The launches differ in host, as table.md says." in style.caption(campaign, campaign.timed, "")
    alike = load(launch(tmp_path / "alike", 1).parent)
    assert "differ" not in markdown(alike, summarise(alike))
