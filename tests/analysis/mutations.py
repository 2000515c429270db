"""Damages copies of a small result file: one fault each, in one dataset, group or attribute, or in a few bytes anywhere."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from synthetic import Case, Mark, write_launch

LAUNCHES = 6
BYTES = "bytes"  # the path of a fault that may be anywhere
OF_DIMENSIONS = ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME")  # attributes that nothing reads
NOT_UTF8 = b"caf\xe9\xff"
HUGE = {"i": 2**63 - 1, "u": 2**32 - 1, "f": 1e300}
FLIPS = (1, 4, 64)  # bits, at once


def small_cases(launch: int) -> list[Case]:
    """Something for every figure: enough rank counts for a model, marks, a window, random counts, baselines, an empty case."""
    spread = np.linspace(-9, 9, 40).astype(int) + launch
    ranks = (2, 4, 8, 16)
    cases = [Case("binomial_broadcast", 1000 + 100 * n + spread, n, group="broadcast", expected_delays=n) for n in ranks]
    cases += [Case("chain_broadcast", 900 + 150 * n + spread, n, group="broadcast") for n in ranks]
    cases += [Case("native_broadcast", 900 + spread, payload_bytes=size, group="native", baseline_of="broadcast",
                   count_rule="none", expected_messages=np.nan, parameters={"algorithm": "automatic"}) for size in (8, 1024)]
    cases += [Case("ping_pong", 600 + spread, group="point-to-point", expected_delays=2),
              Case("ping_pong", 650 + spread, drift_watch=1, suffix="/drift=0.before", group="point-to-point"),
              Case("stream", 500 + spread, sync="none", in_flight=8, group="point-to-point"),
              Case("two_phase_commit", 1900 + spread, definition="proposer", family="protocol", group="commitment",
                   marks=(Mark("decided", 700),), expected_delays=4, expected_most=2.0)]
    cases += [Case("replication", 1000 + 10 * window + spread, definition="proposer", family="protocol", group="replication",
                   in_flight=window, parameters={"batch": window}, kinds=("read", "write") * 20,
                   marks=(Mark("committed", 500, everywhere=True),)) for window in (1, 16)]
    messages = np.resize([2, 3, 4], len(spread))
    cases += [Case("rumour", 3000 + spread, n, family="protocol", group="gossip", count_rule="expected", messages=3.0,
                   expected_messages=3.0, messages_each=messages, parameters={"pace": "timer", "period_us": 10})
              for n in (2, 4)]
    return cases + [Case("k", spread[:0], verdict="timed_out")]


def write_small(folder: Path) -> Path:
    limits = {"line_round_trip/l3": (100.0, np.nan), "clock_read": (20.0, np.nan), "copy/l3/64": (1.0, 9e9),
              "copy/l3/1024": (1.0, 9e9)}
    for launch in range(1, LAUNCHES + 1):
        write_launch(folder / f"launch-{launch:03}.h5", small_cases(launch), launch, world=16, schema_version="1.3", cores=16,
                     limits=limits)
    return folder


@dataclass(frozen=True)
class Mutation:
    """`path`: of what is damaged, an attribute behind an @; `how`: the name of one of the functions below, or of a seed."""

    path: str
    how: str

    def __str__(self) -> str:
        return f"{self.how} {self.path}"


def every_structural(source: Path) -> list[Mutation]:
    """In the order of paths; what cannot be done to a thing is not among them."""
    found: list[Mutation] = []
    with h5py.File(source) as file:
        for path, thing in _things(file):
            ways = OF_DATASETS if isinstance(thing, h5py.Dataset) else OF_GROUPS
            found += [Mutation(path, how) for how in ways if isinstance(thing, h5py.Group) or _fits(how, thing.dtype)]
            names = [name for name in thing.attrs if name not in OF_DIMENSIONS]
            found += [Mutation(f"{path}@{name}", how) for name in names for how in OF_ATTRIBUTES]
    return found


def apply(mutation: Mutation, target: Path) -> None:
    if mutation.path == BYTES:
        return _flip(target, random.Random(mutation.how))
    path, _, attribute = mutation.path.partition("@")
    with h5py.File(target, "r+") as file:
        if attribute:
            OF_ATTRIBUTES[mutation.how](file[path].attrs, attribute)
        else:
            (OF_DATASETS | OF_GROUPS)[mutation.how](file, path)




def byte_flips(count: int, seed: int) -> list[Mutation]:
    return [Mutation(BYTES, f"{seed}-{index}") for index in range(count)]


def _flip(path: Path, rng: random.Random) -> None:
    """A few bits, a block of noise, or a block of zeros as of a disk that was full; or the end is lacking."""
    content = bytearray(path.read_bytes())
    way = rng.choice(["bits", "bits", "bits", "noise", "zeros", "cut"])
    at = rng.randrange(len(content)) if rng.random() < 0.5 else rng.randrange(min(4096, len(content)))
    length = min(rng.choice((8, 64, 512)), len(content) - at)
    if way == "bits":
        for _ in range(rng.choice(FLIPS)):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        content[at] ^= 1 << rng.randrange(8)
    elif way == "cut":
        del content[at:]
    else:
        content[at:at + length] = rng.randbytes(length) if way == "noise" else bytes(length)
    path.write_bytes(content)


def _things(file: h5py.File) -> Iterator[tuple[str, h5py.Group | h5py.Dataset]]:
    found: list[str] = []
    file.visit(found.append)
    yield "/", file["/"]
    yield from ((f"/{path}", file[path]) for path in found if not file[path].attrs.get("CLASS") == b"DIMENSION_SCALE")


def _fits(how: str, dtype: np.dtype) -> bool:
    is_text = bool(h5py.check_string_dtype(dtype))
    wanted = {"texts": is_text, "numbers": not is_text, "fractions": dtype.kind == "f"}
    return all(wanted.get(word, True) for word in how.split("_")[-1:])


def _replaced(file: h5py.File, path: str, change: Callable) -> None:
    """With its attributes."""
    attributes = {name: value for name, value in file[path].attrs.items() if name not in OF_DIMENSIONS}
    data = change(file[path][...])
    del file[path]
    file.create_dataset(path, data=data).attrs.update(attributes)


def _in_place(file: h5py.File, path: str, value, every: bool = False) -> None:
    data = file[path][...]
    if data.size:
        data.flat[slice(None) if every else data.size // 2] = value
        file[path][...] = data


def _linked(file: h5py.File, path: str, link) -> None:
    del file[path]
    file[path] = link


def _as_texts(data: np.ndarray) -> np.ndarray:
    return np.array([f"{value}" for value in data.flat], dtype="S").reshape(data.shape) if data.size else np.array([b"x"])


def _grouped(file: h5py.File, path: str) -> None:
    del file[path]
    file.create_group(path)


def _extreme(dtype: np.dtype):
    return HUGE[dtype.kind] if dtype.itemsize > 1 else 127


# The last word of a name says of what: texts, numbers, fractions; anything otherwise.
OF_DATASETS: dict[str, Callable[[h5py.File, str], None]] = {
    "drop": lambda file, path: file.__delitem__(path),
    "group": _grouped,
    "dangling": lambda file, path: _linked(file, path, h5py.SoftLink("/nowhere")),
    "loop": lambda file, path: _linked(file, path, h5py.SoftLink(path)),
    "outside": lambda file, path: _linked(file, path, h5py.ExternalLink("/dev/stdin", "/")),
    "shorter": lambda file, path: _replaced(file, path, lambda data: data[:-1]),
    "longer": lambda file, path: _replaced(file, path, lambda data: np.concatenate([data, data[:1]])),
    "emptied": lambda file, path: _replaced(file, path, lambda data: data[:0]),
    "deeper": lambda file, path: _replaced(file, path, lambda data: data[None]),
    "flatter": lambda file, path: _replaced(file, path, lambda data: data.reshape(-1)),
    "scalar": lambda file, path: _replaced(file, path, lambda data: data.flat[0] if data.size else 0),
    "null": lambda file, path: _linked(file, path, h5py.Empty("f8")),
    "units": lambda file, path: file[path].attrs.__setitem__("units", "parsecs"),
    "as_texts_of_numbers": lambda file, path: _replaced(file, path, _as_texts),
    "compound": lambda file, path: _replaced(file, path, lambda data: np.zeros(data.shape, dtype=[("a", "i4"), ("b", "f4")])),
    "as_bools": lambda file, path: _replaced(file, path, lambda data: np.ones(data.shape, dtype=bool)),
    "as_floats_of_numbers": lambda file, path: _replaced(file, path, lambda data: data.astype("f4")),
    "as_bytes_of_numbers": lambda file, path: _replaced(file, path, lambda data: np.nan_to_num(data).astype("u1")),
    "nan_fractions": lambda file, path: _in_place(file, path, np.nan),
    "all_nan_fractions": lambda file, path: _in_place(file, path, np.nan, every=True),
    "infinite_fractions": lambda file, path: _in_place(file, path, -np.inf),
    "huge_numbers": lambda file, path: _in_place(file, path, _extreme(file[path].dtype)),
    "large_numbers": lambda file, path: _in_place(file, path, min(10**9, _extreme(file[path].dtype))),
    "all_huge_numbers": lambda file, path: _in_place(file, path, _extreme(file[path].dtype), every=True),
    "zero_numbers": lambda file, path: _in_place(file, path, 0),
    "all_zero_numbers": lambda file, path: _in_place(file, path, 0, every=True),
    "one_numbers": lambda file, path: _in_place(file, path, 1, every=True),
    "negative_numbers": lambda file, path: _in_place(file, path, -5 if file[path].dtype.kind != "u" else 1),
    "immense_numbers": lambda file, path: _declared(file, path, 2**40),
    "other_texts": lambda file, path: _in_place(file, path, "other"),
    "nothing_texts": lambda file, path: _in_place(file, path, "", every=True),
    "digits_texts": lambda file, path: _in_place(file, path, "12345", every=True),
    "not_utf8_texts": lambda file, path: _in_place(file, path, NOT_UTF8),
    "long_texts": lambda file, path: _in_place(file, path, "x/" * 5000),
    "mathematics_texts": lambda file, path: _in_place(file, path, r"$\frac{a}$ {0} %s"),
    "control_texts": lambda file, path: _in_place(file, path, "a\nb\tc"),
    "as_numbers_of_texts": lambda file, path: _replaced(file, path, lambda data: np.arange(data.size).reshape(data.shape)),
    "deep_json_texts": lambda file, path: _in_place(file, path, '{"a":' * 3000),
    "other_json_texts": lambda file, path: _in_place(file, path, '{"batch": [1, {}], "period_us": "x", "a": 1e999}'),
}


def _declared(file: h5py.File, path: str, length: int) -> None:
    """A shape for which its file has no values: whoever reads it needs a terabyte."""
    dtype = file[path].dtype
    del file[path]
    file.create_dataset(path, (length,), dtype=dtype, chunks=(1024,))


def _array_of_one(value) -> np.ndarray:
    one = np.asarray(value).reshape(-1)[:1]
    return one.astype("S") if one.dtype.kind == "U" else one


OF_GROUPS: dict[str, Callable[[h5py.File, str], None]] = {
    "drop_group": lambda file, path: file.__delitem__(path) if path != "/" else file.__delitem__("/cases"),
    "dataset": lambda file, path: _linked(file, path, np.arange(3)) if path != "/" else file.__delitem__("/ranks"),
    "dangling_group": lambda file, path: _linked(file, path if path != "/" else "/samples", h5py.SoftLink("/nowhere")),
    "outside_group": lambda file, path: _linked(file, path if path != "/" else "/plan", h5py.ExternalLink("/dev/stdin", "/")),
}
OF_ATTRIBUTES: dict[str, Callable[[h5py.AttributeManager, str], None]] = {
    "drop": lambda attributes, name: attributes.__delitem__(name),
    "text": lambda attributes, name: attributes.__setitem__(name, "12 monkeys"),
    "digits": lambda attributes, name: attributes.__setitem__(name, "7"),
    "nothing": lambda attributes, name: attributes.__setitem__(name, ""),
    "number": lambda attributes, name: attributes.__setitem__(name, 7),
    "negative": lambda attributes, name: attributes.__setitem__(name, -7),
    "huge": lambda attributes, name: attributes.__setitem__(name, 2**63 - 1),
    "nan": lambda attributes, name: attributes.__setitem__(name, np.nan),
    "infinite": lambda attributes, name: attributes.__setitem__(name, np.inf),
    "array": lambda attributes, name: attributes.__setitem__(name, np.arange(3)),
    "array_of_one": lambda attributes, name: attributes.__setitem__(name, _array_of_one(attributes[name])),
    "no_values": lambda attributes, name: attributes.__setitem__(name, np.arange(0)),
    "null": lambda attributes, name: attributes.__setitem__(name, h5py.Empty("f8")),
    "not_utf8": lambda attributes, name: attributes.__setitem__(name, np.bytes_(NOT_UTF8)),
    "surrogates": lambda attributes, name: attributes.create(name, NOT_UTF8, dtype=h5py.string_dtype("utf-8")),
    "control": lambda attributes, name: attributes.__setitem__(name, "a\nb $\\frac$ \x01"),
    "compound": lambda attributes, name: attributes.__setitem__(name, np.zeros(1, dtype=[("a", "i4")])),
    "bool": lambda attributes, name: attributes.__setitem__(name, True),
}
