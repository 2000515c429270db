"""Stamps of two ranks whose means under OSU's and IMB's definitions are known."""

import numpy as np
import pytest

from analysis import definitions

WARM, COUNTED = 100, 1000


def stamps(rank_0_ns: int = 300, rank_1_ns: int = 500, warm_ns: int = 90_000):
    """Each rank's calls take so long, its first hundred much longer; ranks start 40 ns apart, which no definition sees."""
    start = 1_000_000 * np.arange(WARM + COUNTED)[:, None] + np.array([0, 40])
    taken = np.tile([rank_0_ns, rank_1_ns], (WARM + COUNTED, 1))
    taken[:WARM] = warm_ns
    return start, start + taken


@pytest.mark.parametrize("definition, expected", [
    (definitions.mean_over_ranks_ns, 400), (definitions.slowest_rank_ns, 500), (definitions.fastest_rank_ns, 300),
    (definitions.half_round_trip_ns, 150)])
def test_the_definitions_of_known_stamps(definition, expected):
    assert definition(*stamps()) == expected


def test_the_slowest_rank_is_a_rank_of_means_not_a_mean_of_slowest():
    start, end = stamps(rank_0_ns=100, rank_1_ns=100)
    end[WARM::2, 0] += 200
    end[WARM + 1::2, 1] += 200
    assert definitions.slowest_rank_ns(start, end) == 200, "either rank is slow every other time"


def test_few_operations_have_no_warm_up():
    start, end = stamps()
    assert definitions.mean_over_ranks_ns(start[:10], end[:10]) == 90_000
