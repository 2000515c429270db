"""Bytes that are no text, and files that are no files: stored, or refused in one sentence; no library speaks to the user."""

import os

import h5py
import pytest

from . import stored
from .launching import assert_one_sentence, run

USAGE = 2
ODD = os.fsdecode(b"caf\xe9")  # Latin-1, which is no UTF-8
QUICK = ("--kernels", "empty", "--operations", 5)
AS_IT_IS = {"errors": "surrogateescape"}


def test_paths_that_are_no_utf8_are_stored(coordbench, mpirun, tmp_path):
    folder = tmp_path / ODD
    ended = mpirun(2, coordbench, "run", *QUICK, "--out", folder, "--gbench-json", tmp_path / f"{ODD}.json", **AS_IT_IS)
    assert (ended.status, ended.sentences) == (0, []), ended.stderr
    path = folder / "launch-001.h5"
    assert stored.attribute(path, "campaign") == "caf\ufffd" and "caf\ufffd" in stored.attribute(path, "arguments")
    ended = mpirun(2, coordbench, "run", "--resume", path, **AS_IT_IS)
    assert ended.status == 0 and "lacks no case" in ended.stdout, ended.stderr
    with h5py.File(path, "r+") as file:
        file.attrs["complete"] = 0
    ended = mpirun(2, coordbench, "run", "--resume", path, **AS_IT_IS)
    assert ended.status == 0 and stored.attribute(path, "complete") == 1, ended.stderr


def test_an_environment_that_is_no_utf8_is_stored(coordbench, mpirun, tmp_path):
    odd = {name: ODD for name in ("OMPI_MCA_odd", "SLURM_JOB_ID", "SLURM_JOB_NODELIST", "UCX_TLS")}
    ended = mpirun(2, coordbench, "run", *QUICK, "--out", tmp_path, env=odd, **AS_IT_IS)
    assert ended.status == 0, ended.stderr
    assert "caf\ufffd" in stored.attribute(tmp_path / "launch-001.h5", "mpi_variables", "/environment")


VALUED = ("--kernels", "--bytes", "--set", "--placement", "--resume", "--config", "--micro", "--seed")


@pytest.mark.parametrize("option", VALUED)
def test_values_that_are_no_utf8_are_refused(coordbench, mpirun, tmp_path, option):
    ended = mpirun(2, coordbench, "run", option, ODD, *(() if option == "--resume" else ("--out", tmp_path)), **AS_IT_IS)
    assert_one_sentence(ended, option)
    assert ended.status == USAGE and "json.exception" not in ended.stderr


def no_files(folder) -> dict:
    os.mkfifo(folder / "pipe")
    return {"a folder": folder, "a device": "/dev/zero", "a pipe": folder / "pipe", "what cannot be read": "/proc/self/mem"}


@pytest.mark.parametrize("option", ["--config", "--micro", "--resume"])
def test_what_is_no_file_is_refused_at_once(coordbench, tmp_path, option):
    for what, path in no_files(tmp_path).items():
        ended = run(coordbench, "run", option, path, limit_s=20)
        assert_one_sentence(ended, option, str(path))
        assert ended.status == USAGE, what
        assert "basic_filebuf" not in ended.stderr and "iostream" not in ended.stderr, what
