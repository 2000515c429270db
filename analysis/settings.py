"""The settings of a launch: what its file says of program, build, machine, MPI and options, as names and values."""

import json
from collections.abc import Iterator

import h5py

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
