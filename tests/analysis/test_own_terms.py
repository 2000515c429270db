"""What was counted of a kernel becomes a term of its latency: under a generic name if it follows one, or its own."""

import numpy as np
import pandas as pd
import pytest
from analysis.load import load
from analysis.own_terms import basis_of
from synthetic import Case, write_launch

RANKS = np.arange(2, 10)
FORMS = {"1": 3 + 0 * RANKS, "⌊log2 N⌋": 1 + np.floor(np.log2(RANKS)), "⌈log2 N⌉": np.ceil(np.log2(RANKS)), "N": RANKS - 1,
         "N^2": 2 * RANKS**2 - 2}
ODD = np.array([1, 3, 2, 4, 4, 4, 3, 5])


def rows(**counts) -> pd.DataFrame:
    """Cases of one launch, one for each of RANKS; of what is not named nothing is known."""
    known = {"expected_delays": -1, "expected_delays_most": -1, "delays": -1, "busiest_messages": np.nan,
             "busiest_bytes": np.nan, "count_rule": "exact", "ranks": RANKS}
    if "expected_delays" in counts:
        counts.setdefault("expected_delays_most", counts["expected_delays"])
    return pd.DataFrame(known | counts)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("column, name", [("expected_delays", "delays"), ("busiest_messages", "busiest messages"),
                                          ("busiest_bytes", "busiest bytes")])
def test_a_count_that_follows_a_generic_term_is_that_term(form, column, name):
    basis = basis_of(rows(**{column: FORMS[form]}), RANKS)
    assert basis.own == {form: name} and not basis.tables


def test_any_other_count_is_a_term_of_its_own():
    basis = basis_of(rows(expected_delays=ODD), RANKS)
    assert basis.own == {"delays": "delays"} and basis.tables["delays"][1].tolist() == ODD.tolist()


def test_a_kernel_without_a_closed_form_has_what_was_counted():
    assert basis_of(rows(delays=RANKS - 1), RANKS).own == {"N": "delays"}


@pytest.mark.parametrize("doubt", [{"expected_delays": ODD, "expected_delays_most": ODD + 1},
                                   {"delays": ODD, "busiest_messages": ODD, "count_rule": "expected"}])
def test_what_is_random_is_no_term(doubt):
    assert not basis_of(rows(**doubt), RANKS).own


def test_what_launches_do_not_agree_on_is_no_term():
    other = np.where(RANKS == 5, 9, RANKS - 1)
    assert not basis_of(pd.concat([rows(busiest_messages=RANKS - 1), rows(busiest_messages=other)]), RANKS).own


def test_a_count_that_lacks_a_rank_count_of_the_curve_is_no_term_of_its_own():
    lacking = rows(busiest_bytes=np.where(RANKS == 6, np.nan, ODD))
    assert not basis_of(lacking, RANKS).own and basis_of(lacking, RANKS[RANKS != 6]).own
    assert not basis_of(rows(busiest_bytes=np.where(RANKS == 6, np.nan, RANKS)), RANKS).own


def test_what_the_busiest_rank_handles_is_read_from_the_samples(tmp_path):
    """Rank 0 sends three messages for each of ten operations and receives one; another sends more bytes."""
    of_ranks = np.array([[30, 5, 0, 5], [10, 10, 10, 10], [240, 900, 0, 0]])
    background = of_ranks + [[1, 0, 0, 0], [0, 1, 0, 0], [8, 0, 0, 0]]
    for launch, (each, told) in enumerate([(of_ranks, [4, 90]), (background, [np.nan, np.nan])], 1):
        case = Case("flat_broadcast", np.arange(10) + 900, 4, messages=4.0, expected_messages=4.0, of_ranks=each)
        write_launch(tmp_path / str(launch) / "launch-001.h5", [case])
        found, = load(tmp_path / str(launch)).cases[["busiest_messages", "busiest_bytes"]].to_numpy()
        assert found == pytest.approx(told, nan_ok=True)
