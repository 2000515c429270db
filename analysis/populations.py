"""Populations: launches of which the same was asked. Cases of several populations are kept apart, because their launches differ
by more than chance. A launch that is in the folder twice is refused.

What was asked for is what a user can choose and what may change a result: options, ranks of the launch, MPI variables, the
build. Options that choose cases are part of the case's own parameters. Those that choose files change nothing.
"""

import json
from pathlib import Path

import h5py
import pandas as pd

from analysis.refusal import Refusal
from analysis.settings import attributes, parsed

CHOOSE_CASES = "kernels ranks bytes set in-flight clients transport sync loss authentication".split()
CHOOSE_FILES = "out campaign launch seed micro json csv gbench-json resume config total-budget calibrate list dry-run".split()
BUILD = {"git_commit": "/", "coordbench_version": "/", "compiler": "/environment", "compiler_flags": "/environment",
         "mpi_library": "/environment"}
# What launchers set by themselves, and what differs from job to job.
OF_THE_LAUNCHER = ("OMPI_COMM_", "OMPI_UNIVERSE", "OMPI_MCA_mpi_oversubscribe", "OMPI_MCA_shmem_RUNTIME_QUERY_hint",
                   "OMPI_FIRST_RANKS", "OMPI_APP_CTX", "OMPI_FILE_LOCATION", "OMPI_MCA_orte", "OMPI_MCA_ess", "OMPI_MCA_pmix",
                   "OMPI_MCA_initial_wdir", "OMPI_NUM_APP", "OMPI_COMMAND", "OMPI_ARGV", "OMPI_ALLOW_RUN", "PMIX_", "PMI_",
                   "PRTE_", "HYDRA_", "SLURM_")
NOT_GIVEN = "not given"
SHOWN = 60  # characters of a value


def asked(file: h5py.File, world: int) -> str:
    """What was asked for, as JSON: names and values."""
    root, environment = (dict(attributes(file[group])) for group in ("/", "/environment"))
    options = parsed(root.get("options", "[]"))
    words = options[1:] if isinstance(options, list) else []
    given = dict(str(word).removeprefix("--").partition("=")[::2] for word in words if str(word).startswith("--"))
    given = {name: value for name, value in given.items() if name not in CHOOSE_CASES + CHOOSE_FILES}
    variables = parsed(environment.get("mpi_variables", "{}"))
    variables = {str(name): str(value) for name, value in (variables if isinstance(variables, dict) else {}).items()
                 if not str(name).startswith(OF_THE_LAUNCHER)}
    build = {name: {"/": root, "/environment": environment}[group].get(name, "") for name, group in BUILD.items()}
    return json.dumps({**build, **variables, **given, "ranks of the launch": str(world)}, sort_keys=True)


def refuse_copies(folder: Path | str, launches: pd.DataFrame) -> None:
    """Copies of a file would count as launches of their own, which agree wonderfully."""
    copies = launches[launches.duplicated(["identity", "seed"], keep=False)].sort_values("identity", kind="stable")
    if len(copies):
        first, second = (Path(name).name for name in copies.index[:2])
        raise Refusal(f"{folder} holds the launch {copies.identity.iloc[0]} twice, as {first} and {second}; "
                      "remove one of the two, because a copy says nothing new")


def with_populations(cases: pd.DataFrame, launches: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The cases with `population`: what was asked for, in words, as far as launches that ran the same case differ in it; empty
    where all were asked for the same. Every launch has the ping_pong that watches for drift, which is nobody's case."""
    told = {file: json.loads(value) for file, value in launches.asked.items()}
    population = pd.Series("", cases.index, dtype=object)
    ways = cases.file.map(launches.asked)
    own = cases.assign(way=ways)[cases.drift_watch == 0]
    several = own.groupby(key).way.transform("nunique") > 1
    for _, same in own[several].groupby(key):
        population[same.index] = _words([told[file] for file in same.file])
    return cases.assign(population=population)


def _words(settings: list[dict[str, str]]) -> list[str]:
    names = sorted(set().union(*settings))
    differing = [name for name in names if len({each.get(name) for each in settings}) > 1]
    return [", ".join(f"{name}={_shown(each.get(name, NOT_GIVEN))}" for name in differing) for each in settings]


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN else value[:SHOWN] + "…"


def population_remarks(cases: pd.DataFrame, key: list[str]) -> list[str]:
    """One sentence on what was kept apart; none where all launches of each case were asked for the same."""
    apart = cases[(cases.population != "") & (cases.drift_watch == 0)]
    if apart.empty:
        return []
    ways = sorted(apart.population.unique())
    told = " or ".join(ways[:4]) + (f" or {len(ways) - 4} other ways" if len(ways) > 4 else "")
    return [f"{apart.groupby(key).ngroups} cases were run in more than one way ({told}): "
            "the launches of each way are kept apart"]
