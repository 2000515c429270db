"""The launches of a scenario as commands, in the order in which they run: round by round, so that no case has a quiet hour of
its own."""

import os
import shlex

from analysis.scenarios.definition import Launch, Scenario

PROGRAM = f"{os.environ.get('COORDBENCH_BUILD') or 'build'}/coordbench"  # as the jobs find it


def rounds(scenario: Scenario, quick: bool) -> list[Launch]:
    """Every launch as often as it runs."""
    times = [launch.quick if quick else launch.times for launch in scenario.launches]
    return [launch for number in range(max(times)) for launch, most in zip(scenario.launches, times) if number < most]


def command(launch: Launch, out: str, cores: int) -> str:
    """For a shell. Without --oversubscribe mpirun refuses more processes than cores."""
    if launch.platform:
        where = ["--ranks", launch.ranks, "--platform", launch.platform]
        return shlex.join(["jobs/simulate", *where, "--out", out, *launch.options])
    crowded = ["--oversubscribe"] if launch.world > cores else []
    return shlex.join(["mpirun", *crowded, "-n", launch.ranks, PROGRAM, "run", "--out", out, *launch.options])
