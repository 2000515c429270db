"""What was asked of the launches of a campaign's first sitting, so that it can be asked again."""

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from analysis import validate
from analysis.launch_file import launches_in, opened
from analysis.load import SIMULATED, launch_of
from analysis.reading import text
from analysis.refusal import Refusal
from analysis.settings import parsed
from analysis.sittings import APART_S, began_s, sittings

OWN = ("out", "campaign", "launch", "resume", "micro")  # options that another launch gets of its own
SPACE = 2  # seconds: stamps of files are whole seconds


@dataclass(frozen=True)
class Launch:
    """`arguments`: of `coordbench run`. `limits`: it had measured what the machine allows at best."""

    ranks: int
    oversubscribed: bool
    limits: bool
    arguments: tuple[str, ...]


def repetition(folder: Path | str, now: datetime) -> tuple[int, list[Launch]]:
    """Seconds to wait until a new sitting can begin, and the launches of the first in their order; raises Refusal where they
    cannot be run again here."""
    launches = pd.DataFrame([_read(path) for path in launches_in(folder)])
    if (launches.source == SIMULATED).any():
        raise Refusal(f"{folder} is simulated, and simulated launches come out the same again; "
                      "run jobs/again on a measured campaign")
    first = launches[sittings(launches) == 1].sort_values("created_utc", kind="stable")
    if first.hosts.max() > 1:
        raise Refusal(f"{folder} was measured on {first.hosts.max()} hosts; start its job again, as with sbatch "
                      "jobs/campaign.sbatch, with the options in command_line of its files")
    firm = first[~first.oversubscribed]
    chosen = firm if len(firm) else first
    left_s = APART_S + SPACE + (began_s(launches) + launches.wall_s).max() - now.timestamp()
    return min(max(0, math.ceil(left_s)), APART_S + SPACE), [Launch(row.world, row.oversubscribed, row.limits, row.arguments)
                                       for row in chosen.itertuples()]


def _read(path: Path) -> dict:
    with opened(path) as file:
        validate.check(file)
        return {**launch_of(path, file), "limits": "/limits" in file, "hosts": len(set(file["/ranks/host"].asstr()[...])),
                "arguments": _arguments(path, parsed(text(file.attrs.get("options", ""))))}


def _arguments(path: Path, options) -> tuple[str, ...]:
    """Options of older files are told as one line only, which may have come from a shell."""
    if not isinstance(options, list) or options[:1] != ["run"]:
        raise Refusal(f"{path} does not hold the options of `coordbench run`, which files have since schema 1.3; "
                      "start its launches again by hand")
    given = [str(word) for word in options[1:]]
    return tuple(word for word in given if word.removeprefix("--").partition("=")[0] not in OWN)
