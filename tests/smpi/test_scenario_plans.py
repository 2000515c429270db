"""The scenarios that are simulated: what they ask for exists, as tests/jobs/test_scenarios.py checks of those that are
measured."""

import pytest

from end_to_end.launching import ROOT, run
from jobs.scenario_plans import assert_planned, scenarios, title


@pytest.mark.parametrize("scenario", scenarios(simulated=True), ids=title)
def test_what_a_simulated_scenario_shows_is_planned(scenario, simulate):
    ended = [simulate(launch.ranks, launch.platform, "--list", *launch.options).ended for launch in scenario.launches]
    assert all(each.status == 0 for each in ended), [each.stderr for each in ended]
    assert_planned(scenario, "".join(each.stdout for each in ended))


def test_a_simulated_scenario_ends_in_a_figure_and_three_sentences(simulate):
    """As jobs/scenario does it, which would also build."""
    [scenario] = [each for each in scenarios(simulated=True) if each.name == "group_dinner"]
    [launch] = scenario.launches
    folder = simulate(launch.ranks, launch.platform, *launch.options).out
    told = (ROOT / "jobs" / "scenarios" / "group_dinner.toml").read_text(encoding="utf-8")
    (folder / "scenario.toml").write_text(f"# scenario: group_dinner\n{told}", encoding="utf-8")
    ended = run(ROOT / "analysis" / "scenario", folder)
    assert (ended.status, ended.stderr) == (0, "")
    assert "For 10 friends votes take 90 messages, one announcement 9: 10 times as many, and 18 if all answer it (simulated)." \
        in ended.stdout.splitlines()[-3]
    assert (folder / "group_dinner.png").stat().st_size < 60_000 and (folder / "group_dinner.md").exists()
