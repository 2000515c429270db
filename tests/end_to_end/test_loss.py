"""Cases with --loss as a launch measures and stores them."""

import h5py
import pytest

from . import stored

OPERATIONS = 40


def test_the_messages_of_an_operation_are_without_the_background(mpirun, coordbench, tmp_path):
    """What operation_counter sends again and its acknowledgements are background, and no operation's."""
    ended = mpirun(2, coordbench, "run", "--kernels", "operation_counter", "--ranks", 2, "--loss", "0.3", "--operations",
                   OPERATIONS, "--set", "operation_counter.resend_us=500", "--seed", 5, "--out", tmp_path, limit_s=60)
    assert ended.status == 0, ended.stdout + ended.stderr
    path = tmp_path / "launch-001.h5"
    case = list(stored.column(path, "kernel")).index("operation_counter")
    with h5py.File(path) as file:
        messages = file["samples"][stored.column(path, "name")[case]]["messages"][...]
    assert stored.column(path, "background_messages")[case] > OPERATIONS
    assert (messages == 1).all()
    assert messages.mean() == pytest.approx(stored.column(path, "messages_per_operation")[case])


def test_losses_that_are_nearly_equal_are_two_cases(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "run", "--kernels", "fire_and_forget", "--ranks", 2, "--bytes", 8, "--loss", "0.1234567",
                   "--loss", "0.1234568", "--operations", OPERATIONS, "--out", tmp_path, limit_s=60)
    assert ended.status == 0, ended.stdout + ended.stderr
    assert {0.1234567, 0.1234568} <= set(stored.column(tmp_path / "launch-001.h5", "loss"))


def test_what_was_applied_wrong_stands_in_the_table(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "run", "--kernels", "acknowledged_send", "--ranks", 2, "--bytes", 8, "--loss",
                   "0,duplicate=0.9", "--operations", OPERATIONS, "--out", tmp_path, limit_s=60)
    assert ended.status == 0, ended.stdout + ended.stderr
    assert "applied 1" in next(line for line in ended.stdout.splitlines() if line.startswith("acknowledged_send"))


def test_events_that_may_be_overtaken_must_be_sent_again(mpirun, coordbench, tmp_path):
    ended = mpirun(2, coordbench, "run", "--kernels", "event_log", "--ranks", 2, "--bytes", 8, "--in-flight", 64, "--loss",
                   "0,delay=100us", "--operations", 2000, "--set", "event_log.resend_us=0,500", "--out", tmp_path, limit_s=60)
    assert ended.status == 0, ended.stdout + ended.stderr
    assert "overtake each other; set its resend_us" in ended.stderr
    assert "resend_us=500" in ended.stdout
