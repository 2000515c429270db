"""A launch that calibrates itself: what it leaves behind, as a reader of the file finds it."""

import h5py
import numpy as np
import pytest
import xarray

from . import stored
from .launching import assert_one_sentence

EXCHANGES = {"round_trip", "burst", "spaced", "late_receive", "held_send"}


@pytest.fixture(scope="module")
def path(mpirun, coordbench, tmp_path_factory):
    """Three ranks, of which the pairs that stand for their distances take part, and others may not."""
    folder = tmp_path_factory.mktemp("calibrated")
    ended = mpirun(3, coordbench, "run", "--calibrate", "--kernels", "ping_pong,@barrier", "--bytes", 8, "--ranks", 2,
                   "--operations", 5, "--out", folder, limit_s=240)
    assert ended.status == 0, ended.stderr
    return folder / "launch-001.h5"


def exchanges(loggp) -> np.ndarray:
    return np.array(loggp["exchange"].attrs["flag_meanings"].split())[loggp["exchange"].values]


def test_there_is_a_pair_for_each_distance(path):
    with xarray.open_dataset(path, group="/loggp") as loggp, h5py.File(path) as file:
        between = file["/ranks/distance"]
        words = np.array(between.attrs["flag_meanings"].split())
        assert set(loggp["name"].values) == {words[level] for level in between[...][np.triu_indices(3, 1)]}
        for name, client, server in zip(loggp["name"].values, loggp["client"].values, loggp["server"].values):
            assert words[between[client, server]] == name and client < server


def test_parameters_are_times_or_there_is_a_reason_why_not(path):
    with xarray.open_dataset(path, group="/loggp") as loggp:
        for level, reason in enumerate(loggp["refused"].values):
            regimes = loggp.sel(regime=loggp["regime_level"].values == level)
            assert (regimes.sizes["regime"] == 0) == bool(reason)
        costs = [loggp[name] for name in ("L_ns", "o_send_ns", "o_receive_ns", "g_ns")]
        slopes = [loggp[f"{name}_ns_per_byte"] for name in ("G", "o_send", "o_receive", "g")]
        for fixed, slope in zip(costs, slopes):
            values = fixed.values + slope.values * loggp["first_bytes"].values
            assert np.isfinite(values).all() and (fixed.values >= 0).all() and (slope.values >= 0).all()
        assert all(((fixed.values + slope.values * loggp["first_bytes"].values) > 0).all()
                   for fixed, slope in list(zip(costs, slopes))[1:])
        assert loggp["L_ns"].attrs["units"] == "ns" and loggp["G_ns_per_byte"].attrs["units"] == "ns/byte"


def test_every_sample_is_kept(path):
    """One pass before the block of cases and one behind it; each size at least twelve times of each kind in each visit."""
    with xarray.open_dataset(path, group="/loggp") as loggp:
        assert set(exchanges(loggp)) == EXCHANGES and set(loggp["pass"].values) == {0, 1}
        assert (loggp["time_ns"].values > 0).all() and (loggp["waited_ns"].values >= 0).all()
        for kind in EXCHANGES - {"held_send"}:
            of_kind = loggp["bytes"].values[exchanges(loggp) == kind]
            assert min(np.count_nonzero(of_kind == size) for size in (1, 8, 1024, 65536)) >= 2 * 12, kind
        assert {1, 2, 3, 4, 6, 49152, 65536} <= set(loggp["bytes"].values) and loggp["bytes"].values.max() == 1 << 20


def test_what_kernels_do_between_messages_is_there_too(path):
    with xarray.open_dataset(path, group="/loggp") as loggp:
        work = np.array(loggp["work"].attrs["flag_meanings"].split())[loggp["work"].values]
        assert set(work) == {"copy", "fold", "mac", "digest", "sign", "verify"} and set(loggp["work_pass"].values) == {0, 1}
        times, sizes = loggp["work_time_ns"].values, loggp["work_bytes"].values
        median = lambda name, size: np.median(times[(work == name) & (sizes == size)])
        for name in ("copy", "fold"):
            assert 0 < median(name, 8) < median(name, 1 << 20), name


def test_the_cases_are_there_as_ever(path):
    assert set(stored.column(path, "verdict")) == {"ok"} and stored.attribute(path, "complete") == 1
    assert stored.attribute(path, "schema_version") == "1.7"


def test_the_command_alone_makes_a_file_without_cases(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "calibrate", "--bytes", "16:128", "--out", tmp_path, limit_s=120)
    assert ended.status == 0, ended.stderr
    path = tmp_path / "launch-001.h5"
    with xarray.open_dataset(path, group="/loggp") as loggp:
        assert {1, 16, 24, 32, 48, 64, 96, 128} == set(loggp["bytes"].values[exchanges(loggp) == "round_trip"])
    assert stored.column(path, "name") == [] and stored.attribute(path, "complete") == 1


def test_a_launch_that_was_interrupted_before_it_calibrated_is_calibrated_when_it_goes_on(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "run", "--calibrate", "--kernels", "ping_pong", "--bytes", 8, "--total-budget", "1ms",
                   "--out", tmp_path, limit_s=120)
    path = tmp_path / "launch-001.h5"
    with h5py.File(path, "r+") as file:
        assert len(file["cases/name"]) == 0, ended.stderr
        del file["loggp"]
    mpirun(2, coordbench, "run", "--resume", path, limit_s=120)
    with h5py.File(path) as file:
        assert len(file["loggp/time_ns"]) > 0 and len(file["loggp/work_time_ns"]) > 0


def test_too_few_sizes_for_a_model_are_told(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "calibrate", "--bytes", "8", "--out", tmp_path, limit_s=120)
    assert_one_sentence(ended, "no parameters", "sizes")


def test_one_rank_has_nobody_to_calibrate_with(mpirun, coordbench, tmp_path):
    ended = mpirun(1, coordbench, "calibrate", "--out", tmp_path)
    assert_one_sentence(ended, "calibrate", "two ranks")
    assert ended.status == 2 and not list(tmp_path.iterdir())


def test_sizes_are_parsed_like_any_other(mpirun, coordbench, tmp_path):
    for given, words in (("many", ("--bytes", "many")), ("8:32MiB", ("--bytes", "32 MiB", "16MiB"))):
        ended = mpirun(2, coordbench, "calibrate", "--bytes", given, "--out", tmp_path)
        assert ended.status == 2
        assert_one_sentence(ended, *words)


def test_a_launch_without_it_has_no_such_group(mpirun, coordbench, tmp_path):
    arguments = "run", "--kernels", "ping_pong", "--bytes", 8, "--operations", 5
    assert mpirun(2, coordbench, *arguments, "--out", tmp_path).status == 0
    with h5py.File(tmp_path / "launch-001.h5") as file:
        assert "loggp" not in file
