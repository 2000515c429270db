"""From which number of ranks on one kernel beats another, and where launches cannot tell."""

import math

import numpy as np
import pytest
from analysis.crossovers import _taken_over, certain_lead, crossovers
from analysis.load import load
from analysis.scaling_tables import scaling_tables
from test_scaling import FLAT, GOSSIP, LAWS, TREE, campaign


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("crossovers"))


def test_the_crossover_of_two_known_curves_is_found_and_its_interval_holds_it(folder):
    truth = next(n for n in range(3, 100) if LAWS[TREE](n) < LAWS[FLAT](n))
    row, = crossovers(load(folder)).itertuples()
    assert (row.few_ranks_winner, row.many_ranks_winner, row.interval_source) == (FLAT, TREE, "launches")
    assert abs(row.crossover_ranks - truth) <= 2
    assert row.crossover_low <= truth <= row.crossover_high < 16


def test_without_launches_enough_no_crossing_is_told(tmp_path):
    row, = crossovers(load(campaign(tmp_path, launches=5))).itertuples()
    assert row.untold and math.isnan(row.crossover_ranks) and not row.few_ranks_winner
    assert "| no crossing that these launches can tell | neither for certain |" in "".join(scaling_tables(load(tmp_path)))


def test_equal_curves_of_noisy_launches_do_not_cross(tmp_path):
    """Their models do, at these launches, and the table says that this is nothing."""
    equal = {FLAT: LAWS[FLAT], TREE: LAWS[FLAT]}
    row, = crossovers(load(campaign(tmp_path, equal, noise=0.08))).itertuples()
    assert math.isnan(row.crossover_ranks) and row.few_ranks_winner == row.many_ranks_winner


def test_curves_that_do_not_cross_have_no_crossover(tmp_path):
    laws = {FLAT: LAWS[FLAT], TREE: lambda n: 500 + 150 * n, GOSSIP: lambda n: 520 + 152 * n,
            "flat_aggregation": lambda n: 10 * n}
    found = crossovers(load(campaign(tmp_path, laws, noise=0.001))).set_index(["first", "second"])
    assert len(found) == 3  # of the broadcasts; the aggregation has no competitor
    assert found.crossover_ranks.isna().all() and found.to_ranks.tolist() == [64] * 3
    assert found.few_ranks_winner[TREE, FLAT] == TREE
    table = "".join(scaling_tables(load(tmp_path)))
    assert f"| broadcast | 8 B | network | {TREE}, {FLAT} | none within 2 … 64 | {TREE} throughout |" in table


def test_a_lead_within_the_errors_of_the_models_is_none(tmp_path):
    """A tree's rounds come in steps: at two ranks its model is 5 % below the time of the one message that both send."""
    laws = {FLAT: lambda n: 500 + 300 * n, TREE: lambda n: 1100 * math.floor(math.log2(n)) + 300 * (n & (n - 1) > 0)}
    row, = crossovers(load(campaign(tmp_path, laws, launches=1, source="simulated", noise=0))).itertuples()
    assert (row.few_ranks_winner, row.many_ranks_winner) == (FLAT, TREE) and 8 <= row.crossover_ranks <= 13


@pytest.mark.parametrize("lead, found", [([-9, 1, 2, 20, 30], 3), ([-9, 1, -1, 20, 30], 5), ([20, 30, 40, 50, 60], 2),
                                         ([-9, -5, 1, 2, 9], math.inf), ([-20, 20, -20, -30, -40], 3)])
def test_who_leads_clearly_has_been_ahead_since(lead, found):
    assert _taken_over(np.array([lead]), 10, np.arange(2, 7)).tolist() == [found]


def test_a_crossover_beyond_the_data_says_how_far(tmp_path):
    laws = {FLAT: lambda n: 1000 + 300 * n, TREE: lambda n: 5000 + 150 * n}
    row, = crossovers(load(campaign(tmp_path, laws, noise=0.003))).itertuples()
    assert row.crossover_ranks == pytest.approx(27, abs=3) and row.times_measured == row.crossover_ranks / 16
    told = f"{row.crossover_ranks:.0f} [{row.crossover_low:.0f}, {row.crossover_high:.0f}], {row.times_measured:#.3g} × the"
    assert told + " ranks measured" in "".join(scaling_tables(load(tmp_path)))


def test_a_lead_is_certain_where_nearly_all_draws_have_it_and_models_err_by_less():
    lead = np.array([-0.5, -0.5, 0.05, 0.5, 0.5])
    draws = lead + np.linspace(-0.6, 0.6, 101)[:, None] * [0, 1, 0, 1, 0]
    assert certain_lead(lead, draws, "launches", 0.1).tolist() == [-1, 0, 0, 0, 1]
    assert certain_lead(lead, draws, "models", 0.1).tolist() == [-1, -1, 0, 1, 1]
    assert certain_lead(lead, draws[:0], "", 0.1).tolist() == [0] * 5
