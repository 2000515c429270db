"""What differs between two campaigns besides their numbers: program, build, machine, MPI, options, placement."""

from collections.abc import Iterator

import h5py

from analysis.launch_file import opened
from analysis.load import Campaign
from analysis.reading import text
from analysis.settings import attributes, parsed

ROOT = ("coordbench_version", "git_commit", "options")
RANKS = ("placement", "bound_by")
OF_EACH_LAUNCH = ("load_before", "load_after", "timer_overhead_ns", "calibration")  # of /environment; the rest is a setting
OWN_OPTIONS = ("--out=", "--campaign=", "--launch=", "--seed=", "--micro=")  # which no two campaigns share
SHOWN, LONG = 40, 200  # characters of a value; from LONG on it says nothing to a reader


def differences(a: Campaign, b: Campaign) -> str:
    """One line: each setting whose values differ, as `name: A's -> B's`. What the files do not tell is not in it."""
    told_a, told_b = _told(a), _told(b)
    found = [_difference(name, told_a.get(name, set()), told_b.get(name, set())) for name in sorted(told_a | told_b)
             if told_a.get(name) != told_b.get(name)]
    return f"A and B differ in {'; '.join(found)}" if found else "A and B were measured alike, as far as their files tell"


def _told(campaign: Campaign) -> dict[str, set[str]]:
    """The values of each setting over the launches."""
    values: dict[str, set[str]] = {}
    for path in campaign.launches.index:
        with opened(path) as file:
            for name, value in _settings(file):
                values.setdefault(name, set()).add(value)
    return values


def _settings(file: h5py.File) -> Iterator[tuple[str, str]]:
    for group in ("/", "/environment", "/ranks"):
        for name, value in attributes(file[group]):
            chosen = {"/": name in ROOT, "/environment": name not in OF_EACH_LAUNCH, "/ranks": name in RANKS}[group]
            yield from _parts(name, value) if chosen else ()


def _parts(name: str, value: str) -> Iterator[tuple[str, str]]:
    """A JSON object counts as one setting for each of its names, a list as its words; the number of a job is no setting."""
    found = parsed(value)
    if isinstance(found, dict):
        yield from ((text(f"{name} {key}"), text(each)) for key, each in found.items() if "JOB" not in key)
    elif isinstance(found, list):
        yield name, " ".join(text(each) for each in found if not str(each).startswith(OWN_OPTIONS))
    else:
        yield name, value


def _difference(name: str, a: set[str], b: set[str]) -> str:
    """Of long texts only the words that the other side lacks."""
    words_a, words_b = (set(" ".join(each).split()) for each in (a, b))
    if name in ("options", "compiler_flags"):
        a, b = ({" ".join(sorted(own - other))} for own, other in ((words_a, words_b), (words_b, words_a)))
    return name if len(max(a | b, key=len)) > LONG else f"{name}: {_shown(a)} -> {_shown(b)}"


def _shown(values: set[str]) -> str:
    shown = [value if len(value) <= SHOWN else value[:SHOWN] + "…" for value in sorted(values)]
    return ", ".join(shown).strip() or "none"
