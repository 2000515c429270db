"""The scenarios that are simulated: what they ask for exists, as tests/jobs/test_scenarios.py checks of those that are
measured."""

import os
import shutil

import pytest

from end_to_end.launching import BUILD, ROOT, run
from jobs.scenario_plans import assert_planned, scenarios, title


@pytest.mark.parametrize("scenario", scenarios(simulated=True), ids=title)
def test_what_a_simulated_scenario_shows_is_planned(scenario, simulate):
    ended = [simulate(launch.ranks, launch.platform, "--list", *launch.options).ended for launch in scenario.launches]
    assert all(each.status == 0 for each in ended), [each.stderr for each in ended]
    assert_planned(scenario, "".join(each.stdout for each in ended))


@pytest.fixture
def campaign():
    """The folder of a campaign of this test's own, which jobs make in results/."""
    folder = ROOT / "results" / f"test-scenario-{os.getpid()}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_simulated_scenario_ends_in_a_figure_and_three_sentences(campaign):
    ended = run("env", f"COORDBENCH_BUILD={BUILD}", ROOT / "jobs" / "scenario", "group_dinner", "--quick", campaign.name)
    assert ended.status == 0, ended.stderr
    assert "For 10 friends votes take 90 messages, one announcement 9: 10 times as many, and 18 if all answer it (simulated)." \
        in ended.stdout.splitlines()[-3]
    assert (campaign / "group_dinner.png").stat().st_size < 60_000 and (campaign / "group_dinner.md").exists()
    assert (campaign / "launch-001.h5").exists() and not (campaign.parent / f"{campaign.name}.table").exists()
