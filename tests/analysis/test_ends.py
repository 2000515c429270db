"""When an operation is over, for whom: the same three ends of every protocol, so that like is compared with like."""

import h5py
import numpy as np
import pytest
from analysis.ends import end_medians
from analysis.load import load
from synthetic import Case, Mark, write_launch

SPREAD = np.arange(400) + 3000
END = 3199.5
COMMIT = (Mark("decided", 1500), Mark("learned", 2500, everywhere=True))
LOG = (Mark("committed", 1000), Mark("applied", 9000, everywhere=True))
BROUGHT = (Mark("committed", 1000), Mark("applied", 1_500_000, everywhere=True))  # operations begin a millisecond apart


def ends(folder, **options) -> list[float]:
    """In the order of analysis.ends.ENDS."""
    case = Case("k", SPREAD, 3, **{"family": "protocol", "definition": "proposer", **options})
    write_launch(folder / "launch-001.h5", [case])
    return end_medians(load(folder))[["go_on_ns", "everyone_ns", "forgotten_ns"]].iloc[0].tolist()


@pytest.mark.parametrize("options, expected", [
    (dict(marks=COMMIT), [1500, 2500, END]),  # as two-phase commit
    (dict(marks=LOG), [1000, 9000, np.nan]),  # as Raft: `ended` is before the last
    (dict(marks=BROUGHT), [1000, np.nan, np.nan]),  # the next entry tells that one is committed
    (dict(), [END, np.nan, np.nan]),  # nothing but the answer
    (dict(marks=(Mark("granted", 700),)), [END, np.nan, np.nan]),  # a step on the way
    (dict(marks=(Mark("decided", 700),), group="byzantine"), [END, np.nan, np.nan]),  # one replica's word is not enough
])
def test_the_three_ends(tmp_path, options, expected):
    assert ends(tmp_path, **options) == pytest.approx(expected, nan_ok=True)


def test_a_mark_at_other_ranks_alone_does_not_let_the_user_go_on(tmp_path):
    """The leader has committed, but the user is somebody else."""
    case = Case("k", SPREAD, 2, clients=0, family="protocol", definition="proposer", marks=(Mark("committed", 1000),))
    path = write_launch(tmp_path / "launch-001.h5", [case])
    with h5py.File(path, "a") as file:
        stamps = file[f"samples/{case.name}/mark_ns"]
        stamps[...] = stamps[...][:, :, ::-1]
    row = end_medians(load(tmp_path)).iloc[0]
    assert (row.go_on_ns, row.go_on_mark) == (END, "ended")


def test_few_operations_have_no_medians_unless_time_is_simulated(tmp_path):
    few = Case("k", SPREAD[:3], family="protocol", definition="proposer", marks=COMMIT)
    for source, expected in (("measured", np.nan), ("simulated", 1500)):
        write_launch(tmp_path / source / "launch-001.h5", [few], source=source)
        assert end_medians(load(tmp_path / source)).go_on_ns[0] == pytest.approx(expected, nan_ok=True)
