"""Kernels that are wrong on purpose get the verdict that they deserve, and the run goes on where it can."""

import h5py

from . import stored

SOME_CASE_FAILED = 1


def measure(mpirun, broken, kernel, folder, *arguments, ranks=3):
    """The rows of the case and of the sane ping_pong beside it, in the order they ran."""
    ended = mpirun(ranks, broken, "run", "--kernels", f"{kernel},ping_pong", "--ranks", ranks, "--bytes", 8,
                   "--max-operations", 20, "--time-budget", "50ms", "--out", folder, *arguments)
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
    ended, path, rows = measure(mpirun, broken, "garbled_broadcast", tmp_path)
    detail = assert_only_it_failed(path, rows, "garbled_broadcast", "wrong_answer")
    assert detail == "rank 2: 20 answers of 20 operations wrong or missing, first operation 0"
    assert "wrong_answer" in ended.stdout


def test_a_message_too_many_is_a_count_mismatch(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "wordy_broadcast", tmp_path)
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


def test_rounds_that_never_end_time_out_and_leave_the_blocks_before(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "fading_gossip", tmp_path)
    detail = assert_only_it_failed(path, rows, "fading_gossip", "timed_out")
    assert "6 ended so far" in detail
    case, = [row["name"] for row in rows if row["kernel"] == "fading_gossip"]
    with h5py.File(path) as file:
        samples = file["samples"][case]
        assert len(samples["start_ns"]) == len(samples["rounds"]) == len(samples["known_ns"]) == 4, "the block of four"


def test_a_rank_stuck_in_the_library_ends_the_launch_and_loses_nothing(broken, mpirun, tmp_path):
    ended, path, rows = measure(mpirun, broken, "native_stuck", tmp_path, ranks=2)
    assert [row["verdict"] for row in rows] == ["ok"] * (len(rows) - 1) + ["timed_out"]
    assert rows[-1]["kernel"] == "native_stuck" and len(rows) >= 2, "the calibration before it is on disk"
    assert "rank 0 waiting inside the MPI library" in rows[-1]["detail"]
    assert stored.attribute(path, "complete") == 0
    assert len(ended.sentences) == 1 and "timed out (rank 0 waiting inside the MPI library" in ended.sentences[0], ended.stderr
