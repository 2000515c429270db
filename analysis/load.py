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
from analysis.regimes import farthest_levels
from analysis.remarks import remarks_on
from analysis.validate import text

NO_STAMP = -1
SIMULATED = "simulated"  # a source whose time has no noise: a median of three operations is no worse than one of three thousand
IDENTITY = ["kernel", "ranks", "clients", "payload_bytes", "transport", "sync", "in_flight", "parameters"]
# A launch with more ranks than cores yields in all its cases, so its two-rank case is not the two-rank case of another launch.
KEY = IDENTITY + ["oversubscribed"]


@dataclass(frozen=True, eq=False)
class Campaign:
    """`launches`: one row per file, indexed by its path; `calibration` is the `identity` of the launch that it predicts, or "".
    `cases`: one row per case and launch, with the columns of /cases (`parameters` in canonical JSON, `flags` in words) and
    `file`, `oversubscribed`, `p50_ns`, `p90_ns`, `p99_ns`, the last three from the raw stamps, NaN where these are too few.
    `limits`: what coordbench-micro found, one row per launch and benchmark, with `file`, `name`, `time_ns`,
    `bytes_per_second` (NaN where it has none); no row where no launch has any."""

    launches: pd.DataFrame
    cases: pd.DataFrame
    limits: pd.DataFrame
    remarks: list[str]

    @property
    def simulated(self) -> bool:
        return self.launches.source.iloc[0] == SIMULATED  # as they all are, or none

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
    launches = pd.DataFrame([launch for launch, _, _ in tables]).set_index("file")
    cases, limits = (_merged([table[part] for table in tables]) for part in (1, 2))
    if cases.empty:
        raise Refusal(f"{folder} holds launches that did not finish a single case; "
                      "run them again, with a larger --total-budget")
    if (cases.calibration != 0).all():
        raise Refusal(f"{folder} holds none but the ping_pong that watches for drift, whose launch ended before "
                      "its first case; run it again, with a larger --total-budget")
    _refuse_mixtures(folder, launches, cases)
    return Campaign(launches, cases, limits, remarks_on(launches, cases))


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


def _merged(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Without the empty ones, which have no types to keep."""
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def _read_launch(path: Path) -> tuple[dict, pd.DataFrame, pd.DataFrame]:
    try:
        with h5py.File(path) as file:
            validate.check(file)
            return _launch(path, file), _cases(path, file), _limits(path, file)
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read as HDF5 ({str(error).splitlines()[0]}); remove it or copy it anew") from None


def _launch(path: Path, file: h5py.File) -> dict:
    root, environment = file.attrs, file["/environment"].attrs
    return {"file": str(path), "schema_version": text(root["schema_version"]), "launch": int(root["launch"]),
            "campaign": text(root["campaign"]), "seed": int(root["seed"]), "source": text(root["source"]),
            "created_utc": text(root["created_utc"]), "complete": int(root["complete"]), "world": len(file["/ranks/node"]),
            "identity": f"{text(root['campaign'])} {int(root['launch'])} {text(root['created_utc'])}",
            "calibration": text(environment.get("calibration", "")),
            "distance": _distance(file["/ranks/distance"]), "timer_overhead_ns": float(environment["timer_overhead_ns"]),
            "farthest": _farthest(file["/ranks/distance"]), "oversubscribed": bool(environment["oversubscribed"]),
            "clock_check": text(file["/ranks"].attrs.get("clock_check", "ok")),
            "placement": text(file["/ranks"].attrs["placement"]), "host": text(environment["host"]),
            "cpu": text(environment["cpu"]), "cores": int(environment["cores"]),
            "mpi": f"{text(environment['mpi_library'])} {text(environment['mpi_version'])}"}


def _distance(between: h5py.Dataset) -> str:
    """The closest level of the machine that ranks 0 and 1 share; empty for a world of one rank."""
    return dict(words(between, "flag_values")).get(int(between[0, 1]), "unknown") if len(between) > 1 else ""


def _farthest(between: h5py.Dataset) -> tuple[str, ...]:
    """Of the first 1, 2, … ranks the farthest level that two of them share."""
    return farthest_levels(between[...], dict(words(between, "flag_values")))


def _cases(path: Path, file: h5py.File) -> pd.DataFrame:
    group = file["/cases"]
    cases = pd.DataFrame({name: _column(group[name]) for name in validate.VARIABLES["/cases"]})
    for name in validate.SINCE_1_2:
        cases[name] = _column(group[name]) if name in group else np.nan
    known = words(group["flags"], "flag_masks")
    cases["flags"] = [" ".join(word for mask, word in known if mask & flags) for flags in cases["flags"]]
    cases["oversubscribed"] = np.array(["oversubscribed" in flags.split() for flags in cases["flags"]], dtype=bool)
    cases["parameters"] = [_canonical(path, parameters) for parameters in cases.parameters]
    cases["file"] = str(path)
    samples = [_samples_ns(file, case.name, case.latency_definition) for case in cases.itertuples()]
    for name, share in (("p50_ns", 0.5), ("p90_ns", 0.9), ("p99_ns", 0.99)):
        cases[name] = np.array([statistics.quantile(each, share) for each in samples], dtype=float)
    if text(file.attrs["source"]) == SIMULATED:
        cases["p50_ns"] = np.array([np.median(each) if len(each) else np.nan for each in samples], dtype=float)
    return cases


def _limits(path: Path, file: h5py.File) -> pd.DataFrame:
    group = file.get("/limits")
    columns = {name: _column(group[name]) if group else [] for name in validate.LIMITS}
    return pd.DataFrame({"file": str(path), **columns}).astype({"name": str, "time_ns": float, "bytes_per_second": float})


def _column(variable: h5py.Dataset):
    return variable.asstr()[...] if h5py.check_string_dtype(variable.dtype) else variable[...]


def words(variable: h5py.Dataset, numbers: str) -> list[tuple[int, str]]:
    """The meaning of each of a variable's `numbers`, its flag_masks or flag_values."""
    values = np.asarray(variable.attrs[numbers]).reshape(-1)
    return list(zip((int(value) for value in values), text(variable.attrs["flag_meanings"]).split()))


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
