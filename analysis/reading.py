"""Reads what HDF5 holds, values of a kind (schema.py) or an attribute, and tells in one sentence what is wrong with it."""

import contextlib
from collections.abc import Iterator

import h5py
import numpy as np

from analysis.refusal import Refusal
from analysis.schema import Kind

HDF5_ERRORS = (OSError, RuntimeError, KeyError, ValueError, TypeError)  # h5py raises any of these for what HDF5 cannot do
SHOWN = 60  # characters


def text(value) -> str:
    """An HDF5 attribute as text, whether it was written as a scalar or as an array of one, with fixed or variable length. What
    is not UTF-8 or cannot be printed is shown as such."""
    first = np.asarray(value).reshape(-1)[:1]
    given = first[0] if len(first) else ""
    raw = given if isinstance(given, bytes) else str(given).encode("utf-8", "surrogateescape")
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in raw.decode("utf-8", "replace"))


def number(value) -> int | float:
    """An HDF5 attribute as a number, whether it was written as a scalar or as an array of one."""
    return np.asarray(value).reshape(-1)[0].item()


def wrong(file: h5py.File, path: str, expected: str, found: str) -> Refusal:
    return Refusal(f"{file.filename} is damaged at {path}: expected {expected}, found {found}; "
                   "copy the file anew, or remove it and write the launch anew")


def shown(value) -> str:
    """In a sentence."""
    return repr(value if len(value) <= SHOWN else value[:SHOWN] + " …") if isinstance(value, str) else str(value)


def read(variable: h5py.Dataset, kind: Kind, part: tuple = ()) -> np.ndarray:
    """The values of a variable, or of a part of it, all of which are of that kind."""
    with told(variable.file, variable.name, kind.name):
        if kind.name == "text":
            return _read_text(variable, kind)
        values = variable[part or ...]
        with np.errstate(invalid="ignore"):
            good = (values >= kind.least) & (values <= kind.most)
        if kind.lacking and values.dtype.kind == "f":
            good |= np.isnan(values)
        if part and not good.all():
            return read(variable, kind)  # which names the place in the whole
        _refuse_first(variable, ~good, values, f"{kind.name} from {kind.least:.16g} to {kind.most:.16g}")
    return values if values.dtype.kind == "f" else values.astype(np.int64)


def _read_text(variable: h5py.Dataset, kind: Kind) -> np.ndarray:
    values = variable.asstr("utf-8", "replace" if kind.free else "surrogateescape")[...]
    if not kind.free:
        _refuse_first(variable, [not value.isprintable() for value in values.flat], values, "text in UTF-8")
    if kind.words:
        bad = [value not in kind.words for value in values.flat]
        _refuse_first(variable, bad, values, " or ".join(kind.words))
    return values


def _refuse_first(variable: h5py.Dataset, bad, values: np.ndarray, expected: str) -> None:
    rows = np.flatnonzero(bad)
    if len(rows):
        found = values.flat[rows[0]]
        raise wrong(variable.file, variable.name, expected,
                    f"{shown(found)} (number {rows[0] + 1} of {values.size})")


@contextlib.contextmanager
def told(file: h5py.File, path: str, expected: str) -> Iterator[None]:
    """Tells what HDF5 cannot do in a sentence."""
    try:
        yield
    except HDF5_ERRORS as error:
        reason = str(error).strip("'\"").splitlines() or [type(error).__name__]
        raise wrong(file, path, expected, f"what HDF5 cannot read ({reason[0]})") from None
