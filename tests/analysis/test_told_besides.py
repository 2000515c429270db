"""What files tell since schema 1.6 besides their samples, and that files without it load."""

import h5py
import numpy as np
import pytest

from analysis.load import load
from analysis.refusal import Refusal
from synthetic import Case, Mark, write_launch

SPREAD = 500 + np.arange(20)
MARKS = (Mark("applied", 250),)


@pytest.fixture
def path(tmp_path):
    return write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD, family="protocol", marks=MARKS)])


def told(path, payload_copied=1, switches=7, block_ends=(4, 20), share=(0.25,)):
    with h5py.File(path, "r+") as file:
        file["cases"]["payload_copied"] = np.array([payload_copied])
        file["cases"]["involuntary_switches"] = np.array([switches])
        samples = file["samples"][file["cases/name"].asstr()[0]]
        samples.attrs["block_ends"] = np.array(block_ends)
        samples["after_next_start"] = np.array(share, dtype=float)
    return path.parent


def test_older_files_do_not_tell(path):
    case = load(path.parent).cases.iloc[0]
    assert np.isnan(case.payload_copied) and np.isnan(case.involuntary_switches)


def test_newer_ones_do(path):
    case = load(told(path)).cases.iloc[0]
    assert (case.payload_copied, case.involuntary_switches) == (1, 7)


@pytest.mark.parametrize("damaged, place", [
    ({"payload_copied": 2}, "/cases/payload_copied"), ({"switches": -1}, "/cases/involuntary_switches"),
    ({"block_ends": (4, 4, 20)}, "block_ends"), ({"block_ends": (4, 21)}, "block_ends"),
    ({"block_ends": (0, 20)}, "block_ends"), ({"block_ends": (4.0, 20.0)}, "block_ends"),
    ({"share": (0.1, 0.2)}, "after_next_start")])
def test_what_cannot_be_is_refused(path, damaged, place):
    with pytest.raises(Refusal, match=place):
        load(told(path, **damaged))
