"""The settings of a launch: what its file says of program, build, machine, MPI and options, as names and values."""

import json

import h5py
import pandas as pd

from analysis.reading import HDF5_ERRORS, text


def attributes(group: h5py.Group) -> list[tuple[str, str]]:
    """Those that can be read: no number depends on them."""
    try:
        return [(text(name), text(group.attrs[name])) for name in group.attrs]
    except HDF5_ERRORS:
        return []


def parsed(value: str):
    """JSON where it is some, else the text."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


# What differs from launch to launch, or is told elsewhere; all else of /environment are circumstances.
OF_EACH_LAUNCH = ("load_before", "load_after", "timer_overhead_ns", "calibration", "hwloc_xml_", "scheduler_variables",
                  "mpi_variables", "oversubscribed")
ALSO = {"/": ("git_commit", "coordbench_version"), "/ranks": ("placement", "bound_by")}
SHOWN = 60  # characters of a value


def circumstances(file: h5py.File) -> str:
    """Under what a launch was measured that nobody asked for, and its build, as JSON: names and values."""
    found = {name: value for name, value in attributes(file["/environment"]) if not name.startswith(OF_EACH_LAUNCH)}
    for group, names in ALSO.items():
        found |= {name: value for name, value in attributes(file[group]) if name in names}
    return json.dumps(found, sort_keys=True)


def differing(launches: pd.DataFrame) -> dict[str, list[str]]:
    """The circumstances in which launches differ, with their values."""
    told = [json.loads(each) for each in launches.circumstances.unique()]
    values = {name: sorted({each.get(name, "not told") for each in told}) for name in sorted(set().union(*told))}
    return {name: found for name, found in values.items() if len(found) > 1}


def differences(launches: pd.DataFrame) -> str:
    """In one sentence, for the table; empty where nothing differs."""
    told = [f"{name}: {', '.join(value if len(value) <= SHOWN else value[:SHOWN] + '…' for value in values)}"
            for name, values in differing(launches).items()]
    return f"the launches differ in {'; '.join(told)}" if told else ""
