"""Files to tables: a campaign's launches as rows, its cases as rows, the latency of each operation from its raw stamps."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from analysis import statistics, validate
from analysis.refusal import Refusal
from analysis.validate import text

NO_STAMP = -1
IDENTITY = ["kernel", "ranks", "clients", "payload_bytes", "transport", "sync", "in_flight", "parameters"]
# A launch with more ranks than cores yields in all its cases, so its two-rank case is not the two-rank case of another launch.
KEY = IDENTITY + ["oversubscribed"]


@dataclass(frozen=True)
class Campaign:
    """`launches`: one row per file, indexed by its path. `cases`: one row per case and launch, with the columns of /cases
    (`parameters` in canonical JSON, `flags` in words) and `file`, `oversubscribed`, `p50_ns`, `p90_ns`, `p99_ns`, the last
    three from the raw stamps, NaN where these are too few."""

    launches: pd.DataFrame
    cases: pd.DataFrame
    remarks: list[str]

    @functools.cached_property
    def timed(self) -> pd.DataFrame:
        """The cases that statistics are made of: answered right, and not there to watch for drift."""
        return self.cases[(self.cases.verdict == "ok") & (self.cases.calibration == 0)]


def load(folder: Path) -> Campaign:
    """Merges every launch-*.h5 of a folder; raises Refusal, one sentence, for what cannot be merged."""
    files = sorted(Path(folder).glob("launch-*.h5"))
    if not files:
        raise Refusal(f"{folder} holds no launch-*.h5; name the folder of a campaign, as `coordbench run --out` wrote it")
    tables = [_read_launch(path) for path in files]
    launches = pd.DataFrame([launch for launch, _ in tables]).set_index("file")
    cases = pd.concat([cases for _, cases in tables if len(cases)] or [tables[0][1]], ignore_index=True)
    if cases.empty:
        raise Refusal(f"{folder} holds launches that did not finish a single case; "
                      "run them again, with a larger --total-budget")
    _refuse_mixtures(folder, launches, cases)
    return Campaign(launches, cases, _remarks(launches, cases))


def latencies_ns(start_ns: np.ndarray, end_ns: np.ndarray, definition: str) -> np.ndarray:
    """Latency of each operation, [operation], from stamps [operation, rank]; NaN where the stamps it needs are absent."""
    start = np.where(start_ns == NO_STAMP, np.nan, start_ns)
    end = np.where(end_ns == NO_STAMP, np.nan, end_ns)
    if definition == "proposer":
        own = end - start
        proposer = np.argmax(~np.isnan(own), axis=1)  # the first rank that has both; in ping_pong the others have them too
        return own[np.arange(len(own)), proposer]
    first = np.fmin if definition == "makespan" else np.fmax
    return np.fmax.reduce(end, axis=1) - first.reduce(start, axis=1)


def samples_ns(case) -> np.ndarray:
    """The latencies of all operations of one row of `Campaign.cases`, read from its file."""
    with h5py.File(case.file) as file:
        return _samples_ns(file, case.name, case.latency_definition)


def _samples_ns(file: h5py.File, name: str, definition: str) -> np.ndarray:
    group = file[f"/samples/{name}"]
    latencies = latencies_ns(group["start_ns"][...], group["end_ns"][...], definition)
    return latencies[~np.isnan(latencies)]


def _read_launch(path: Path) -> tuple[dict, pd.DataFrame]:
    try:
        with h5py.File(path) as file:
            validate.check(file)
            return _launch(path, file), _cases(path, file)
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read as HDF5 ({str(error).splitlines()[0]}); remove it or copy it anew") from None


def _launch(path: Path, file: h5py.File) -> dict:
    root, environment = file.attrs, file["/environment"].attrs
    return {"file": str(path), "launch": int(root["launch"]), "campaign": text(root["campaign"]), "seed": int(root["seed"]),
            "source": text(root["source"]), "created_utc": text(root["created_utc"]),
            "complete": int(root["complete"]), "world": len(file["/ranks/node"]),
            "oversubscribed": bool(environment["oversubscribed"]), "placement": text(file["/ranks"].attrs["placement"]),
            "host": text(environment["host"]), "cpu": text(environment["cpu"]), "cores": int(environment["cores"]),
            "mpi": f"{text(environment['mpi_library'])} {text(environment['mpi_version'])}"}


def _cases(path: Path, file: h5py.File) -> pd.DataFrame:
    group = file["/cases"]
    cases = pd.DataFrame({name: _column(group[name]) for name in validate.VARIABLES["/cases"]})
    words = _words(group["flags"])
    cases["flags"] = [" ".join(word for mask, word in words if mask & flags) for flags in cases["flags"]]
    cases["oversubscribed"] = np.array(["oversubscribed" in flags.split() for flags in cases["flags"]], dtype=bool)
    cases["parameters"] = [_canonical(path, parameters) for parameters in cases.parameters]
    cases["file"] = str(path)
    samples = [_samples_ns(file, case.name, case.latency_definition) for case in cases.itertuples()]
    for name, share in (("p50_ns", 0.5), ("p90_ns", 0.9), ("p99_ns", 0.99)):
        cases[name] = np.array([statistics.quantile(each, share) for each in samples], dtype=float)
    return cases


def _column(variable: h5py.Dataset):
    return variable.asstr()[...] if h5py.check_string_dtype(variable.dtype) else variable[...]


def _words(flags: h5py.Dataset) -> list[tuple[int, str]]:
    masks = np.asarray(flags.attrs["flag_masks"]).reshape(-1)
    return list(zip((int(mask) for mask in masks), text(flags.attrs["flag_meanings"]).split()))


def _canonical(path: Path, parameters: str) -> str:
    try:
        return json.dumps(json.loads(parameters or "{}"), sort_keys=True)
    except ValueError:
        raise Refusal(f"{path} has the parameters {parameters!r}, which are not JSON; write the launch anew") from None


def _refuse_mixtures(folder: Path, launches: pd.DataFrame, cases: pd.DataFrame) -> None:
    if launches.source.nunique() > 1:
        raise Refusal(f"{folder} mixes measured with simulated launches, whose nanoseconds are not comparable; "
                      "part them into two folders")
    definitions = cases.groupby(IDENTITY).latency_definition.nunique()
    for identity in definitions[definitions > 1].index:
        raise Refusal(f"{folder} has the case {identity[0]} with {identity[1]} ranks under several latency definitions; "
                      "part its launches into folders of one definition each")


def _remarks(launches: pd.DataFrame, cases: pd.DataFrame) -> list[str]:
    remarks = [f"{Path(file).name} is incomplete (the launch did not end cleanly): its finished cases are included"
               for file in launches.index[launches.complete != 1]]
    for name in ("campaign", "host", "cpu", "mpi", "placement"):
        if launches[name].nunique() > 1:
            remarks.append(f"the launches differ in {name}: {', '.join(sorted(launches[name].unique()))}")
    if launches.oversubscribed.any():
        remarks.append(f"{launches.oversubscribed.sum()} of {len(launches)} launches had more ranks than cores "
                       "(oversubscribed)")
    for verdict, count in cases.verdict[cases.verdict != "ok"].value_counts().sort_index().items():
        remarks.append(f"{count} cases ended as {verdict}: their latencies are left out")
    return remarks
