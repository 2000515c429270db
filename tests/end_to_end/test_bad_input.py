"""Whatever goes wrong is said once, in one sentence, with the right exit status, and loses no finished case."""

import os
import shutil

import h5py
import pytest

from . import stored
from .launching import assert_one_sentence, run, under_mpirun

USAGE, NOT_WRITTEN = 2, 3
QUICK = ("--kernels", "empty", "--operations", 5)

WRONG = {
    "unknown kernel": (("--kernels", "binomial_brodcast"), ("--kernels", "'binomial_brodcast'", "nearest: binomial_broadcast")),
    "unknown group": (("--kernels", "@gosip"), ("--kernels", "'@gosip'", "nearest: gossip", "accepted: @broadcast, @")),
    "part of several names": (("--kernels", "binomial"), ("--kernels", "binomial_aggregation, binomial_b", "'*binomial*'")),
    "nothing but exclusions": (("--kernels", "empty,!@point-to-point"), ("--kernels", "leaves no kernel")),
    "rank count above the world": (("--ranks", "4"), ("--ranks", "'4' was given", "1 to 2", "mpirun -n 4")),
    "no ranks": (("--ranks", "0"), ("--ranks", "'0'", "numbers from 1 up")),
    "size that overflows": (("--bytes", "99999999999999999999"), ("--bytes", "'99999999999999999999'", "0 to 1GiB")),
    "unit that overflows": (("--bytes", "9223372036854775807GiB"), ("--bytes", "'9223372036854775807GiB'", "0 to 1GiB")),
    "size above the limit": (("--bytes", "2GiB"), ("--bytes", "'2GiB'", "0 to 1GiB")),
    "size that is none": (("--bytes", "12XB"), ("--bytes", "'12XB'", "such as 8, 64KiB")),
    "negative size": (("--bytes=-8",), ("--bytes", "'-8'", "0 to 1GiB")),
    "range without a size": (("--bytes", "64:8"), ("--bytes", "'64:8'", "a power of two in it")),
    "exactly and at most": (("--operations", 5, "--max-operations", 6), ("--operations", "--max-operations", "leave one out")),
    "window and start line": (("--in-flight", 8, "--sync", "barrier"), ("--in-flight 8", "--sync barrier", "leave --sync out")),
    "window for none": (("--kernels", "empty", "--in-flight", 8), ("--in-flight", "leave it out")),
    "authentication for none": (("--kernels", "empty", "--authentication", "mac"), ("--authentication was given", "leave it")),
    "unknown authentication": (("--authentication", "hmac"), ("--authentication", "'hmac'", "none, mac or signature")),
    "list and dry run": (("--list", "--dry-run"), ("--list", "--dry-run", "leave one out")),
    "parameter too small": (("--set", "two_phase_commit.read_only=-1"), ("two_phase_commit.read_only", "'-1'", "0 to 1048575")),
    "parameter too large": (("--set", "binomial_broadcast.root=9999999999"), ("broadcast.root", "'9999999999'", "0 to")),
    "choice that is none": (("--set", "two_phase_commit.variant=9"), ("'9'", "presumed_nothing, presumed_abort")),
    "unknown parameter": (("--set", "two_phase_commit.rot=1"), ("--set", "'rot'", "read_only")),
    "operations out of range": (("--operations", 0), ("--operations", "'0'", "from 1 to")),
    "seed that is negative": (("--seed=-1",), ("--seed", "'-1'", "2^64 - 1")),
    "negative clients": (("--clients=-1",), ("--clients", "'-1'", "whole numbers from 0 to 1048576")),
    "clients that are no number": (("--clients", "x"), ("--clients", "'x'", "whole numbers from 0 to 1048576")),
    "more clients than can be": (("--clients", "9999999999"), ("--clients", "'9999999999'", "whole numbers from 0 to 1048576")),
    "more shards than can be": (("--set", "sequencer.shards=99"), ("sequencer.shards", "'99'", "1 to 64")),
    "unknown option": (("--kernals", "empty"), ("'--kernals'", "nearest: --kernels")),
    "option without a value": (("--bytes",), ("--bytes", "no value")),
    "unknown placement": (("--placement", "sideways"), ("--placement", "'sideways'", "auto, compact, spread, none")),
    "limits that are not there": (("--kernels", "empty", "--micro", "none.json"),
                                  ("--micro", "'none.json'", "coordbench-micro", "--benchmark_out")),
    "core that is not there": (("--placement", "list:99999"), ("--placement", "list:99999")),
}


@pytest.mark.parametrize("arguments, words", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_command_line_is_one_sentence_of_one_rank(coordbench, mpirun, tmp_path, arguments, words):
    ended = mpirun(2, coordbench, "run", "--out", tmp_path / "out", *arguments)
    assert_one_sentence(ended, *words)
    assert (ended.status, ended.stdout) == (USAGE, "")
    assert not (tmp_path / "out").exists()


# What fits no launch of two ranks: of a plan that holds nothing else, the reason is all that is said.
UNFIT = {
    "a client without a rank": (("--kernels", "raft_replication", "--clients", 1), ("clients=1", "3 in all; the launch has 2")),
    "many clients": (("--kernels", "quorum_register", "--clients", 100), ("clients=100", "102 in all; the launch has 2")),
    "more proposers than servers": (("--kernels", "quorum_register", "--set", "quorum_register.proposers=9"),
                                    ("proposers=9", "proposers")),
    "more senders than ranks": (("--kernels", "sequencer", "--set", "sequencer.senders=9"), ("senders=9", "proposers")),
    "more shards than ranks": (("--kernels", "sequencer", "--set", "sequencer.shards=3"), ("shards=3", "shard")),
    "more counters than replicas": (("--kernels", "g_counter", "--set", "g_counter.proposers=9"), ("proposers=9", "proposers")),
}


@pytest.mark.parametrize("arguments, words", UNFIT.values(), ids=UNFIT.keys())
def test_what_does_not_fit_the_launch_is_said_and_stored_beside_what_does(coordbench, mpirun, tmp_path, arguments, words):
    ended = mpirun(2, coordbench, "run", "--ranks", 2, "--out", tmp_path / "alone", *arguments)
    assert_one_sentence(ended, "nothing of what was asked for can be measured", *words)
    assert ended.status == USAGE
    option, *kernel_and_others = arguments
    beside = (option, f"{kernel_and_others[0]},empty", *kernel_and_others[1:])
    ended = mpirun(2, coordbench, "run", "--ranks", 2, "--operations", 5, "--out", tmp_path / "beside", *beside)
    assert ended.status == 0, ended.stderr
    path = tmp_path / "beside" / "launch-001.h5"
    assert "empty" in stored.column(path, "kernel")
    with h5py.File(path) as file:
        names, reasons = ([stored.text(word) for word in file["plan"][name][:]] for name in ("name", "reason"))
    assert [reason for name, reason in zip(names, reasons) if words[0] in name and words[1] in reason], reasons


def test_a_kernel_that_has_no_clients_says_so(coordbench, mpirun, tmp_path):
    ended = mpirun(3, coordbench, "run", "--kernels", "push_gossip", "--ranks", 2, "--clients", 1, "--out", tmp_path)
    assert_one_sentence(ended, "push_gossip", "nobody but its servers can ask; leave --clients out or give 0")
    assert ended.status == USAGE


@pytest.mark.parametrize("arguments, word", [((), "no command"), (("runn",), "'runn'")])
def test_a_command_that_is_missing_or_unknown(coordbench, arguments, word):
    ended = run(coordbench, *arguments)
    assert_one_sentence(ended, word, "run, calibrate, list, doctor")
    assert ended.status == USAGE


MALFORMED = {
    "open text": ('kernels = "empty\n', ("line 1", "'kernels'", "not closed")),
    "open array": ('kernels = ["empty",\n', ("line 1", "'kernels'", "not closed")),
    "no value": ("# sizes\nbytes =\n", ("line 2", "'bytes'", "no value")),
    "no key": ("[run\n", ("line 1", "key = value")),
    "unknown key": ('kernals = "empty"\n', ("line 1", "'kernals'", "nearest: kernels")),
    "value out of range": ('bytes = "2GiB"\n', ("--bytes", "'2GiB'", "0 to 1GiB")),
    "not text": ("\x00\x01\x02\n", ("campaign.toml", "is not text")),
    "binary without zeros": ("\x7f\x01\x02\n", ("line 1", "key = value")),
}


@pytest.mark.parametrize("content, words", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_configuration_is_one_sentence(coordbench, mpirun, tmp_path, content, words):
    config = tmp_path / "campaign.toml"
    config.write_text(content)
    ended = mpirun(2, coordbench, "run", "--config", config)
    assert_one_sentence(ended, *words)
    assert ended.status == USAGE


def test_a_configuration_that_is_not_there(coordbench, tmp_path):
    ended = run(coordbench, "run", "--config", tmp_path / "none.toml")
    assert_one_sentence(ended, "--config", "none.toml", "can be read")
    assert ended.status == USAGE


# ---- the output folder ---------------------------------------------------------------------------------------------------


def test_an_output_folder_below_a_file(coordbench, mpirun, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    ended = mpirun(2, coordbench, "run", *QUICK, "--out", tmp_path / "file" / "out")
    assert_one_sentence(ended, "results cannot be written", "file/out'", "Not a directory", "--out")
    assert ended.status == NOT_WRITTEN


def test_an_output_folder_without_permission(coordbench, mpirun, tmp_path):
    tmp_path.chmod(0o555)
    # Root may write anywhere by a capability that it can do without.
    like_anybody = () if os.getuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    ended = run(*like_anybody, *under_mpirun(2, coordbench, "run", *QUICK, "--out", tmp_path))
    tmp_path.chmod(0o755)
    assert_one_sentence(ended, "results cannot be written", "Permission denied", "--out")
    assert ended.status == NOT_WRITTEN


def test_an_output_folder_that_fills_up_keeps_the_finished_cases(coordbench, tmp_path):
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir(), kept.mkdir()
    namespace = ("unshare", "--mount") if os.getuid() == 0 else ("unshare", "--mount", "--map-root-user")
    mount = f"mount -t tmpfs -o size=300k none {small}"
    if shutil.which("unshare") is None or run(*namespace, "sh", "-c", mount).status != 0:
        pytest.skip("this machine gives nobody a small file system of their own")
    launch = " ".join(map(str, under_mpirun(2, coordbench, "run", "--kernels", "ping_pong,binomial_broadcast", "--bytes",
                                            "8:64KiB", "--operations", 300, "--out", small)))
    ended = run(*namespace, "sh", "-c", f"{mount} && {launch}; status=$?; cp {small}/launch-*.h5 {kept}; exit $status")
    assert_one_sentence(ended, "results cannot be written", "No space left on device", "--out")
    assert ended.status == NOT_WRITTEN
    assert len(stored.whole_cases(kept / "launch-001.h5")) >= 1
    assert stored.attribute(kept / "launch-001.h5", "complete") == 0


# ---- a world of one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("launcher", [(), under_mpirun(1)], ids=["without mpirun", "under mpirun"])
def test_a_world_of_one_works(coordbench, tmp_path, launcher):
    ended = run(*launcher, coordbench, "run", "--bytes", 8, "--operations", 5, "--out", tmp_path, limit_s=120)
    assert ended.status == 0, ended.stderr
    [left_out] = ended.sentences
    assert "left out, 2 of the combinations: fewer than 4 servers bear no traitor" in left_out
    assert stored.attribute(tmp_path / "launch-001.h5", "complete") == 1
    assert set(stored.column(tmp_path / "launch-001.h5", "ranks")) == {1}
    assert set(stored.column(tmp_path / "launch-001.h5", "verdict")) == {"ok"}
