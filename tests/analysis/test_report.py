"""`analysis/report` as a user runs it: every file, the numbers behind the pictures, the same bytes twice, clear refusals."""

import math
import re
import shutil

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis.load import load
from analysis.summary import summarise
from analysis.table import markdown
from conftest import assert_refused, caption, draw, run, seven
from matplotlib.text import Text
from synthetic import Case, write_launch

FIGURES = ["bandwidth_against_payload", "latency_against_payload", "latency_against_ranks", "latency_against_throughput",
           "launch_to_launch", "messages_against_ranks", "stack_of_costs", "staleness",
           "tail", "topology_and_placement"]


@pytest.fixture(scope="module")
def reported(campaign_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    done = run("report", campaign_folder, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return out


def test_every_file_is_written(reported):
    stems = {f"{stem}.{ending}" for stem in FIGURES for ending in ("pdf", "png", "csv", "txt", "tex")}
    found = {path.name for path in (reported / "figures").iterdir()}
    assert {name for name in found if not re.search(r"-\d+\.png$", name)} == stems | {
        "scaling_models.csv", "scaling_crossovers.csv", "panels"}
    assert {path.name for path in reported.iterdir()} == {"figures", "summary.csv", "table.md"}


def test_twice_the_same_bytes(reported, campaign_folder, tmp_path):
    assert run("report", campaign_folder, "--out", tmp_path).returncode == 0
    for path in sorted(reported.rglob("*.*")):
        assert path.read_bytes() == (tmp_path / path.relative_to(reported)).read_bytes(), path.name


def test_summary_holds_medians_and_intervals_of_launch_medians(reported):
    rows = pd.read_csv(reported / "summary.csv", keep_default_na=False, na_values=[""])
    row = rows[(rows.kernel == "two_phase_commit") & (rows.ranks == 2) & ~rows.oversubscribed].iloc[0]
    assert (row.launches, row.operations, row.latency_definition, row.sync) == (7, 7 * 401, "proposer", "round-time")
    assert [row.latency_ns, row.latency_low_ns, row.latency_high_ns] == pytest.approx(seven(range(1301, 1308)))
    assert (row.p90_ns, row.p99_ns) == (1304 + 160, 1304 + 196)
    assert rows[rows.oversubscribed].latency_low_ns.isna().all()


def test_table_is_fit_for_the_readme(reported):
    table = (reported / "table.md").read_text(encoding="utf-8")
    assert table.startswith("| kernel | payload | latency, N=1 | latency, N=2 | latency, N=4 | latency, N=8 | ÷ RTT at 8 B |")
    commit, native = (next(line for line in table.splitlines() if line.startswith(f"| {name}")) for name in ("two_p", "native"))
    assert "| 1.30 [1.30, 1.31] µs | 13.1 µs† | 13.1 µs† | 0.867 [0.867, 0.867] | 1 = 1 | 5 of 5 | 7 | – |" in commit
    assert "| 1.20 [1.20, 1.21] µs | 12.1 µs† | 12.1 µs† | 0.801 [0.800, 0.801] | – | – | 7 | – |" in native
    assert "† more ranks than cores" in table
    assert "90" not in table.split("\n")[2]  # drift watches, 90 µs, are nowhere


def test_the_table_has_a_column_for_each_number_of_ranks(tmp_path):
    cases = [Case("k", np.arange(500) + 1000 * ranks, ranks) for ranks in (3, 5, 7)]
    write_launch(tmp_path / "launch-001.h5", [*cases, Case("late", np.arange(500) + 500, 7)])
    table = markdown(load(tmp_path), summarise(load(tmp_path)))
    assert table.startswith("| kernel | payload | latency, N=3 | latency, N=5 | latency, N=7 |")
    assert "| k | 8 B | 3.25 µs | 5.25 µs | 7.25 µs | – | 1 = 1 |" in table
    assert "| late | 8 B | – | – | 0.750 µs | – | 1 = 1 |" in table


def test_every_csv_names_its_cases_as_commands_take_them(reported, campaign_folder):
    names = set(load(campaign_folder).cases["name"])
    for path in [reported / "summary.csv", *(reported / "figures" / f"{name}.csv" for name in FIGURES)]:
        told = pd.read_csv(path).get("case")
        assert told is not None and set(told.dropna()) <= names and told.notna().any() or "topology" in path.name, path.name


def test_table_shows_a_miscount_and_lacking_intervals(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", np.arange(500) + 1000, messages=4, expected_messages=3)])
    assert run("report", tmp_path).returncode == 0
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "| k | 8 B | 1.25 µs | – | 4 ≠ 3 | 0 of 1 | 1 | – |" in table
    assert "no interval: fewer than six launches" in table


def test_a_count_without_a_formula_says_so(tmp_path):
    case = Case("k", np.arange(500) + 1000, count_rule="expected", messages=33.52, expected_messages=np.nan)
    write_launch(tmp_path / "launch-001.h5", [case])
    campaign = load(tmp_path)
    assert "| 33.5 (no formula) | – |" in markdown(campaign, summarise(campaign))


@pytest.mark.parametrize("stem, x, y", [
    ("latency_against_ranks", "ranks", "latency_us"), ("latency_against_payload", "payload_bytes", "latency_us"),
    ("bandwidth_against_payload", "payload_bytes", "rate_gb_per_s"),
    ("messages_against_ranks", "ranks", "messages_per_operation"), ("tail", "latency_us", "share_as_slow")])
def test_csv_holds_the_points_of_the_picture(reported, drawn, stem, x, y):
    numbers = pd.read_csv(reported / "figures" / f"{stem}.csv")
    for title, points in numbers.groupby("panel"):
        axes = next(axes for axes in drawn[stem][0].axes if axes.get_title() == title)
        marked = [line for line in axes.lines if line.get_marker() not in ("None", "_", "|") and len(line.get_xdata())]
        shown = {(f"{a:.9g}", f"{b:.9g}") for line in marked for a, b in zip(line.get_xdata(), line.get_ydata())}
        assert shown == {(f"{a:.9g}", f"{b:.9g}") for a, b in zip(points[x], points[y])}


def test_latency_in_the_csv_is_the_summary_in_microseconds(reported):
    numbers = pd.read_csv(reported / "figures" / "latency_against_ranks.csv")
    row = numbers[(numbers.series == "binomial_broadcast") & (numbers.ranks == 2)]
    assert row[["latency_us", "latency_low_us", "latency_high_us", "launches"]].values[0] == pytest.approx(
        [each / 1000 for each in seven(range(1001, 1008))] + [7])
    assert not numbers.series.str.contains("stream").any()
    assert numbers.latency_us.max() < 20  # neither the drift watches, 90 µs, nor the two-rank cases of the crowded launch


def test_oversubscribed_points_are_hollow_unconnected_and_named(drawn):
    for stem in ("latency_against_ranks", "messages_against_ranks"):
        axes = drawn[stem][0].axes[0]
        marked = [line for line in axes.lines if line.get_marker() != "None" and len(line.get_xdata())]
        crowded = [line for line in marked if max(line.get_xdata()) > 2]
        assert crowded
        assert all(line.get_markerfacecolor() in ("white", "none") and line.get_linestyle() == "None" for line in crowded)
        assert "hollow: oversubscribed" in [text.get_text() for text in axes.get_legend().get_texts()]


def test_series_differ_in_more_than_colour(drawn):
    for axes in drawn["latency_against_ranks"][0].axes:
        handles, labels = axes.get_legend_handles_labels()
        assert len({(handle.get_marker(), handle.get_linestyle()) for handle in handles}) == len(labels)


def test_type_is_legible_and_inside_the_page(drawn):
    for name, (figure, _) in drawn.items():
        texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
        assert min(text.get_fontsize() for text in texts) >= 7, name
        page = figure.bbox.padded(1)
        for part in [figure._supxlabel, *(axes.get_legend() for axes in figure.axes if axes.get_legend())]:
            box = part.get_window_extent()
            assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, name


def test_caption_says_where_the_numbers_are_from(drawn, campaign_folder):
    said = caption(drawn["latency_against_ranks"][0])
    for words in (f"Campaign {campaign_folder.name}: 8 launches, 1 of them oversubscribed",
                  "measured on Synthetic CPU, 2 cores, Open MPI 4.1.4",
                  "Latency: barrier, makespan or proposer, as summary.csv says of each case; compare only equal definitions.",
                  "Start line: round-time.",
                  "No interval: fewer than six launches"):
        assert words in said


def test_a_campaign_is_called_as_its_folder_is_whatever_its_files_were_written_as(tmp_path):
    for folder, written_as in (("published", "published-new"), ("other", "published")):
        write_launch(tmp_path / folder / "launch-001.h5", [Case("k", np.arange(1000) + 500)], campaign=written_as)
        campaign = load(tmp_path / folder)
        assert campaign.name == folder and campaign.launches.campaign.tolist() == [written_as]
        said = caption(draw("latency_against_ranks", tmp_path / folder)[0])
        assert f"Campaign {folder}: 1 launches" in said and "published-new" not in said


def test_a_simulated_campaign_names_the_simulator_and_the_platform_and_no_machine(tmp_path):
    path = write_launch(tmp_path / "launch-001.h5", [Case("k", np.arange(9) + 500)], source="simulated", world=1024)
    with h5py.File(path, "a") as file:
        file["environment"].attrs["mpi_library"] = "SMPI Version 3.32. Copyright The SimGrid Team 2007-2022"
        file["environment"].attrs["platform"] = "fat_tree"
    said = caption(draw("latency_against_ranks", tmp_path)[0])
    assert "; simulated by SimGrid 3.32 on the platform fat_tree, up to 1,024 ranks." in said
    assert "Copyright" not in said and "Synthetic CPU" not in said


def test_a_figure_without_anything_in_it_is_left_out_and_said_so(tmp_path):
    """Also where an earlier report has left one."""
    write_launch(tmp_path / "launch-001.h5", [Case("flat_broadcast", np.arange(1000) + 500, ranks=4)])
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "stack_of_costs.png").write_bytes(b"old")
    done = run("report", tmp_path)
    assert "remark: no figure stack_of_costs: this campaign has no such case" in done.stdout
    assert "no figure latency_against_ranks" not in done.stdout
    there = {path.stem for path in (tmp_path / "figures").iterdir()}
    assert "stack_of_costs" not in there and "latency_against_ranks" in there
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert table.startswith("| kernel | payload | latency, N=4 |")


def test_one_launch_makes_a_report_without_intervals(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("flat_broadcast", np.arange(1000) + 500)])
    done = run("report", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert math.isnan(pd.read_csv(tmp_path / "summary.csv").latency_low_ns[0])
    assert "fewer than six launches" in caption(draw("latency_against_ranks", tmp_path)[0])


def test_a_campaign_of_wrong_answers_has_figures_without_latencies(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", np.arange(50) + 1, verdict="wrong_answer")], complete=0)
    done = run("report", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "launch-001.h5 is incomplete" in done.stdout
    assert "1 cases ended as wrong_answer" in done.stdout
    assert pd.read_csv(tmp_path / "summary.csv").latency_ns.isna().all()


def test_a_campaign_that_finished_nothing(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [], complete=0)
    assert_refused(run("report", tmp_path), "did not finish a single case")


def test_a_launch_that_ended_before_its_first_case_has_watched_for_drift_alone(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", 900 + np.arange(9), drift_watch=1, suffix="/drift=0.before")])
    assert_refused(run("report", tmp_path), "drift", "--total-budget")
    assert not (tmp_path / "summary.csv").exists()


def test_unknown_schema(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [], schema_version="2.0")
    assert_refused(run("report", tmp_path), "launch-001.h5 has schema version 2.0", "1.x")


def test_a_later_minor_version_is_known(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", np.arange(50) + 1)], schema_version="1.7")
    assert len(load(tmp_path).cases) == 1


def test_truncated_file(campaign_folder, tmp_path):
    whole = (campaign_folder / "launch-001.h5").read_bytes()
    (tmp_path / "launch-001.h5").write_bytes(whole[: len(whole) * 6 // 10])
    assert_refused(run("report", tmp_path), "launch-001.h5 is damaged: HDF5 cannot read it")


def test_folder_without_launches(tmp_path):
    assert_refused(run("report", tmp_path), "holds no launch-*.h5")
    assert_refused(run("report", tmp_path / "absent"), "does not exist")


def test_unwritable_place(campaign_folder, tmp_path):
    shutil.copy(campaign_folder / "launch-001.h5", tmp_path / "a-file")
    assert_refused(run("report", campaign_folder, "--out", tmp_path / "a-file"), "cannot write", "a-file", status=3)


def test_no_folder_named():
    assert_refused(run("report"), "the following arguments are required: DIR")


def test_of_a_world_of_thousands_not_every_pair_is_drawn(tmp_path):
    """A row for each of 67 million pairs would be three gigabytes."""
    write_launch(tmp_path / "launch-001.h5", [Case("k", np.arange(20) + 100)], world=300)
    done = run("report", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "remark: no figure topology_and_placement: Launches of more than 256 ranks are not drawn" in done.stdout
    assert not list((tmp_path / "figures").glob("topology_and_placement.*"))
