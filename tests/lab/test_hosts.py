"""What ranks on several hosts of the lab see of one another."""

import json
import os
import shutil
from pathlib import Path

import h5py
import pytest

from end_to_end import stored
from end_to_end.launching import BUILD, ROOT, assert_one_sentence, run

SIBLINGS = list(Path("/sys/devices/system/cpu").glob("cpu[0-9]*/topology/core_cpus_list"))


def launched(lab, out, *arguments, limit_s=120):
    with lab(*arguments, "--out", out) as running:
        return running.wait(limit_s)


def test_ranks_of_two_hosts_exchange_as_many_messages_as_they_should(lab, tmp_path):
    ended = launched(lab, tmp_path, "--hosts", 2, "--ranks-per-host", 2, "--", "run", "--ranks", "2,4", "--bytes", "8,64KiB",
                     "--kernels", "binomial_broadcast,tree_aggregation,two_phase_commit", "--operations", 20)
    assert ended.status == 0, ended.stdout + ended.stderr
    path = tmp_path / "launch-001.h5"
    assert set(stored.column(path, "verdict")) == {"ok"}
    messages, expected = stored.column(path, "messages_per_operation"), stored.column(path, "expected_messages_per_operation")
    assert messages == expected and len(messages) >= 3 * 2 * 2
    with h5py.File(path) as file:
        assert [stored.text(name) for name in file["ranks/host"][:]] == ["lab1", "lab1", "lab2", "lab2"]
        assert file["ranks/node"][:].tolist() == [0, 0, 1, 1]
        meanings = stored.text(file["ranks/distance"].attrs["flag_meanings"]).split()
        levels = [[meanings[level] for level in row] for row in file["ranks/distance"][:]]
    across = [levels[a][b] for a in range(4) for b in range(4) if a // 2 != b // 2]
    assert set(across) == {"network"} and "network" not in [levels[0][1], levels[2][3]]


def between_nodes(path) -> dict:
    """Messages between nodes that an operation takes, by (kernel, ranks, root)."""
    roots = [json.loads(parameters).get("root", 0) for parameters in stored.column(path, "parameters")]
    keys = zip(stored.column(path, "kernel"), stored.column(path, "ranks"), roots)
    return dict(zip(keys, stored.column(path, "messages_between_nodes_per_operation")))


FLAT_AND_HIERARCHICAL = "flat_broadcast,hierarchical_broadcast,flat_aggregation,hierarchical_aggregation"


def test_hierarchical_kernels_cross_the_network_once_a_host_less_one(lab, tmp_path):
    ended = launched(lab, tmp_path, "--hosts", 3, "--ranks-per-host", 2, "--", "run", "--ranks", "4,5,6", "--bytes", "8",
                     "--kernels", FLAT_AND_HIERARCHICAL, "--set", "*.root=0,3", "--operations", 20)
    path = tmp_path / "launch-001.h5"
    assert ended.status == 0 and set(stored.column(path, "verdict")) == {"ok"}, ended.stdout + ended.stderr
    counts = between_nodes(path)
    for ranks, hosts in ((4, 2), (5, 3), (6, 3)):
        for what, root in ((what, root) for what in ("broadcast", "aggregation") for root in (0, 3)):
            assert counts[f"hierarchical_{what}", ranks, root] == hosts - 1
            assert counts[f"flat_{what}", ranks, root] == ranks - 2, "everyone but the two ranks of the root's host"
    assert dict(zip(stored.column(path, "ranks"), stored.column(path, "nodes"))) == {2: 1, 4: 2, 5: 3, 6: 3}


def test_ranks_that_are_no_neighbours_are_counted_where_they_sit_but_have_no_hierarchy(lab, tmp_path):
    arguments = ["run", "--kernels", FLAT_AND_HIERARCHICAL, "--ranks", "4", "--bytes", "8", "--operations", "20"]
    ended = launched(lab, tmp_path, "--hosts", 2, "--ranks-per-host", 2, "--exec", "mpirun", "--map-by", "node",
                     ROOT / "build/coordbench", *arguments)
    path = tmp_path / "launch-001.h5"
    assert ended.status == 0 and "--ranks-per-node" in ended.stderr, ended.stdout + ended.stderr
    counts = between_nodes(path)
    assert counts["flat_broadcast", 4, 0] == counts["flat_aggregation", 4, 0] == 2
    assert not [key for key in counts if key[0].startswith("hierarchical")] and set(stored.column(path, "nodes")) == {0}


def test_shared_memory_across_hosts_is_refused(lab, tmp_path):
    ended = launched(lab, tmp_path, "--hosts", 2, "--", "run", "--kernels", "ping_pong", "--transport", "shared-memory")
    assert ended.status == 2
    assert_one_sentence(ended, "--transport shared-memory", "one node", "--transport hybrid", "--transport mpi")


def test_over_hybrid_every_kernel_is_right_and_sends_what_it_sends_over_mpi(lab, tmp_path):
    # In random order a ring's elections differ from case to case.
    ended = launched(lab, tmp_path, "--hosts", 2, "--ranks-per-host", 2, "--", "run", "--transport", "mpi,hybrid",
                     "--bytes", "8,64KiB", "--operations", 20, "--set", "ring_election.order=descending", limit_s=300)
    assert ended.status == 0, ended.stdout + ended.stderr
    path = tmp_path / "launch-001.h5"
    assert set(stored.column(path, "verdict")) == {"ok"}
    counted = {name: (rule, messages) for name, rule, messages in zip(
        stored.column(path, "name"), stored.column(path, "count_rule"), stored.column(path, "messages_per_operation"))}
    hybrid = {name.replace("/hybrid/", "/mpi/"): count for name, count in counted.items()
              if "/hybrid/" in name and "/drift=" not in name}
    over_mpi = {name: count for name, count in counted.items() if "/mpi/" in name and "/drift=" not in name}
    assert {name for name in over_mpi if not name.startswith("native_")} == set(hybrid)
    exact = {name for name, (rule, _) in hybrid.items() if rule == "exact"}
    assert len(exact) >= 60, "kernels at two rank counts and two payloads"
    assert {name: hybrid[name] for name in exact} == {name: over_mpi[name] for name in exact}


def test_what_hosts_have_of_their_own_and_that_they_reach_only_one_another(lab):
    look = ("hostname; grep Cpus_allowed_list /proc/self/status; ip -json address show eth0; ip route; "
            "touch /dev/shm/$(hostname); ls /dev/shm")
    with lab("--hosts", 3, "--exec", "bash", "-c", f"for i in 1 2 3; do jobs/lab-enter lab$i '{look}'; done") as running:
        lines = running.wait(20).stdout.splitlines()
    names, cores, links, routes, shared = (lines[i::5] for i in range(5))
    assert names == shared == ["lab1", "lab2", "lab3"]
    assert len(set(cores)) == min(3, len({core.read_text() for core in SIBLINGS}))
    assert len({json.loads(link)[0]["addr_info"][0]["local"] for link in links}) == 3
    assert all(route.startswith("10.77.0.0/16 dev eth0") for route in routes), "one route a host, and none that leads away"


def test_this_machine_sees_nothing_of_a_lab(lab):
    def seen():
        return [run("ip", "-oneline", what).stdout for what in ("link", "route", "netns")]

    before = seen()
    with lab("--hosts", 2, "--exec", "sleep", "60") as running:
        running.find("sleep", "60")
        assert seen() == before


def test_two_labs_at_once_do_not_meet(lab, tmp_path):
    run = ["--hosts", 2, "--", "run", "--kernels", "ping_pong", "--bytes", "8", "--operations", 20]
    with lab(*run, "--out", tmp_path / "one") as one, lab(*run, "--out", tmp_path / "other") as other:
        assert one.wait(40).status == other.wait(40).status == 0
    for name in ("one", "other"):
        assert set(stored.column(tmp_path / name / "launch-001.h5", "verdict")) == {"ok"}


def test_the_rate_of_a_link_is_a_limit(lab, tmp_path):
    ended = launched(lab, tmp_path, "--hosts", 2, "--rate", "200mbit", "--", "run", "--kernels", "stream", "--bytes", "256KiB",
                     "--operations", 100)
    assert ended.status == 0, ended.stdout + ended.stderr
    with h5py.File(tmp_path / "launch-001.h5") as file:
        samples = file["samples"][next(name for name in map(stored.text, file["cases/name"][:]) if name.startswith("stream/"))]
        start_ns, end_ns = samples["start_ns"][:, 0], samples["end_ns"][:, 1]
    bits_per_second = len(start_ns) * 256 * 1024 * 8 / ((end_ns.max() - start_ns.min()) * 1e-9)
    assert bits_per_second <= 200e6, "a link without its limit is many times as fast"


@pytest.mark.parametrize("arguments, words", [
    (["--hosts", "0", "--exec", "true"], ["--hosts '0'", "from 1 to 999"]),
    (["--hosts", "many", "--exec", "true"], ["--hosts 'many'"]),
    (["--exec", "true"], ["--hosts ''"]),
    (["--hosts"], ["--hosts", "lacks its value"]),
    (["--hosts", "2", "--ranks-per-host", "0", "--exec", "true"], ["--ranks-per-host '0'"]),
    (["--hosts", "2", "--rate", "fast", "--exec", "true"], ["--rate 'fast'", "100mbit"]),
    (["--hosts", "2", "--delay", "1ms"], ["--delay", "--rate"]),
    (["--hosts", "2"], ["nothing to run", "--exec"]),
])
def test_bad_arguments_are_refused_in_a_sentence(lab, arguments, words):
    with lab(*arguments) as running:
        ended = running.wait(10)
    assert_refused(ended, words)


def test_paths_are_those_of_the_folder_that_it_is_called_in(lab, tmp_path):
    with lab("--hosts", "2", "--exec", "pwd", cwd=tmp_path) as running:
        assert running.wait(20).stdout == f"{tmp_path}\n"
    with lab("--hosts", "2", "--", "run", "--kernels", "empty", "--out", "here", cwd=tmp_path,
             env={"COORDBENCH_BUILD": str(BUILD)}) as running:
        ended = running.wait(60)
    assert (tmp_path / "here" / "launch-001.h5").exists(), ended.stderr


def test_without_iproute2_root_or_namespaces_it_says_what_to_do(lab, tmp_path):
    few, nobody = tmp_path / "few", tmp_path / "nobody"
    few.mkdir()
    for program in ("env", "bash", "dirname", "id", "wc"):
        (few / program).symlink_to(shutil.which(program))
    nobody.mkdir()
    (nobody / "id").write_text("#!/bin/sh\necho 65534\n")
    (nobody / "id").chmod(0o755)
    one_host = [ROOT / "jobs/lab", "--hosts", "1", "--exec", "true"]
    assert_refused(run(*one_host, env={"PATH": str(few)}), ["ip and tc", "apt-get install iproute2"])
    assert_refused(run(*one_host, env={"PATH": f"{nobody}:{os.environ['PATH']}"}), ["root", "user 65534", "sudo"])
    assert_refused(run("setpriv", "--bounding-set", "-sys_admin", *one_host), ["not permitted", "--privileged"])


def test_a_host_that_is_not_there_cannot_be_entered(lab):
    assert_refused(run(ROOT / "jobs/lab-enter", "lab1", "true"), ["no host 'lab1'", "--exec"], "jobs/lab-enter: ")


def assert_refused(ended, words, who="jobs/lab: "):
    assert (ended.status, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1), ended
    for word in [who, *words]:
        assert word in ended.stderr
