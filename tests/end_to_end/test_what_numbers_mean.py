"""What a launch says of its own numbers, but for those that test_one_definition.py compares: whose latency it is; which
operations were cold; which marks the start line delayed; which payloads were copied."""

import json
import os

import h5py
import numpy as np
import pytest
import xarray

from . import stored
from .launching import run, under_mpirun

OPERATIONS = 20
LARGE = 64 * 1024


def launch(mpirun, coordbench, folder, *arguments):
    ended = mpirun(2, coordbench, "run", "--operations", OPERATIONS, "--seed", 3, "--out", folder, *arguments, limit_s=120)
    assert ended.status == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def launched(mpirun, coordbench, tmp_path_factory):
    """Over both transports; a commit index told at once, or with the next entry. Its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("numbers")
    kernels = "ping_pong,flat_broadcast,fire_and_forget,two_phase_commit,raft_replication"
    return folder, launch(mpirun, coordbench, folder, "--kernels", kernels, "--bytes", "8,64KiB", "--ranks", 2,
                          "--transport", "mpi,shared-memory", "--gbench-json", folder / "gbench.json",
                          "--set", "raft_replication.commit_broadcast=piggybacked,eager")


@pytest.fixture(scope="module")
def alone(mpirun, coordbench, tmp_path_factory):
    """A server by itself and with a client, and two servers that keep no copy."""
    folder = tmp_path_factory.mktemp("alone")
    launch(mpirun, coordbench, folder, "--kernels", "raft_replication", "--bytes", "64KiB", "--ranks", "all",
           "--clients", "0,1", "--transport", "shared-memory", "--set", "raft_replication.replicate=reference")
    return folder / "launch-001.h5"


@pytest.fixture(scope="module")
def path(launched):
    return launched[0] / "launch-001.h5"


def cases_in(path):
    names = ("name", "kernel", "transport", "sync", "verdict", "ranks", "in_flight", "payload_bytes", "block", "drift_watch",
             "latency_p50_ns", "payload_copied", "proposer", "clients")
    return [dict(zip(names, values)) for values in zip(*(stored.column(path, name) for name in names))]


@pytest.fixture(scope="module")
def cases(path):
    return cases_in(path)


def test_each_block_has_a_ping_pong_before_and_after_it_over_each_of_its_transports(cases):
    for block in {case["block"] for case in cases}:
        of_block = [case for case in cases if case["block"] == block]
        used = {case["transport"] for case in of_block if not case["drift_watch"]}
        watches = [(case["transport"], case["name"].rpartition(".")[2]) for case in of_block if case["drift_watch"]]
        assert sorted(watches) == sorted((transport, when) for transport in used for when in ("before", "after"))


def test_crowded_ranks_have_no_ratio(coordbench, tmp_path):
    """Two ranks on the first core that this process may use."""
    core = str(min(os.sched_getaffinity(0)))
    command = ("run", "--kernels", "ping_pong,flat_broadcast", "--bytes", 8, "--operations", OPERATIONS, "--out", tmp_path,
               "--gbench-json", tmp_path / "gbench.json")
    ended = run("taskset", "-c", core, *under_mpirun(2, coordbench, *command, options=("--bind-to", "none")))
    assert ended.status == 0, ended.stderr
    assert "RTT" not in ended.stdout and "more ranks than cores" in ended.stdout
    assert all("over_round_trip_of_8_bytes" not in each
               for each in json.loads((tmp_path / "gbench.json").read_text())["benchmarks"])


def test_a_latency_read_naively_is_that_of_the_rank_that_asked(path, alone):
    for path, case in [(path, case) for path in (path, alone) for case in cases_in(path)]:
        with xarray.open_dataset(path, group=f"/samples/{case['name']}") as samples:
            p99_ns = (samples.end_ns - samples.start_ns).quantile(0.99, "operation").values
        told = ~np.isnan(p99_ns)
        assert (p99_ns[told] > 0).all(), case["name"]
        if case["kernel"] in ("raft_replication", "two_phase_commit"):
            assert told.nonzero()[0].tolist() == [case["proposer"]] == [case["ranks"] if case["clients"] else 0]
        if case["kernel"] == "ping_pong":
            assert case["proposer"] == 0


def test_first_operations_of_blocks_are_known(path, cases):
    for case in cases:
        with h5py.File(path) as file:
            ends = file[f"/samples/{case['name']}"].attrs["block_ends"].tolist()
        assert ends == [4, 8, 16, OPERATIONS]


def test_marks_that_the_start_line_delays_are_known(path, cases):
    """A follower learns with the next entry that an entry is committed, unless it is told at once."""
    shares = {True: [], False: []}
    for case in cases:
        if case["kernel"] == "raft_replication":
            with h5py.File(path) as file:
                samples = file[f"/samples/{case['name']}"]
                marks = samples.attrs["marks"].split()
                shares["commit_broadcast=eager" in case["name"]].append(samples["after_next_start"][marks.index("applied")])
                assert samples["after_next_start"][marks.index("committed")] == 0
    assert min(shares[False]) > 0.5 and max(shares[True]) < 0.5 and len(shares[True]) == len(shares[False]) > 0


def test_payloads_that_stay_where_they_are_make_no_bandwidth(launched, cases):
    written = {run["name"]: run for run in json.loads((launched[0] / "gbench.json").read_text())["benchmarks"]}
    for case in cases:
        stays = ("fire_and_forget", "shared-memory", LARGE)
        in_place = (case["kernel"], case["transport"], case["payload_bytes"]) == stays
        assert case["payload_copied"] == (not in_place), case["name"]
        assert case["drift_watch"] or ("bytes_per_second" in written[case["name"]]) == (not in_place)


def test_a_server_alone_and_servers_that_keep_a_reference_copy_nothing(alone):
    copied = {(case["ranks"], case["clients"]): case["payload_copied"] for case in cases_in(alone) if not case["drift_watch"]}
    assert copied == {(1, 0): 0, (1, 1): 0, (2, 0): 0}
