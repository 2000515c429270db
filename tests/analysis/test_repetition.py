"""What jobs/again asks of the launches of another sitting: what the first was asked."""

import json
from datetime import datetime, timezone

import h5py
import numpy as np
from conftest import assert_refused, run
from analysis.repetition import repetition
from synthetic import Case, write_launch

NOON = datetime(2024, 5, 6, 12, tzinfo=timezone.utc)


def launch(folder, number: int, options, created="2024-05-06T07:00:00Z", **written):
    path = write_launch(folder / f"launch-{number:03}.h5", [Case("k", np.arange(400))], number, **written)
    with h5py.File(path, "r+") as file:
        file.attrs.update(options=json.dumps(options), created_utc=created)
    return path


def test_a_sitting_is_run_again_with_the_options_and_ranks_of_the_first_in_its_order(tmp_path):
    launch(tmp_path, 1, ["run", "--bytes=8", "--out=x", "--micro=/tmp/gone"], "2024-05-06T07:02:00Z",
           limits={"clock_read": (20.0, np.nan)})
    launch(tmp_path, 2, ["run", "--set=k.x=1,2", "--launch=7", "--campaign=y"], "2024-05-06T07:01:00Z", world=4)
    launch(tmp_path, 3, ["run"], "2024-05-06T07:03:00Z", oversubscribed=True)
    launch(tmp_path, 4, ["run", "--bytes=16"], "2024-05-06T09:00:00Z")
    wait_s, launches = repetition(tmp_path, NOON)
    assert wait_s == 0
    assert [(each.ranks, each.oversubscribed, each.limits, each.arguments) for each in launches] == [
        (4, False, False, ("--set=k.x=1,2",)), (2, False, True, ("--bytes=8",))]


def test_a_campaign_on_more_ranks_than_cores_is_run_so_again(tmp_path):
    launch(tmp_path, 1, ["run"], oversubscribed=True)
    assert [each.oversubscribed for each in repetition(tmp_path, NOON)[1]] == [True]


def test_it_waits_until_a_new_sitting_can_begin(tmp_path):
    launch(tmp_path, 1, ["run"], "2024-05-06T11:57:00Z")  # lasted 1 s
    assert repetition(tmp_path, NOON)[0] == 600 - 179 + 2
    done = run("again", tmp_path)
    assert done.stdout.splitlines() == ["wait 0", "launch\t2\t0\t0"] and done.returncode == 0


def test_what_cannot_be_run_again_here_is_refused_in_a_sentence(tmp_path):
    launch(tmp_path / "simulated", 1, ["run"], source="simulated")
    assert_refused(run("again", tmp_path / "simulated"), "is simulated")
    with h5py.File(launch(tmp_path / "hosts", 1, ["run"]), "r+") as file:
        file["/ranks/host"][1] = "another"
    assert_refused(run("again", tmp_path / "hosts"), "was measured on 2 hosts")
    for number, options in enumerate((["calibrate"], "run", {}), start=1):
        launch(tmp_path / str(number), 1, options)
        assert_refused(run("again", tmp_path / str(number)), "does not hold the options")
