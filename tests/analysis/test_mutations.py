"""Damaged files: whatever is wrong with a result file, each program says so in one sentence, or takes the file for what it is.

    COORDBENCH_MUTATIONS=3000 /usr/bin/python3 -m pytest -q -s tests/analysis/test_mutations.py

tries so many, half of them single faults of structure or value, half of them bytes, and every program on each, figures only on
each fourth; COORDBENCH_SEED=N draws others.
"""

import collections
import json
import os
import random

import pytest
from mutations import byte_flips, every_structural, write_small
from trials import Trials

ASKED = int(os.environ.get("COORDBENCH_MUTATIONS", "0"))
SEED = int(os.environ.get("COORDBENCH_SEED", "1"))
STRUCTURAL, FLIPPED = (ASKED - ASKED // 2, ASKED // 2) if ASKED else (120, 30)
PICTURES = 4 if ASKED else 20


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = write_small(tmp_path_factory.mktemp("clean"))
    promises = [dict(name=name, promise="all have it") for name in ("native_broadcast", "binomial_broadcast")]
    (folder / "kernels.json").write_text(json.dumps(promises))
    return folder


@pytest.fixture
def trials(clean, tmp_path):
    return Trials(clean, tmp_path, bool(ASKED), PICTURES)


def drawn(clean, count: int) -> list:
    """So many by the seed, of every way to damage a thing as many as of the others."""
    every = every_structural(clean / "launch-001.h5")
    random.Random(SEED).shuffle(every)
    turns = collections.Counter()
    ranked = [(turns.update([each.how]) or turns[each.how], each) for each in every]
    return [each for _, each in sorted(ranked, key=lambda pair: pair[0])][:count]


def test_what_is_not_damaged_is_accepted(trials):
    assert trials.fault(None) == ""
    assert trials.accepted == 1


def test_a_single_fault_ends_in_a_sentence(clean, trials):
    faults = [f"{each}: {fault}" for each in drawn(clean, STRUCTURAL) if (fault := trials.fault(each))]
    print(f"{trials.tried} single faults, {trials.accepted} of them taken for what they are: {len(faults)} wrong")
    assert not faults, "\n".join(faults)


def test_bytes_that_changed_end_in_a_sentence(trials):
    tried = [trials.fault_in_child(each) for each in byte_flips(FLIPPED, SEED)]
    faults, of_hdf5 = ([each[index] for each in tried if each[index]] for index in (0, 1))
    print(f"{len(tried)} files with changed bytes: {len(faults)} wrong; HDF5's own: {len(of_hdf5)}", *of_hdf5, sep="\n")
    assert not faults, "\n".join(faults)
