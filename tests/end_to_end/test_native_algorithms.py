"""Algorithms of the MPI library that are forced: that Open MPI runs them is counted below us, by pml_monitoring."""

import re

import h5py
import pytest

from . import stored
from .launching import assert_one_sentence

RANKS, K = 4, 50
SENT_INSIDE = re.compile(r"^I\t(\d+)\t(\d+)\t\d+ bytes\t(\d+) msgs sent", re.MULTILINE)  # by collectives of the library
HEED = ("--mca", "coll_tuned_use_dynamic_rules", 1)


def sent_by_algorithm(mpirun, coordbench, folder, kernel, algorithm):
    """Messages of K operations from each rank to each other: those of 2 K less those of K."""
    sent = []
    for operations in (K, 2 * K):
        profile = folder / f"{algorithm}-{operations}"
        monitor = ("--mca", "pml_monitoring_enable", 2, "--mca", "pml_monitoring_enable_output", 3,
                   "--mca", "pml_monitoring_filename", profile)
        ended = mpirun(RANKS, coordbench, "run", "--kernels", kernel, "--set", f"{kernel}.algorithm={algorithm}", "--ranks",
                       RANKS, "--bytes", 8, "--operations", operations, "--out", folder / "out", options=(*HEED, *monitor))
        assert ended.status == 0, ended.stdout + ended.stderr
        sent.append({(int(source), int(to)): int(messages) for file in folder.glob(f"{profile.name}.*.prof")
                     for source, to, messages in SENT_INSIDE.findall(file.read_text())})
    pairs = {pair: messages - sent[0].get(pair, 0) for pair, messages in sent[1].items()}
    return {pair: messages for pair, messages in pairs.items() if messages}


@pytest.mark.parametrize("algorithm, arrows", [
    ("basic_linear", {(0, 1), (0, 2), (0, 3)}), ("pipeline", {(0, 1), (1, 2), (2, 3)}),
    ("binomial", {(0, 1), (0, 2), (1, 3)})])
def test_a_broadcast_takes_the_arrows_of_its_algorithm(mpirun, coordbench, tmp_path, algorithm, arrows):
    sent = sent_by_algorithm(mpirun, coordbench, tmp_path, "native_broadcast", algorithm)
    assert sent == dict.fromkeys(arrows, K)


def test_a_barrier_takes_the_arrows_of_its_algorithm(mpirun, coordbench, tmp_path):
    sent = sent_by_algorithm(mpirun, coordbench, tmp_path, "native_barrier", "double_ring")
    assert sent == dict.fromkeys([(0, 1), (1, 2), (2, 3), (3, 0)], 2 * K)


def planned(mpirun, coordbench, folder, ranks, settings, options=()):
    """Reasons of skipped combinations by name, and the verdicts of the cases that ran."""
    ended = mpirun(ranks, coordbench, "run", "--kernels", "native_*", *(word for one in settings for word in ("--set", one)),
                   "--ranks", ranks, "--bytes", "1,4097", "--operations", 20, "--out", folder, options=options)
    assert ended.status == 0, ended.stdout + ended.stderr
    path = folder / "launch-001.h5"
    with h5py.File(path) as file:
        reasons = dict(zip(map(stored.text, file["plan/name"][:]), map(stored.text, file["plan/reason"][:])))
    return ({name: reason for name, reason in reasons.items() if reason},
            dict(zip(stored.column(path, "name"), stored.column(path, "verdict"))))


def test_every_algorithm_gives_right_answers(mpirun, coordbench, tmp_path):
    settings = ["native_broadcast.algorithm=automatic,knomial,split_binary_tree,scatter_allgather_ring",
                "native_allreduce.algorithm=basic_linear,nonoverlapping,ring,segmented_ring,rabenseifner",
                "native_reduce.algorithm=linear,chain,in-order_binary,rabenseifner",
                "native_all_to_all.algorithm=linear,pairwise,modified_bruck,linear_sync", "native_barrier.algorithm=tree,bruck"]
    skipped, verdicts = planned(mpirun, coordbench, tmp_path, 3, settings, HEED)
    assert skipped == {}
    native = [name for name in verdicts if name.startswith("native_")]
    assert len(native) == 2 * (4 + 5 + 4 + 4) + 2
    assert {verdicts[name] for name in native} == {"ok"}


def test_a_choice_that_the_library_would_not_heed_is_skipped_with_the_way_to_have_it(mpirun, coordbench, tmp_path):
    skipped, verdicts = planned(mpirun, coordbench, tmp_path, 2, ["native_broadcast.algorithm=automatic,binomial"])
    name = "native_broadcast/n2/b1/mpi/round-time"
    assert verdicts[name] == "ok" and f"{name}/algorithm=binomial" not in verdicts
    assert "mpirun --mca coll_tuned_use_dynamic_rules 1" in skipped[f"{name}/algorithm=binomial"]


def test_two_proc_is_for_two_ranks(mpirun, coordbench, tmp_path):
    skipped, _ = planned(mpirun, coordbench, tmp_path, 3, ["native_barrier.algorithm=two_proc"], HEED)
    assert skipped == {
        "native_barrier/n3/b0/mpi/round-time/algorithm=two_proc": "the library's algorithm two_proc is for two ranks"}


@pytest.mark.parametrize("options, words", [
    (("--mca", "coll_sm_priority", 50), "coll/sm goes before coll/tuned"),
    (("--mca", "coll", "^tuned"), "this MPI library has no coll_tuned_bcast_algorithm")])
def test_a_library_without_the_algorithm_is_told_so(mpirun, coordbench, tmp_path, options, words):
    skipped, _ = planned(mpirun, coordbench, tmp_path, 2, ["native_broadcast.algorithm=binomial"], (*HEED, *options))
    assert all(words in reason for reason in skipped.values()) and len(skipped) == 2


def test_an_unknown_algorithm_is_refused(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "run", "--kernels", "native_broadcast", "--set", "native_broadcast.algorithm=telepathy",
                   "--out", tmp_path, options=HEED)
    assert_one_sentence(ended, "'telepathy' was given", "accepted: automatic, basic_linear,", "scatter_allgather_ring")
    assert ended.status == 2
