"""Kernels that are wrong on purpose get the verdict that they deserve, and the run goes on where it can."""

import subprocess
from pathlib import Path

import h5py
import pytest

from . import stored
from .launching import assert_no_trace, assert_one_sentence, compiler

SOME_CASE_FAILED = 1


def measure(mpirun, broken, kernel, folder, *arguments, ranks=3, budget="50ms"):
    """The rows of the case and of the sane ping_pong beside it, in the order they ran."""
    ended = mpirun(ranks, broken, "run", "--kernels", f"{kernel},ping_pong", "--ranks", ranks, "--bytes", 8,
                   "--max-operations", 20, "--time-budget", budget, "--out", folder, *arguments)
    path = folder / "launch-001.h5"
    rows = [dict(zip(("name", "kernel", "verdict", "detail"), row)) for row in zip(
        *(stored.column(path, column) for column in ("name", "kernel", "verdict", "detail")))]
    assert ended.status == SOME_CASE_FAILED, ended.stderr
    assert stored.whole_cases(path) == [row["name"] for row in rows]
    return ended, path, rows


def assert_only_it_failed(path, rows, kernel, verdict) -> str:
    """Everything else is ok, also what ran afterwards; returns what is said of it."""
    assert stored.attribute(path, "complete") == 1
    assert [row["verdict"] for row in rows if row["kernel"] == "ping_pong"] == ["ok"] * (len(rows) - 1)
    failed, = [row for row in rows if row["kernel"] == kernel]
    assert failed["verdict"] == verdict
    assert rows[-1]["kernel"] == "ping_pong", "the run went on"
    return failed["detail"]


def test_a_spoilt_byte_is_a_wrong_answer(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "garbled_broadcast", tmp_path, budget="2s")
    detail = assert_only_it_failed(path, rows, "garbled_broadcast", "wrong_answer")
    assert detail == "rank 2: 20 answers of 20 operations wrong or missing, first operation 0"
    assert "wrong_answer" in ended.stdout


def test_a_message_too_many_is_a_count_mismatch(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "wordy_broadcast", tmp_path, budget="2s")
    detail = assert_only_it_failed(path, rows, "wordy_broadcast", "count_mismatch")
    assert detail == f"{20 * 4} messages sent, {20 * 2} expected"
    assert "count_mismatch" in ended.stdout


def test_a_collective_that_waits_for_ever_times_out(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "stuck_broadcast", tmp_path)
    detail = assert_only_it_failed(path, rows, "stuck_broadcast", "timed_out")
    assert "rank 2 waiting for a message of rank 0" in detail
    assert "rank 0 waiting" in detail, "rank 0 waits for what the harness wants of the others"
    assert "timed_out" in ended.stdout


def test_a_protocol_that_never_ends_times_out(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "mute_commit", tmp_path)
    detail = assert_only_it_failed(path, rows, "mute_commit", "timed_out")
    assert "rank 0 waiting for an operation to end, 0 ended so far" in detail
    assert "timed_out" in ended.stdout


def test_a_rank_that_fails_ends_its_case_and_nothing_else(broken, mpirun, tmp_path):
    """The others hear of it: they neither wait for their deadline nor does the launch end."""
    ended, path, rows = measure(mpirun, broken, "choking_commit", tmp_path)
    detail = assert_only_it_failed(path, rows, "choking_commit", "failed")
    assert detail == "rank 2 failed: a machine completed mark 7, and its marks are 0 to 0; declare it in `marks`"
    assert "failed" in ended.stdout


MEMORY = "there is not enough memory; take fewer bytes, a smaller window or fewer ranks on this node"
THIRD = "the third operation is too much for it"
MARK = "a machine completed mark 7, and its marks are 0 to 0; declare it in `marks`"


@pytest.mark.parametrize("transport", ["mpi", "shared-memory", "hybrid"])
@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize("kernel, when, sentence", [
    ("failing_broadcast", "making_buffers", MEMORY), ("failing_broadcast", "running", THIRD),
    ("choking_commit", "being_made", MEMORY), ("choking_commit", "stepping", MARK)],
    ids=["collective that is made", "collective that runs", "protocol that is made", "protocol that runs"])
def test_whichever_rank_fails_whenever_the_others_hear_of_it_at_once(broken, mpirun, tmp_path, kernel, when, sentence, rank,
                                                                     transport):
    """Nobody waits for the deadline, which is far beyond the time limit of this test."""
    ended, path, rows = measure(mpirun, broken, kernel, tmp_path, "--set", f"{kernel}.fails={when}", "--set",
                                f"{kernel}.at={rank}", "--transport", transport, budget="200s")
    assert assert_only_it_failed(path, rows, kernel, "failed") == f"rank {rank} failed: {sentence}"


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_rank_that_cannot_make_its_buffers_is_not_waited_for_in_the_library(broken, mpirun, tmp_path, rank):
    ended, path, rows = measure(mpirun, broken, "native_failing", tmp_path, "--set", f"native_failing.at={rank}")
    assert assert_only_it_failed(path, rows, "native_failing", "failed") == f"rank {rank} failed: {MEMORY}"


@pytest.mark.parametrize("rank", [0, 2])
def test_a_rank_that_fails_while_others_are_in_the_library_ends_the_launch_soon(broken, mpirun, tmp_path, rank):
    """Rank 0 stores the verdict unless it is in the library itself; then the rank that failed ends the launch, and says so."""
    ended = mpirun(3, broken, "run", "--kernels", "native_failing,ping_pong", "--ranks", 3, "--bytes", 8, "--operations", 20,
                   "--set", f"native_failing.at={rank}", "--set", "native_failing.fails=running", "--out", tmp_path)
    path = tmp_path / "launch-001.h5"
    assert ended.status == SOME_CASE_FAILED
    assert_no_trace(ended)
    said, = [sentence for sentence in ended.sentences if "the launch ends here" in sentence]
    assert "native_failing/n3/b8/mpi/round-time" in said and f"failed (rank {rank} failed: {THIRD})" in said, said
    assert "timed out" not in ended.stderr
    assert stored.whole_cases(path) and stored.attribute(path, "complete") == 0
    assert ("failed" in stored.column(path, "verdict")) == (rank == 0)


@pytest.fixture(scope="module")
def starved(tmp_path_factory):
    """starved(rank, bytes): options of mpirun, with which that rank is refused so much memory in one piece."""
    library = tmp_path_factory.mktemp("shim") / "starve.so"
    source = Path(__file__).with_name("starve.cpp")
    subprocess.run([compiler(), "-std=c++20", "-O1", "-shared", "-fPIC", source, "-o", library], check=True, timeout=120)
    return lambda rank, size: ("-x", f"LD_PRELOAD={library}", "-x", f"STARVED_RANK={rank}", "-x", f"STARVED_BYTES={size}")


@pytest.mark.parametrize("kernel", ["binomial_broadcast", "native_broadcast", "two_phase_commit"])
def test_a_rank_without_memory_fails_its_case_in_our_words(coordbench, mpirun, starved, tmp_path, kernel):
    ended = mpirun(3, coordbench, "run", "--kernels", kernel, "--ranks", 3, "--bytes", "4MiB", "--operations", 5, "--out",
                   tmp_path, options=starved(1, 4_000_000))
    path = tmp_path / "launch-001.h5"
    assert (ended.status, ended.sentences) == (SOME_CASE_FAILED, []), ended.stderr
    assert stored.attribute(path, "complete") == 1
    found = dict(zip(stored.column(path, "kernel"), zip(stored.column(path, "verdict"), stored.column(path, "detail"))))
    assert found[kernel] == ("failed", f"rank 1 failed: {MEMORY}")


def test_a_rank_without_memory_does_not_hold_up_a_calibration(coordbench, mpirun, starved, tmp_path):
    ended = mpirun(2, coordbench, "calibrate", "--bytes", "2MiB:4MiB", "--out", tmp_path, options=starved(1, 8_000_000),
                   limit_s=110)  # the deadline is 120 s
    assert_no_trace(ended)
    assert_one_sentence(ended, "no parameters", "rank 1", "not enough memory")


@pytest.mark.parametrize("transport, operations", [("shared-memory", 2_000), ("mpi", 20_000)])
def test_a_proposer_whose_operations_are_over_at_once_waits_for_the_transport(broken, mpirun, tmp_path, transport, operations):
    """Not wrong, but hard: nothing else holds it back, and its receiver is slower than it."""
    ended = mpirun(2, broken, "run", "--kernels", "unpaid_messages", "--ranks", 2, "--bytes", 8, "--operations", operations,
                   "--transport", transport, "--sync", "none", "--out", tmp_path, limit_s=300)
    assert ended.status == 0, ended.stdout + ended.stderr
    path = tmp_path / "launch-001.h5"
    rows = dict(zip(stored.column(path, "kernel"), zip(stored.column(path, "verdict"), stored.column(path, "operations"))))
    assert rows["unpaid_messages"] == ("ok", operations)


def test_rounds_that_never_end_time_out_and_leave_the_blocks_before(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "fading_gossip", tmp_path, budget="4s")  # or the first block is all
    detail = assert_only_it_failed(path, rows, "fading_gossip", "timed_out")
    assert "6 ended so far" in detail
    case, = [row["name"] for row in rows if row["kernel"] == "fading_gossip"]
    with h5py.File(path) as file:
        samples = file["samples"][case]
        assert len(samples["start_ns"]) == len(samples["rounds"]) == len(samples["known_ns"]) == 4, "the block of four"


def test_a_rank_stuck_in_the_library_ends_the_launch_and_loses_nothing(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "native_stuck", tmp_path, ranks=2)
    assert [row["verdict"] for row in rows] == ["ok"] * (len(rows) - 1) + ["timed_out"]
    assert rows[-1]["kernel"] == "native_stuck" and len(rows) >= 2, "the drift watch before it is on disk"
    assert "rank 0 waiting inside the MPI library" in rows[-1]["detail"]
    assert stored.attribute(path, "complete") == 0
    assert len(ended.sentences) == 1 and "timed out (rank 0 waiting inside the MPI library" in ended.sentences[0], ended.stderr
