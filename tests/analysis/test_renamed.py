"""Files from before the clients were an option of their own are read as of the same cases as those of today."""

import json

import h5py
import numpy as np
import pytest

from analysis.comparison import compare
from analysis.load import load
from analysis.renamed import as_of_today
from conftest import PUBLISHED, draw
from synthetic import Case, write_launch

SPREAD = np.linspace(-100, 100, 401).astype(int) + 1000
OLD = {"client": "own_rank", "batch": 1, "commit_broadcast": "piggybacked", "thrifty": "off", "election_timeout_us": 0}
NEW = {"batch": 1, "commit_broadcast": "piggybacked", "thrifty": "off", "election_timeout_us": 0, "leader": "seated",
       "pre_vote": "on", "replicate": "copy"}
MEASURED = sorted({path.parent for folder in PUBLISHED for path in folder.glob("launch-*.h5")})


def raft(clients: int, parameters: dict, scale: int = 1) -> Case:
    if "client" in parameters:
        parameters = parameters | {"client": "own_rank" if clients else "co_located"}
    return Case("raft_replication", scale * SPREAD, definition="proposer", family="protocol", parameters=parameters,
                clients=clients)


def campaign(folder, parameters: dict, scale: int = 1):
    for launch in range(1, 7):
        cases = [raft(clients, parameters, scale) for clients in (0, 1)]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch)
    return load(folder)


def test_an_older_file_says_the_same_of_the_same_case(tmp_path):
    old, new = campaign(tmp_path / "old", OLD).cases, campaign(tmp_path / "new", NEW).cases
    assert set(old.parameters) == set(new.parameters) == {json.dumps(NEW, sort_keys=True)}
    assert old.clients.tolist() == new.clients.tolist() == [0, 1] * 6
    assert "/client=own_rank/" in old.name[1] and new.name[1].endswith("/clients=1"), "each as its file has it"


@pytest.mark.parametrize("transport, payload_bytes, batch, replicate", [
    ("mpi", 65536, 64, "copy"), ("shared-memory", 24, 1, "copy"), ("shared-memory", 25, 1, "reference"),
    ("shared-memory", 8, 4, "reference")])
def test_replicas_referred_to_what_no_message_held_before_they_could_copy(transport, payload_bytes, batch, replicate):
    assert as_of_today("raft_replication", {"batch": batch}, transport, payload_bytes)["replicate"] == replicate
    assert as_of_today("raft_replication", {"replicate": "copy"}, transport, payload_bytes)["replicate"] == "copy"
    assert "replicate" not in as_of_today("push_gossip", {}, transport, payload_bytes)


def test_a_ping_pong_that_watched_for_drift_was_called_a_calibration(tmp_path):
    path = write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD), Case("ping_pong", SPREAD, drift_watch=1)])
    with h5py.File(path, "r+") as file:
        file["cases"].move("drift_watch", "calibration")
    assert load(tmp_path).timed.kernel.tolist() == ["k"]


def test_older_and_newer_campaigns_compare_case_by_case(tmp_path):
    rows = compare(campaign(tmp_path / "old", OLD), campaign(tmp_path / "new", NEW, scale=2)).rows
    assert rows[rows.quantity == "p50"].set_index("clients").ratio.to_dict() == pytest.approx({0: 2, 1: 2})


def test_older_and_newer_launches_are_one_series(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [raft(clients, OLD) for clients in (0, 1)], 1)
    write_launch(tmp_path / "launch-002.h5", [raft(clients, NEW) for clients in (0, 1)], 2)
    rows = draw("latency_against_ranks", tmp_path)[1]
    assert rows.set_index("series").launches.to_dict() == {
        "raft_replication": 2, "raft_replication client on a rank of its own": 2}


def test_what_another_kernel_calls_client_stays(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, parameters={"client": "x"})])
    assert load(tmp_path).cases.parameters.tolist() == ['{"client": "x"}']


@pytest.mark.parametrize("folder", MEASURED, ids=lambda folder: folder.name)
def test_every_published_campaign_loads(folder):
    loaded = load(folder)
    assert len(loaded.launches) == len(list(folder.glob("launch-*.h5"))) and len(loaded.timed) > 0
    raft = loaded.cases[loaded.cases.kernel == "raft_replication"]
    assert all("client" not in json.loads(parameters) for parameters in raft.parameters)
    exact = loaded.timed[loaded.timed.count_rule == "exact"]
    assert (exact.expected_messages_most_per_operation == exact.expected_messages_per_operation).all()
