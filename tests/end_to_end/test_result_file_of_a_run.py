"""What a real launch of two ranks leaves behind: every group opens, and what is in it is true."""

import json
import socket
import subprocess

import h5py
import numpy as np
import pytest
import xarray

from . import stored
from .launching import ROOT

OPERATIONS = 20
SOME = "binomial_broadcast,two_phase_commit,dissemination_barrier,native_broadcast"


def launch(mpirun, coordbench, folder, *arguments):
    ended = mpirun(2, coordbench, "run", "--operations", OPERATIONS, "--bytes", "8,1KiB", *arguments, "--out", folder,
                   limit_s=120)
    assert ended.status == 0, ended.stderr
    return ended


@pytest.fixture(scope="module")
def folder(mpirun, coordbench, tmp_path_factory):
    """A campaign of two launches: all kernels, and some again with the first one's seed."""
    folder = tmp_path_factory.mktemp("launches") / "small-campaign"
    launch(mpirun, coordbench, folder, "--seed", 11)
    launch(mpirun, coordbench, folder, "--seed", 12, "--kernels", SOME)
    return folder


@pytest.fixture(scope="module")
def path(folder):
    return folder / "launch-001.h5"


@pytest.fixture(scope="module")
def cases(path):
    with xarray.open_dataset(path, group="/cases") as cases:
        yield cases.load()


def samples_of(path, kernel, payload=8):
    return xarray.open_dataset(path, group=f"/samples/{kernel}/n2/b{payload}/mpi/round-time")


def test_opens_with_xarray_without_options(path, cases):
    assert xarray.open_dataset(path, group="/ranks").sizes["rank"] == 2
    assert xarray.open_dataset(path, group="/plan").sizes["planned"] >= cases.sizes["case"]
    samples = samples_of(path, "binomial_broadcast")
    assert samples["start_ns"].dims == ("operation", "rank") and samples["start_ns"].shape == (OPERATIONS, 2)
    assert samples["start_ns"].attrs["units"] == "ns"
    assert cases["latency_p50_ns"].attrs["units"] == "ns" and cases["latency_p50_ns"].attrs["definition"]


def test_reads_have_an_age(path):
    samples = samples_of(path, "quorum_register")
    versions, behind = samples["versions_behind"].values, samples["behind_ns"].values
    is_read = samples["kind"].values == samples["kind"].attrs["flag_meanings"].split().index("read")
    assert 0 < is_read.sum() < OPERATIONS and (versions[is_read] >= 0).all()
    assert np.isnan(versions[~is_read]).all() and ((behind > 0) == (versions > 0)).all()


def test_a_kernel_that_measures_leaves_every_value(path):
    samples = samples_of(path, "clock_sync_star", 0)
    offsets = samples[samples.attrs["measured"]]
    assert samples.attrs["measured"] == "offset" and offsets.attrs["units"] == "ns" and offsets.shape == (OPERATIONS, 2)
    assert (offsets.values[:, 0] == 0).all() and (np.abs(offsets.values) < 1e9).all()


def test_bytes_by_distance_add_up(cases):
    parts = ["within_cache", "within_node", "within_zone", "within_region", "between_regions"]
    assert np.allclose(sum(cases[f"bytes_{part}_per_operation"] for part in parts), cases["bytes_per_operation"])


def test_says_what_it_is(path):
    with h5py.File(path) as file:
        attributes = {name: stored.text(value) for name, value in file.attrs.items()}
    assert attributes["schema_version"] == "1.7" and attributes["source"] == "measured"
    assert (attributes["campaign"], attributes["launch"], attributes["seed"]) == ("small-campaign", 1, 11)
    assert "--operations 20" in attributes["command_line"]
    assert attributes["complete"] == 1 and attributes["epoch_ns"] > 0
    assert {"coordbench_version", "git_commit", "created_utc"} <= set(attributes)
    assert 0 < attributes["writing_s"] < attributes["wall_s"], "the share spent writing can be told"


def test_records_the_environment(path):
    with h5py.File(path) as file:
        environment = {name: stored.text(value) for name, value in file["environment"].attrs.items()}
    for name in ("host", "kernel", "cpu", "mpi_library", "mpi_version", "compiler", "compiler_flags", "hwloc_version",
                 "hdf5_version", "clock_source", "load_before", "load_after", "hwloc_xml_0"):
        assert environment[name] != "", name
    assert environment["cores"] >= 1 and environment["timer_overhead_ns"] > 0 and environment["oversubscribed"] in (0, 1)
    assert "governor" in environment and "virtualisation" in environment and "cgroup_limits" in environment
    json.loads(environment["mpi_variables"]), json.loads(environment["scheduler_variables"])
    assert "Open MPI" in environment["mpi_library"] and "<topology" in environment["hwloc_xml_0"]


def test_every_case_is_ok_and_has_its_samples(path, cases):
    assert set(cases["verdict"].values) == {"ok"}
    assert set(cases["operations"].values) == {OPERATIONS}
    assert stored.whole_cases(path) == list(cases["name"].values)


def test_every_exact_kernel_sends_what_its_closed_form_says(cases):
    exact = cases["count_rule"].values == "exact"
    assert len(set(cases["kernel"].values[exact])) >= 15
    assert (cases["messages_per_operation"].values[exact] == cases["expected_messages_per_operation"].values[exact]).all()
    assert (cases["expected_messages_most_per_operation"].values[exact]
            == cases["expected_messages_per_operation"].values[exact]).all()
    none = cases["count_rule"].values == "none"
    assert none.any() and np.isnan(cases["expected_messages_per_operation"].values[none]).all()


def test_protocols_have_their_delays_and_their_marks_in_order(path, cases):
    protocol = (cases["family"].values == "protocol") & (cases["count_rule"].values == "exact")
    assert (cases["delays"].values[protocol] == cases["expected_delays"].values[protocol]).all() and protocol.any()
    collective = cases["family"].values == "collective"
    assert (cases["delays"].values[collective] == -1).all()
    expected = dict(zip(cases["kernel"].values, cases["expected_delays"].values))
    assert (expected["binomial_broadcast"], expected["native_broadcast"], expected["empty"]) == (1, -1, 0)
    samples = samples_of(path, "two_phase_commit")
    assert samples.attrs["marks"] == "decided learned ended"
    assert samples["delays"].values.tolist() == samples["expected_delays"].values.tolist() == [2, 3, 4]
    start, end = samples["start_ns"].values, samples["end_ns"].values
    decided, learned = samples["mark_ns"].values
    assert (start[:, 0] >= 0).all() and np.isnan(start[:, 1]).all() and np.isnan(end[:, 1]).all(), "only the proposer has these"
    assert np.isnan(decided[:, 1]).all() and np.isnan(learned[:, 0]).all()
    assert (np.diff(np.stack([start[:, 0], decided[:, 0], end[:, 0]]), axis=0) >= 0).all(), "one rank's order"
    # A mark is stamped after its step's messages left. A rank that loses its core in between learns after the end.
    assert (learned[:, 1] >= start[:, 0]).all(), "one clock, on one host"


def test_where_timing_decides_the_count_lies_between_two_closed_forms(mpirun, coordbench, tmp_path):
    launch(mpirun, coordbench, tmp_path, "--kernels", "quorum_register", "--set", "quorum_register.write_back=if_needed")
    names = ("count_rule", *(f"{name}_per_operation" for name in ("expected_messages", "messages", "expected_messages_most")))
    rows = [row for row in zip(*(stored.column(tmp_path / "launch-001.h5", name) for name in names)) if row[0] == "range"]
    assert len(rows) == 2, "of two payloads"
    assert all(least <= count <= most and least < most for _, least, count, most in rows), rows


def test_who_is_asked_and_whether_all_marks_came_is_told_of_every_protocol(cases):
    protocol = (cases["family"].values == "protocol")
    assert (cases["coverage"].values[protocol] == 1).all() and np.isnan(cases["coverage"].values[~protocol]).all()
    proposers = dict(zip(cases["kernel"].values, zip(cases["proposers"].values, cases["proposer"].values)))
    assert proposers["two_phase_commit"] == proposers["raft_replication"] == (1, 0)
    assert proposers["quorum_register"] == proposers["sequencer"] == proposers["g_counter"] == (2, -1), "every rank asks"
    assert (cases["clients"] == 0).all()
    assert (cases["expected_delays_most"].values >= cases["expected_delays"].values).all()


def test_operations_that_differ_say_who_asked_and_for_what(path):
    samples = samples_of(path, "quorum_register")
    assert samples["proposer"].values.tolist() == [k % 2 for k in range(OPERATIONS)]
    start = samples["start_ns"].values
    assert [int(rank) for rank in np.argmax(start >= 0, axis=1)] == samples["proposer"].values.tolist(), "who stamped the start"
    words, kinds = samples["kind"].attrs["flag_meanings"].split(), samples["kind"].values
    assert set(words) == {"read", "write"} and set(kinds) <= set(range(len(words)))
    writes = kinds == words.index("write")
    assert writes.any() and not writes.all()
    answered = samples["answer_of"].values
    before = [[k for k in range(reading) if writes[k]] for reading in np.flatnonzero(~writes)]
    latest = [max(written, default=-1) for written in before]
    assert answered[~writes].tolist() == latest, "one at a time: the last that was written"
    assert "kind" not in samples_of(path, "two_phase_commit") and "proposer" not in samples_of(path, "two_phase_commit")


def test_a_client_asks_from_a_rank_of_its_own(mpirun, coordbench, tmp_path):
    ended = mpirun(3, coordbench, "run", "--kernels", "raft_replication", "--ranks", 2, "--clients", "0,1", "--bytes", 8,
                   "--operations", OPERATIONS, "--out", tmp_path, limit_s=120)
    assert ended.status == 0, ended.stderr
    path = tmp_path / "launch-001.h5"
    names = [name for name in stored.column(path, "name") if "drift=" not in name]
    assert sorted(name.endswith("/clients=1") for name in names) == [False, True]
    with h5py.File(path) as file:
        with_client, = [name for name in names if name.endswith("/clients=1")]
        row = stored.column(path, "name").index(with_client)
        names = ("ranks", "clients", "proposers", "proposer", "expected_delays")
        told = {name: int(file["cases"][name][row]) for name in names}
        assert told == {"ranks": 2, "clients": 1, "proposers": 1, "proposer": 2, "expected_delays": 4}
        assert (file["samples"][with_client]["start_ns"][:] >= 0).tolist() == [[False, False, True]] * OPERATIONS


def test_the_clocks_of_one_host_agree(path):
    ranks = xarray.open_dataset(path, group="/ranks")
    assert ranks.attrs["clock_check"] == "ok", "the bounds of the offset contain zero"
    assert (ranks["clock_offset_ns"] == 0).all()
    assert (0 <= ranks["clock_error_ns"]).all() and (ranks["clock_error_ns"] < 1e6).all() and ranks["clock_error_ns"][1] > 0
    ping = ranks["ping_ns"].values
    assert np.isnan(np.diag(ping)).all() and ping[0, 1] == ping[1, 0] > 0
    assert ranks["distance"].shape == (2, 2)


def test_the_plan_is_recorded_in_the_order_it_ran(path, cases):
    plan = xarray.open_dataset(path, group="/plan")
    ran = plan["name"].values[plan["order"].values >= 0]
    assert list(ran) == list(cases["name"].values)
    assert all(reason for reason in plan["reason"].values[plan["order"].values < 0])
    measured = [name for name in ran if "/drift=" not in name]
    assert sorted(measured) != measured, "shuffled"
    assert "/drift=0.before" in ran[0] and ran[-1].endswith(".after")


def test_a_seed_repeats_the_order_and_another_does_not(mpirun, coordbench, path):
    listed = [mpirun(2, coordbench, "run", "--bytes", "8,1KiB", "--seed", seed, "--list").stdout.splitlines()
              for seed in (11, 11, 12)]
    assert listed[0] == listed[1] == stored.column(path, "name")
    assert sorted(listed[0]) == sorted(listed[2]) and listed[0] != listed[2]


def test_the_report_draws_the_campaign(folder, tmp_path):
    done = subprocess.run([ROOT / "analysis" / "report", folder, "--out", tmp_path], capture_output=True, text=True,
                          timeout=180)
    assert done.returncode == 0, done.stderr
    assert "2 launches" in done.stdout
    figures = tmp_path / "figures"
    names = {figure.stem for figure in figures.glob("*.pdf")}
    assert {"latency_against_ranks", "latency_against_payload", "messages_against_ranks", "tail", "launch_to_launch",
            "topology_and_placement"} <= names
    for name in names:
        assert (figures / f"{name}.pdf").stat().st_size > 0 and (figures / f"{name}.png").stat().st_size > 0
    assert "two_phase_commit" in (tmp_path / "summary.csv").read_text()


def test_keeps_the_limits_that_micro_measured(mpirun, coordbench, tmp_path):
    common = {"run_type": "iteration", "repetitions": 1, "time_unit": "ns"}
    micro = {"context": {"host_name": socket.gethostname(), "program": "coordbench-micro"},
             "benchmarks": [{"run_name": "clock_read", "real_time": 1e6, **common},
                            {"run_name": "copy/l3/8", "real_time": 7, "bytes_per_second": 1e9, **common}]}
    (tmp_path / "micro.json").write_text(json.dumps(micro))
    launch(mpirun, coordbench, tmp_path, "--kernels", "ping_pong", "--micro", tmp_path / "micro.json")
    path = tmp_path / "launch-001.h5"
    with xarray.open_dataset(path, group="/limits") as limits:
        assert limits["name"].values.tolist() == ["clock_read", "copy/l3/8"] and limits["time_ns"].values.tolist() == [1e6, 7]
        assert np.isnan(limits["bytes_per_second"].values[0]) and limits["bytes_per_second"].values[1] == 1e9
    assert stored.attribute(path, "timer_overhead_ns", "/environment") == 1e6
    with xarray.open_dataset(path, group="/cases") as cases:
        flags = cases["flags"]
        masks = dict(zip(flags.attrs["flag_meanings"].split(), flags.attrs["flag_masks"]))
        assert (flags.values & masks["timer_overhead"] != 0).all(), "a millisecond is more than a fifth of a ping_pong"
