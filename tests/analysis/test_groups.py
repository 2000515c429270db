"""What a kernel is for comes from its group, in files that have it, and else from what older files are known to hold."""

import h5py
import numpy as np
import pandas as pd
import pytest

from analysis.crossovers import crossovers
from analysis.groups import BY_NAME, GROUPING, native
from analysis.load import load
from analysis.naming import BARRIERS, PANELS, arranged, panels
from analysis.reading import text
from conftest import PUBLISHED, ROOT, draw
from synthetic import Case, write_launch

SPREAD = np.linspace(-100, 100, 401).astype(int) + 1000
SCHEMA = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
FIRST_LAUNCHES = sorted(path for folder in PUBLISHED for path in folder.glob("launch-001.h5"))


def cases_of(folder, *cases: Case) -> pd.DataFrame:
    write_launch(folder / "launch-001.h5", list(cases))
    return load(folder).cases


def rows(*groupings: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(groupings, columns=GROUPING)


def test_a_file_tells_the_groups_of_its_kernels(tmp_path):
    library = Case("lib", SPREAD, group="native", baseline_of="barrier")
    found = cases_of(tmp_path, Case("zab", SPREAD, group="broadcast"), library)
    assert found[["kernel", *GROUPING]].values.tolist() == [["zab", "broadcast", ""], ["lib", "native", "barrier"]]
    assert native(found).tolist() == [False, True]


def test_an_older_file_has_groups_by_the_names_of_its_kernels(tmp_path):
    found = cases_of(tmp_path, Case("chain_broadcast", SPREAD), Case("native_reduce", SPREAD), Case("unheard_of", SPREAD))
    assert found[GROUPING].values.tolist() == [["broadcast", ""], ["native", "aggregation"], ["", ""]]


def test_launches_with_and_without_groups_are_one_campaign(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("chain_broadcast", SPREAD)], 1)
    write_launch(tmp_path / "launch-002.h5", [Case("chain_broadcast", SPREAD, group="broadcast")], 2, schema_version="1.3")
    assert set(load(tmp_path).cases.group) == {"broadcast"}


@pytest.mark.parametrize("path", FIRST_LAUNCHES, ids=lambda path: path.parent.name)
def test_every_kernel_of_a_published_file_has_a_group(path):
    with h5py.File(path) as file:
        assert "group" in file["/cases"] or set(file["/cases/kernel"].asstr()[...]) <= set(BY_NAME)
        assert text(file.attrs["schema_version"]).startswith("1.")


def test_a_baseline_is_drawn_with_what_is_held_against_it():
    assert panels(rows(("native", "broadcast"), ("broadcast", ""))).tolist() == ["broadcast", "broadcast"]
    assert panels(rows(("native", "barrier"), ("point-to-point", ""))).tolist() == [BARRIERS, BARRIERS]


def test_every_group_of_the_schema_but_the_baselines_has_its_panel():
    line = next(line for line in SCHEMA.splitlines() if line.startswith("| `group` | what the kernel is for:"))
    words = line.partition("is for:")[2].split("`")[1::2]
    assert sorted(words) == sorted([*(group for groups in PANELS.values() for group in groups), "native"])


def test_a_group_of_a_later_schema_has_a_panel_of_its_own_behind_the_others(tmp_path):
    found = cases_of(tmp_path, Case("a", SPREAD, group="telepathy"), Case("b", SPREAD, group="barrier"), Case("c", SPREAD))
    assert arranged(found).panel.tolist() == [BARRIERS, "others", "telepathy"]


def test_a_figure_follows_the_groups_and_not_the_names(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("gossip_of_a_broadcast", SPREAD, group="order", family="protocol"),
                                              Case("native_speaker", SPREAD, group="election", family="protocol")])
    figure, _ = draw("latency_against_ranks", tmp_path)
    assert [axes.get_title() for axes in figure.axes] == ["delivery and order", "election"]


def test_competitors_are_of_one_group_whatever_they_are_called(tmp_path):
    def grown(kernel, slope, group, baseline_of=""):
        return [Case(kernel, SPREAD + slope * n, n, group=group, baseline_of=baseline_of) for n in (2, 4, 8, 16, 32)]

    write_launch(tmp_path / "launch-001.h5", [
        *grown("x", 100, "broadcast"), *grown("y", 300, "gossip"), *grown("z", 500, "native", "broadcast"),
        *grown("v", 100, "register"), *grown("x_broadcast", 200, "order"), *grown("u", 100, "anti-pattern", "all-to-all"),
        *grown("r", 50, "anti-pattern"), *grown("q", 60, "anti-pattern"),
        *grown("w", 300, "all-to-all"), *grown("s", 10, "point-to-point"), *grown("t", 20, "point-to-point")],
        world=32, cores=32)
    found = crossovers(load(tmp_path))
    assert sorted(zip(found.contest, found["first"], found.second)) == [
        ("all-to-all", "u", "w"), ("broadcast", "x", "y"), ("broadcast", "x", "z"), ("broadcast", "y", "z")]
