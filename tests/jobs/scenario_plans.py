"""What a scenario asks for beside what coordbench plans for its launches."""

import fnmatch
import sys

from end_to_end.launching import ROOT

sys.path.insert(0, str(ROOT))

from analysis.scenarios.definition import Scenario, read  # noqa: E402

FILES = sorted((ROOT / "jobs" / "scenarios").glob("*.toml"))


def scenarios(simulated: bool) -> list[Scenario]:
    return [scenario for path in FILES if bool((scenario := read(path)).launches[0].platform) is simulated]


def assert_planned(scenario: Scenario, listed: str) -> None:
    """Every case and pattern of the file is there, among what `--list` prints of all its launches."""
    names = [name for name in listed.splitlines() if "/drift=" not in name]
    assert names, listed
    patterns = [case for quantity in scenario.quantities.values() for case in quantity.cases]
    patterns += [series.cases for panel in scenario.panels for series in panel.series]
    missing = [pattern for pattern in dict.fromkeys(patterns) if not fnmatch.filter(names, pattern)]
    assert not missing, f"{scenario.name} has no such case: {', '.join(missing)}; it runs\n" + "\n".join(sorted(names))


def title(scenario: Scenario) -> str:
    return scenario.name
