"""Reads result files with h5py."""

from pathlib import Path

import h5py


def text(value) -> str:
    return value.decode() if isinstance(value, bytes) else value


def column(path: Path, name: str) -> list:
    """A variable of /cases, texts as texts."""
    with h5py.File(path) as file:
        return [text(value) for value in file["cases"][name][:].tolist()]


def attribute(path: Path, name: str, group: str = "/"):
    with h5py.File(path) as file:
        value = file[group].attrs[name]
    return text(value)


def whole_cases(path: Path) -> list[str]:
    """Names of the stored cases; asserts that the samples of each are all there."""
    with h5py.File(path) as file:
        names = [text(name) for name in file["cases/name"][:]]
        members = file["cases/ranks"][:] + file["cases/clients"][:]
        for name, operations, ranks in zip(names, file["cases/operations"][:], members):
            samples = file["samples"][name]
            for stamps in ("start_ns", "end_ns"):
                assert samples[stamps].shape == (operations, ranks), name
            began, ended = (samples[stamps][...].max(axis=1) for stamps in ("start_ns", "end_ns"))  # whoever was asked
            assert (began >= 0).all() and (ended >= began).all(), name
    return names
