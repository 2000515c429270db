"""`analysis/choose`: kernels side by side at the numbers of ranks that matter."""

import json

import numpy as np
import pytest
from conftest import assert_refused, run
from synthetic import Case, Mark, write_launch

SPREAD = np.arange(400) + 3000


@pytest.fixture
def folder(tmp_path):
    for launch in range(1, 7):
        cases = [Case(name, SPREAD * ranks + launch, ranks, family="protocol", definition="proposer", group=group,
                      messages=factor * (ranks - 1), expected_messages=factor * (ranks - 1), marks=marks,
                      bytes_each=10 * factor * (ranks - 1))
                 for ranks in (3, 5) for name, group, factor, marks in (
                     ("raft", "replication", 2, (Mark("committed", 900 * ranks + launch),)), ("pc", "commitment", 4, ()))]
        cases.append(Case("bcast", SPREAD, 3, group="broadcast", bytes_each=10))
        write_launch(tmp_path / f"launch-{launch:03}.h5", cases, launch, cores=5)
    return tmp_path


def test_kernels_stand_side_by_side_at_each_number_of_ranks(folder):
    done = run("choose", folder, "--ranks", "3,5")
    assert done.returncode == 0 and done.stderr == ""
    agreement = done.stdout.split("**agreement**")[1]
    assert "| pc | 3 | 9602 [9599, 9604] µs" not in agreement
    assert "| pc | 3 | 9.60 [9.60, 9.60] µs (ended) | 8 | 80 | 8 |\n" in agreement
    assert "| raft | 3 | 2.70 [2.70, 2.71] µs (committed) | 4 | 40 | 4 |\n" \
           "| raft | 5 | 4.50 [4.50, 4.51] µs (committed) | 8 | 80 | 8 |\n" in agreement
    assert "| bcast | 3 | 3.20 µs | 1 | 10 | 1 |" in done.stdout.replace(" [3.20, 3.20]", "")
    assert "files older than schema 1.7 do not tell what a kernel survives" in done.stdout


def test_ranks_that_were_not_asked_for_are_left_out(folder):
    assert "| raft | 3 |" not in run("choose", folder, "--ranks", "5").stdout


def test_a_listing_adds_what_kernels_survive(folder, tmp_path):
    listing = tmp_path / "list.json"
    listing.write_text(json.dumps([{"name": "raft", "survives": "any minority down", "blocks": "without a majority"}]))
    told = run("choose", folder, "--list", listing).stdout
    assert "(committed) | 4 | 40 | 4 | any minority down | without a majority |" in told
    assert "(ended) | 8 | 80 | 8 | – | – |" in told and "do not tell" not in told


def test_newer_files_tell_what_kernels_survive(tmp_path):
    cases = [Case("raft", SPREAD, group="replication", survives="any minority down", blocks="without a majority"),
             Case("bcast", SPREAD, group="broadcast")]
    write_launch(tmp_path / "launch-001.h5", cases, 1)
    told = run("choose", tmp_path).stdout
    assert "| any minority down | without a majority |" in told and "do not tell" not in told
    assert "| – | – |" in told.split("**broadcast**")[1].split("**")[0]


@pytest.mark.parametrize("given, words", [("4", "--ranks 4 was not measured in"),
                                          ("3;5", "'3;5' is no list of numbers of ranks"), ("0", "write them as 3,5,7")])
def test_ranks_that_cannot_be_are_refused(folder, given, words):
    assert_refused(run("choose", folder, "--ranks", given), words)


def test_a_listing_that_is_none_is_refused(folder, tmp_path):
    (tmp_path / "list.json").write_text("{}")
    assert_refused(run("choose", folder, "--list", tmp_path / "list.json"), "is not what `coordbench list --json` writes")
