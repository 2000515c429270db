"""Holds a launch's file against the schema (schema.py) before anything else is read: the first fault is told in one sentence,
with the file, the path within it, what is expected there and what was found."""

import json
import math
from datetime import datetime

import h5py
import numpy as np

from analysis import schema
from analysis.reading import read, shown, text, told, wrong
from analysis.refusal import Refusal
from analysis.renamed import name_in
from analysis.schema import Kind

DEFLATED = 1100  # deflate makes at most 1,032 bytes of one
WORLD_ONLY = 2  # dimensions of what grows with the square of the world, and is not read here


def check(file: h5py.File) -> None:
    """Raises Refusal, naming the first thing that keeps the file from being of schema 1.x."""
    with told(file, "the attribute schema_version of /", "text"):
        version = text(file.attrs.get("schema_version", "none"))
    if version.split(".")[0] != schema.KNOWN_MAJOR:
        raise Refusal(f"{file.filename} has schema version {version}, but only {schema.KNOWN_MAJOR}.x is known here; "
                      "use the analysis of the coordbench that wrote it")
    paths = _paths(file)
    for group, kinds in schema.ATTRIBUTES.items():
        for name, kind in kinds.items():
            _check_attribute(file, group, name, kind)
    for group, kinds in schema.OPTIONAL_ATTRIBUTES.items():
        for name in kinds.keys() & file[group].attrs.keys():
            _check_attribute(file, group, name, kinds[name])
    _check_date(file)
    _check_tables(file, paths)
    for path, (numbers, kind) in schema.FLAGS.items():
        _check_meanings(file, path, numbers, kind)
    _check_cases(file, paths)


def _paths(file: h5py.File) -> set[str]:
    """Of everything in the file. Links are refused: no launch writes any, and one may lead into a pipe that nobody fills."""
    found = {"/": h5py.h5l.TYPE_HARD}

    def note(path: bytes, link: h5py.h5l.LinkInfo) -> None:
        found["/" + path.decode("utf-8", "surrogateescape")] = link.type

    with told(file, "/", "groups and variables"):
        file.id.links.visit(note, info=True)
    for path, link in found.items():
        if link != h5py.h5l.TYPE_HARD:
            raise wrong(file, path, "a group or a variable", "a link to somewhere else")
    return set(found)


def _check_attribute(file: h5py.File, group: str, name: str, kind: Kind) -> None:
    """One value, or an array of one."""
    path = f"the attribute {name} of {group}"
    if not isinstance(_found(file, group), h5py.Group):
        raise wrong(file, group, "a group", _described(file, group))
    with told(file, path, kind.name):
        value = file[group].attrs.get(name)
    if value is None:
        raise wrong(file, path, kind.name, "nothing")
    values = np.asarray(value)
    if values.dtype.kind == "O" and all(isinstance(each, str) for each in values.flat):
        values = values.astype("U")  # an array of text is an array of objects, without a word of what they are
    if values.size != 1 or not _is_of(values.dtype, kind) or isinstance(value, h5py.Empty):
        raise wrong(file, path, f"{kind.name}, one value", f"{values.dtype} of the shape {values.shape}")
    one = values.reshape(-1)[0]
    if kind.words and text(one) not in kind.words:
        raise wrong(file, path, " or ".join(kind.words), shown(text(one)))
    if kind.name != "text" and not kind.least <= one <= kind.most:
        raise wrong(file, path, f"{kind.name} from {kind.least:.16g} to {kind.most:.16g}", str(one))


def _is_of(dtype: np.dtype, kind: Kind) -> bool:
    """Whole numbers are numbers, too. Attributes come as Python's text."""
    if kind.name == "text":
        return h5py.check_string_dtype(dtype) is not None or dtype.kind == "U"
    return dtype.kind in ("iu" if kind.name == "whole numbers" else "iuf")


def _check_date(file: h5py.File) -> None:
    created = text(file.attrs["created_utc"])
    try:
        datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise wrong(file, "the attribute created_utc of /", "a time such as 2024-05-06T07:08:09Z", shown(created)) from None


def _check_tables(file: h5py.File, paths: set[str]) -> None:
    lengths: dict[str, int] = {}
    for group, dimensions, kinds in schema.TABLES:
        if group in schema.MAY_LACK and group not in paths:
            continue
        columns = {path.rpartition("/")[2] for path in paths if path.startswith(group)}
        for name, kind in kinds.items():
            path = f"{group}/{name_in(columns, name)}"
            if kinds is schema.LATER and path not in paths:
                continue
            variable = _variable(file, paths, path, kind, len(dimensions))
            shape = tuple(lengths.setdefault(each, length) for each, length in zip(dimensions, variable.shape))
            _check_shape(file, path, variable, kind, shape)
            if len(dimensions) < WORLD_ONLY:
                read(variable, kind)


def _variable(file: h5py.File, paths: set[str], path: str, kind: Kind, dimensions: int) -> h5py.Dataset:
    """What is at the path, if it is of that kind, has so many dimensions, and its file can hold so much."""
    expected = f"{kind.name} in {dimensions} dimension{'s' * (dimensions > 1)}"
    found = _found(file, path) if path in paths else None
    if not isinstance(found, h5py.Dataset):
        raise wrong(file, path, expected, _described(file, path))
    with told(file, path, expected):
        dtype, shape = found.dtype, found.shape
        if not _is_of(dtype, kind) or len(shape or ()) != dimensions:
            raise wrong(file, path, expected, _described(file, path))
        if not kind.unwritten:
            _require_stored(found, dtype, shape)
        units = text(found.attrs.get("units", "none")) if path.endswith("_ns") else "ns"
    if units != "ns":
        raise wrong(file, path, "the units ns", f"the units {shown(units)}")
    return found


def _require_stored(variable: h5py.Dataset, dtype: np.dtype, shape: tuple[int, ...]) -> None:
    """That its values are in this very file: of a shape alone HDF5 makes up as many as there is memory for."""
    creation, stored = variable.id.get_create_plist(), variable.id.get_storage_size()
    declared, layout = math.prod(shape) * dtype.itemsize, creation.get_layout()
    elsewhere = creation.get_external_count() > 0 or layout == h5py.h5d.VIRTUAL
    if elsewhere or declared > stored * (DEFLATED if layout == h5py.h5d.CHUNKED else 1):
        raise wrong(variable.file, variable.name, f"{declared} bytes in this file, for the shape {shape}",
                    "its values in other files" if elsewhere else f"{stored} bytes")


def _check_shape(file: h5py.File, path: str, variable: h5py.Dataset, kind: Kind, shape: tuple[int, ...]) -> None:
    if variable.shape != shape:
        raise wrong(file, path, f"{kind.name} of the shape {shape}, like those beside it", _described(file, path))


def _check_meanings(file: h5py.File, path: str, numbers: str, kind: Kind) -> None:
    """As many numbers as words."""
    where = f"the attributes {numbers} and flag_meanings of {path}"
    with told(file, where, "whole numbers and as many words"):
        attributes = file[path].attrs
        words, values = text(attributes.get("flag_meanings", "")).split(), np.asarray(attributes.get(numbers, "nothing"))
    if values.dtype.kind not in "iu" or values.size != len(words) or not len(words):
        raise wrong(file, where, "whole numbers and as many words", f"{values.size} values and {len(words)} words")
    if not ((values >= kind.least) & (values <= kind.most)).all():
        raise wrong(file, where, f"{kind.name} from {kind.least} to {kind.most}", f"{values.max()}")


def _check_cases(file: h5py.File, paths: set[str]) -> None:
    """Each case is called as its columns say, once, and has its samples."""
    group = file["/cases"]
    names = "name kernel ranks payload_bytes transport sync clients operations parameters family".split()
    seen: set[str] = set()
    for values in zip(*(read(group[name], schema.CASES[name]) for name in names)):
        case = dict(zip(names, values))
        name, called = case["name"], "{kernel}/n{ranks}/b{payload_bytes}/{transport}/{sync}".format(**case)
        if not case["kernel"] or name != called and not name.startswith(called + "/") or name in seen:
            raise wrong(file, "/cases/name", f"a case of its own called {shown(called)}, as the other columns say", shown(name))
        seen.add(name)
        _check_parameters(file, name, case["parameters"])
        members = int(case["ranks"] + case["clients"])
        if members > len(file["/ranks/node"]):
            raise wrong(file, "/cases/ranks and /cases/clients", f"at most the {len(file['/ranks/node'])} ranks of /ranks",
                        f"{members} of {shown(name)}")
        _check_samples(file, paths, f"/samples/{name}", (int(case["operations"]), members), case["family"] == "protocol")


def _check_parameters(file: h5py.File, name: str, parameters: str) -> None:
    """A JSON object of words and numbers, or nothing."""
    expected = "JSON such as {\"batch\": 1}, of words and numbers up to " + f"{schema.COUNT_MAX}"
    try:
        values = json.loads(parameters or "{}")
    except (ValueError, RecursionError):
        raise wrong(file, f"/cases/parameters of {name}", expected, shown(parameters)) from None
    fine = isinstance(values, dict) and all(isinstance(each, str) or _is_number(each) for each in values.values())
    if not fine or not isinstance(values.get("batch", 1), int) or not _is_number(values.get("period_us", 1)):
        raise wrong(file, f"/cases/parameters of {name}", expected, shown(parameters))


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= schema.COUNT_MAX


def _check_samples(file: h5py.File, paths: set[str], path: str, stamps: tuple[int, int], protocol: bool) -> None:
    """Of as many operations and ranks as the case has. The values are held against their kinds when they are read."""
    operations, members = stamps
    every = [(schema.STAMPS, stamps, True), (schema.OF_RANKS, (members,), True),
             (schema.OF_OPERATIONS, (operations,), False)]
    if protocol:
        before = _marks_before_the_end(file, paths, path)
        every += [(schema.MARKS, (before, *stamps), True), (schema.OF_MARKS, (before,), False)] if before else []
    for kinds, shape, required in every:
        for name, kind in kinds.items():
            if required or f"{path}/{name}" in paths:
                variable = _variable(file, paths, f"{path}/{name}", kind, len(shape))
                _check_shape(file, f"{path}/{name}", variable, kind, shape)
    _check_block_ends(file, path, operations)
    if f"{path}/kind" in paths and "flag_meanings" not in file[f"{path}/kind"].attrs:
        raise wrong(file, f"the attribute flag_meanings of {path}/kind", "text", "nothing")


def _check_block_ends(file: h5py.File, path: str, operations: int) -> None:
    where, expected = f"the attribute block_ends of {path}", f"whole numbers that grow from above 0 to {operations}"
    with told(file, where, expected):
        ends = np.asarray(file[path].attrs.get("block_ends", []))
    steps = np.diff(ends.ravel(), prepend=0) if ends.dtype.kind in "iu" else np.zeros(1)
    if ends.size and ((steps <= 0).any() or ends.max() > operations):
        raise wrong(file, where, expected, f"{ends.dtype} of the shape {ends.shape}")


def _marks_before_the_end(file: h5py.File, paths: set[str], path: str) -> int:
    where = f"the attribute marks of {path}"
    with told(file, where, "words"):
        words = text(file[path].attrs.get("marks", "")).split()
    if not words or len(set(words)) < len(words):
        raise wrong(file, where, "words, each of them once", shown(" ".join(words)))
    return len(words) - 1


def _found(file: h5py.File, path: str) -> h5py.Group | h5py.Dataset | None:
    with told(file, path, "a group or a variable"):
        return file.get(path)


def _described(file: h5py.File, path: str) -> str:
    found = _found(file, path)
    if not isinstance(found, h5py.Dataset):
        return "nothing" if found is None else f"a {type(found).__name__.lower()}"
    with told(file, path, "a variable"):
        is_text = h5py.check_string_dtype(found.dtype)
        return f"{'text' if is_text else found.dtype} of the shape {found.shape}"
