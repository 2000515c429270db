"""How processes were started: where they may run, and whether MPI knows that there are several."""

import os
import shutil

import h5py
import pytest

from . import stored
from .launching import assert_no_trace, assert_one_sentence, run, under_mpirun
from .test_bad_input import QUICK, USAGE


@pytest.fixture
def last_core() -> str:
    """One PU that is not the first that this process may use, so that it is known from the usual one."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or shutil.which("taskset") is None:
        pytest.skip("there is no second core here, or no taskset to leave one out")
    return str(cores[-1])


def seats(path) -> list[str]:
    with h5py.File(path) as file:
        return [stored.text(mask) for mask in file["ranks/cpuset"][:]]


@pytest.mark.parametrize("placement", ["auto", "compact", "spread", "none"])
def test_no_rank_leaves_the_mask_that_it_was_started_with(coordbench, tmp_path, last_core, placement):
    ended = run("taskset", "-c", last_core, *under_mpirun(2, coordbench, "run", *QUICK, "--ranks", 2, "--placement", placement,
                                                          "--out", tmp_path, options=("--bind-to", "none")))
    assert ended.status == 0, ended.stderr
    assert seats(tmp_path / "launch-001.h5") == [last_core, last_core]
    assert stored.attribute(tmp_path / "launch-001.h5", "oversubscribed", "environment") == 1
    if placement == "none":
        assert ended.sentences == []
    else:
        assert_one_sentence(ended, f"--placement {placement}", "more ranks (2) than cores (1)", "start at most 1 here")


def test_a_list_of_pus_outside_the_mask_is_refused(coordbench, tmp_path, last_core):
    first = min(os.sched_getaffinity(0))
    ended = run("taskset", "-c", last_core, coordbench, "run", *QUICK, "--placement", f"list:{first}", "--out", tmp_path)
    assert_one_sentence(ended, f"PU {first} is not allowed", f"choose from {last_core}")
    assert ended.status == USAGE


FOREIGN = {"srun's step": {"SLURM_STEP_NUM_TASKS": "2", "SLURM_NTASKS": "2"}, "a batch script": {"SLURM_NTASKS": "2"},
           "MPICH": {"PMI_SIZE": "2"}, "Intel MPI": {"MPI_LOCALNRANKS": "2"}, "Open MPI": {"OMPI_COMM_WORLD_SIZE": "2"}}


@pytest.mark.parametrize("said", FOREIGN.values(), ids=FOREIGN.keys())
def test_processes_that_mpi_does_not_know_as_one_world_are_refused(coordbench, tmp_path, said):
    """By one of them: the others leave without a word."""
    ended = [run(coordbench, "run", *QUICK, "--out", tmp_path, env={**said, "PMI_RANK": str(number)}) for number in (0, 1)]
    assert [each.status for each in ended] == [USAGE, USAGE]
    assert_one_sentence(ended[0], "MPI knows of this one only", "mpirun -n 2", "mpirun -n 1")
    assert (ended[1].stdout, ended[1].sentences) == ("", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command, launcher", [(("list",), ()), (("run", "--list"), ()), (("doctor",), under_mpirun(1)),
                                               (("run", *QUICK), under_mpirun(1)), (("run", *QUICK), under_mpirun(2))])
def test_inside_a_larger_job_what_measures_nothing_and_what_mpirun_starts_works(coordbench, tmp_path, command, launcher):
    if command[0] == "run":
        command = (*command, "--out", tmp_path)
    ended = run(*launcher, coordbench, *command, env={"SLURM_NTASKS": "4"})
    assert ended.status == 0 or command[0] == "doctor", ended.stderr
    assert "MPI knows" not in ended.stderr
    assert_no_trace(ended)
