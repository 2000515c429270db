"""--resume goes on only as and where a launch was begun, says who is in the way of a good file, and heals what a kill left."""

import fcntl
import json
import os
import shutil
import socket
import subprocess

import h5py
import pytest

from . import stored
from .launching import assert_one_sentence, run, under_mpirun

USAGE, NOT_WRITTEN = 2, 3
SMALL = ("--kernels", "empty,two_phase_commit", "--bytes", "8,64", "--operations", 5, "--seed", 7)


@pytest.fixture(scope="module")
def whole(coordbench, mpirun, tmp_path_factory):
    """A launch of two ranks that is over."""
    folder = tmp_path_factory.mktemp("whole")
    assert mpirun(2, coordbench, "run", *SMALL, "--out", folder).status == 0
    return folder / "launch-001.h5"


@pytest.fixture
def unfinished(whole, tmp_path):
    """A copy of it, as if it had been killed between its last case and its end."""
    path = tmp_path / "launch-001.h5"
    shutil.copy(whole, path)
    with h5py.File(path, "r+") as file:
        file.attrs["complete"] = 0
    return path


def leave_hidden_files(path, *suffixes) -> list:
    left = [path.with_name(f".{path.name}.{suffix}") for suffix in suffixes]
    for each in left:
        each.write_text(socket.gethostname())
    return left


# ---- what must be the same ----------------------------------------------------------------------------------------------

OF_ANOTHER = {"schema_version": "/", "source": "/", "coordbench_version": "/", "git_commit": "/",
              **{name: "/environment" for name in ("host", "kernel", "cpu", "mpi_library", "mpi_variables", "compiler",
                                                   "compiler_flags", "clock_source", "cgroup_limits")}}


@pytest.mark.parametrize("name", OF_ANOTHER)
def test_what_makes_numbers_differ_is_the_same_or_told(mpirun, coordbench, unfinished, name):
    with h5py.File(unfinished, "r+") as file:
        file[OF_ANOTHER[name]].attrs[name] = "somebody else's"
    before = unfinished.read_bytes()
    ended = mpirun(2, coordbench, "run", "--resume", unfinished)
    assert_one_sentence(ended, "--resume", str(unfinished), f"the {name} ", "'somebody else's'", "run the launch anew")
    assert ended.status == USAGE and unfinished.read_bytes() == before and len(list(unfinished.parent.iterdir())) == 1


def test_an_unknown_commit_matches_nothing(mpirun, coordbench, unfinished):
    with h5py.File(unfinished, "r+") as file:
        file.attrs["git_commit"] = "unknown"
    ended = mpirun(2, coordbench, "run", "--resume", unfinished)
    assert_one_sentence(ended, "git_commit", "'unknown'")
    assert ended.status == USAGE


def test_another_program_and_another_host_do_not_go_on(mpirun, coordbench, unfinished, tmp_path):
    other = tmp_path / "another-program"
    other.symlink_to(coordbench)
    ended = mpirun(2, other, "run", "--resume", unfinished)
    assert_one_sentence(ended, "program 'coordbench'", "'another-program'")
    with h5py.File(unfinished, "r+") as file:
        file["ranks/host"][1] = "elsewhere"
    ended = mpirun(2, coordbench, "run", "--resume", unfinished)
    assert_one_sentence(ended, "host of rank 1 'elsewhere'", socket.gethostname())
    assert ended.status == USAGE


def test_it_goes_on_with_the_options_that_it_had_whatever_became_of_their_file(mpirun, coordbench, tmp_path):
    config = tmp_path / "campaign.toml"
    config.write_text('kernels = "empty,ping_pong"\noperations = 7\nbytes = [8, 64]\ntotal-budget = "1ms"\n')
    path = tmp_path / "out" / "launch-001.h5"
    assert mpirun(2, coordbench, "run", "--config", config, "--out", path.parent).status == 1
    assert {"run", "--operations=7", "--bytes=8", "--bytes=64"} <= set(json.loads(stored.attribute(path, "options")))
    config.write_text("operations = 9\n")
    ended = mpirun(2, coordbench, "run", "--resume", path, "--total-budget", "1min")
    assert ended.status == 0, ended.stderr
    assert set(stored.column(path, "operations")) == {7}


# ---- what the plan lacks --------------------------------------------------------------------------------------------------


def test_a_total_budget_that_ends_too_soon_is_told_stored_and_in_the_status(mpirun, coordbench, tmp_path):
    path = tmp_path / "launch-001.h5"
    ended = mpirun(2, coordbench, "run", *SMALL, "--total-budget", "1ms", "--out", tmp_path)
    lacking = sum(order >= 0 for order in h5py.File(path)["plan/order"][:])
    assert_one_sentence(ended, f"the total budget ended before {lacking} of {lacking} cases", "--resume", "--total-budget")
    assert ended.status == 1 and f"{lacking} not run" in ended.stdout
    assert (stored.attribute(path, "complete"), stored.attribute(path, "ended_by")) == (0, "total_budget")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    ended = mpirun(2, coordbench, "run", "--resume", path, "--total-budget", "1min")
    assert ended.status == 0 and len(stored.whole_cases(path)) == lacking, ended.stderr
    assert (stored.attribute(path, "complete"), stored.attribute(path, "ended_by")) == (1, "plan")


# ---- what killed launches leave -------------------------------------------------------------------------------------------


def test_killed_behind_its_last_case_a_launch_is_completed(mpirun, coordbench, unfinished):
    cases = stored.whole_cases(unfinished)
    leave_hidden_files(unfinished, "next", "previous", "reserved", "lock")
    ended = mpirun(2, coordbench, "run", "--resume", unfinished)
    assert ended.status == 0 and f"{len(cases)} were there before" in ended.stdout, ended.stderr
    assert stored.attribute(unfinished, "complete") == 1 and stored.whole_cases(unfinished) == cases
    assert [each.name for each in unfinished.parent.iterdir()] == [unfinished.name]


def test_what_lies_beside_a_complete_file_is_removed(mpirun, coordbench, whole):
    left = leave_hidden_files(whole, "next", "previous", "reserved", "lock")
    ended = mpirun(2, coordbench, "run", "--resume", whole)
    assert ended.status == 0 and "lacks no case" in ended.stdout, ended.stderr
    assert not any(each.exists() for each in left)


def test_the_number_that_a_killed_launch_had_reserved_is_given_again(coordbench, tmp_path):
    dead, alive = (tmp_path / f".launch-00{number}.h5.reserved" for number in (1, 2))
    for each in (dead, alive):
        each.write_text(socket.gethostname())
    beside_others = leave_hidden_files(tmp_path / "launch-007.h5", "next", "lock")
    with alive.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for _ in range(2):
            assert run(coordbench, "run", "--kernels", "empty", "--operations", 5, "--out", tmp_path).status == 0
    assert sorted(each.name for each in tmp_path.glob("*.h5")) == ["launch-001.h5", "launch-003.h5"]
    assert alive.exists() and not dead.exists() and not any(each.exists() for each in beside_others)


# ---- good files that cannot be read here ---------------------------------------------------------------------------------


def test_a_file_that_another_process_writes_to_is_a_good_file(mpirun, coordbench, unfinished):
    with h5py.File(unfinished, "r+"):
        ended = mpirun(2, coordbench, "run", "--resume", unfinished)
    assert_one_sentence(ended, str(unfinished), "open for writing in another process", "close it there")
    assert ended.status == USAGE and "damaged" not in ended.stderr


def test_a_file_that_this_user_may_not_read_is_a_good_file(coordbench, unfinished):
    unfinished.chmod(0o200)
    # Root may read anything by a capability that it can do without.
    like_anybody = () if os.getuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    ended = run(*like_anybody, *under_mpirun(2, coordbench, "run", "--resume", unfinished))
    assert_one_sentence(ended, str(unfinished), "may not be read by user ", "its mode is 0200", "chmod")
    assert ended.status == USAGE and "damaged" not in ended.stderr


def test_where_the_file_system_has_no_locks_the_switch_is_named(mpirun, coordbench, unfinished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("no-locks")
    (folder / "no_locks.c").write_text("#include <errno.h>\nint flock(int f, int o) { return errno = ENOLCK, -1; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", folder / "no_locks.c", "-o", folder / "no_locks.so"], check=True, timeout=60)
    without = {"LD_PRELOAD": str(folder / "no_locks.so")}
    switched = {**without, "HDF5_USE_FILE_LOCKING": "FALSE"}
    ended = mpirun(2, coordbench, "run", "--resume", unfinished, env=without)
    assert_one_sentence(ended, str(unfinished), "has no locks (No locks available)", "HDF5_USE_FILE_LOCKING=FALSE")
    assert ended.status == USAGE and "damaged" not in ended.stderr
    assert mpirun(2, coordbench, "run", "--resume", unfinished, env=switched).status == 0
    quick = ("--kernels", "empty", "--operations", 5, "--out", folder / "out")
    ended = mpirun(2, coordbench, "run", *quick, env=without)
    assert_one_sentence(ended, "No locks available", "HDF5_USE_FILE_LOCKING=FALSE")
    assert ended.status == NOT_WRITTEN
    assert mpirun(2, coordbench, "run", *quick, env=switched).status == 0


# ---- damaged files --------------------------------------------------------------------------------------------------------

DAMAGE = {
    "no order": (lambda file: file.pop("plan/order"), "/plan/order is missing"),
    "an empty order": (lambda file: (file.pop("plan/order"), file.create_dataset("plan/order", data=[0][:0])), "/plan/order"),
    "an attribute that is an array": (lambda file: file.attrs.create("complete", [0] * 5), "attribute complete"),
    "a column too few": (lambda file: file.pop("cases/verdict"), "/cases/verdict is missing"),
    "samples gone": (lambda file: [file["samples"].pop(name) for name in list(file["samples"])], "/samples/"),
    "options that are none": (lambda file: file.attrs.modify("options", '["run", "--bytes=x"]'), "'x'"),
    "options for help": (lambda file: file.attrs.modify("options", '["run", "--help"]'), "help"),
    "options of another kind": (lambda file: file.attrs.modify("options", '{"run": 1}'), "options is no JSON list"),
}


@pytest.mark.parametrize("damage, words", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_named_with_what_is_wrong_with_it(mpirun, coordbench, unfinished, damage, words):
    with h5py.File(unfinished, "r+") as file:
        damage(file)
    before = unfinished.read_bytes()
    ended = mpirun(2, coordbench, "run", "--resume", unfinished)
    assert_one_sentence(ended, f"--resume: '{unfinished}' is damaged: ", words)
    assert (ended.status, ended.stdout) == (USAGE, "") and unfinished.read_bytes() == before
