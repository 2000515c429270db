"""Files to tables: a campaign's launches as rows, its cases as rows, the latency of each operation from its raw stamps."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from analysis import disturbed, schema, statistics, validate
from analysis.groups import with_groups
from analysis.launch_file import launches_in, opened
from analysis.own_terms import busiest
from analysis.pace import in_lockstep
from analysis.populations import asked, population_remarks, refuse_copies, with_populations
from analysis.reading import number, read, text
from analysis.refusal import Refusal
from analysis.regimes import farthest_levels, nothing_nearer
from analysis.remarks import remarks_on
from analysis.renamed import as_of_today, name_in
from analysis.settings import circumstances
from analysis.sittings import sittings
from analysis.stamps import case_latencies_ns

SIMULATED = "simulated"  # a source whose time has no noise: a median of three operations is no worse than one of three thousand
IDENTITY = ["kernel", "ranks", "clients", "payload_bytes", "transport", "sync", "in_flight", "parameters", "network",
            "authentication"]
# A launch with more ranks than cores yields in all its cases, so its two-rank case is not the two-rank case of another launch.
CASE = IDENTITY + ["oversubscribed"]
# Launches with other options or another build are another population (populations.py).
KEY = CASE + ["population"]
SHARES = {"p50_ns": 0.5, "p90_ns": 0.9, "p99_ns": 0.99}


@dataclass(frozen=True, eq=False)
class Campaign:
    """`name`: of its folder, which may have been renamed since the launches wrote its name into their files.
    `launches`: one row per file, indexed by its path; `sitting` is its number in order of time, `calibration` the `identity` of
    the launch that it predicts, or "".
    `cases`: one row per case and launch, with the columns of /cases (`parameters` in canonical JSON, as of today; `flags` in
    words; `group`, `baseline_of` and `expected_…most…` also where the file does not tell them) and
    `file`, `oversubscribed`, `p50_ns`, `p90_ns`, `p99_ns`, the last three from the raw stamps, NaN where these are too few,
    `population`, `sitting`, and `busiest_messages` and `busiest_bytes`, for an operation, NaN where the file does not tell.
    `limits`: what coordbench-micro found, one row per launch and benchmark, with `file`, `name`, `time_ns`,
    `bytes_per_second` (NaN where it has none); no row where no launch has any."""

    name: str
    launches: pd.DataFrame
    cases: pd.DataFrame
    limits: pd.DataFrame
    remarks: list[str]

    @property
    def simulated(self) -> bool:
        return self.launches.source.iloc[0] == SIMULATED  # as they all are, or none

    @functools.cached_property
    def counted(self) -> pd.DataFrame:
        """The cases that statistics of messages are made of: answered right, and not there to watch for drift."""
        return self.cases[(self.cases.verdict == "ok") & (self.cases.drift_watch == 0)]

    @functools.cached_property
    def timed(self) -> pd.DataFrame:
        """Of those, the ones that statistics of times are made of: the times are the kernel's own."""
        return self.counted[~in_lockstep(self.counted)]


def load(folder: Path | str, drop_disturbed: bool = False) -> Campaign:
    """Merges every launch-*.h5 of a folder, but on request for those that were disturbed as a whole; raises Refusal, one
    sentence, for what cannot be merged."""
    tables = [_read_launch(path) for path in launches_in(folder)]
    launches = pd.DataFrame([launch for launch, _, _ in tables]).set_index("file")
    cases, limits = (_merged([table[part] for table in tables]) for part in (1, 2))
    if cases.empty:
        raise Refusal(f"{folder} holds launches that did not finish a single case; "
                      "run them again, with a larger --total-budget")
    if (cases.drift_watch != 0).all():
        raise Refusal(f"{folder} holds none but the ping_pong that watches for drift, whose launch ended before "
                      "its first case; run it again, with a larger --total-budget")
    _refuse_mixtures(folder, launches, cases)
    refuse_copies(folder, launches)
    found = disturbed.disturbed(launches, cases)
    if found and drop_disturbed:
        launches = launches.drop(list(found))
        cases, limits = (table[~table.file.isin(found)].reset_index(drop=True) for table in (cases, limits))
    launches = launches.assign(sitting=sittings(launches))
    cases = with_populations(cases, launches, CASE).assign(sitting=cases.file.map(launches.sitting))
    remarks = [*disturbed.remarks_on(found, drop_disturbed), *population_remarks(cases, CASE), *remarks_on(launches, cases)]
    return Campaign(text(Path(folder).resolve().name), launches, cases, limits, remarks)


def samples_ns(case) -> np.ndarray:
    """The latencies of all operations of one row of `Campaign.cases`, read from its file."""
    with opened(case.file) as file:
        return case_latencies_ns(file[f"/samples/{case.name}"], case.latency_definition)


def _merged(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Without the empty ones, which have no types to keep."""
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def _read_launch(path: Path) -> tuple[dict, pd.DataFrame, pd.DataFrame]:
    with opened(path) as file:
        validate.check(file)
        return launch_of(path, file), _cases(path, file), _limits(path, file)


def launch_of(path: Path, file: h5py.File) -> dict:
    root, environment = file.attrs, file["/environment"].attrs
    launch, seed, complete = (number(root[name]) for name in ("launch", "seed", "complete"))
    return {"file": str(path), "schema_version": text(root["schema_version"]), "launch": launch,
            "campaign": text(root["campaign"]), "seed": seed, "source": text(root["source"]),
            "created_utc": text(root["created_utc"]), "complete": complete, "world": len(file["/ranks/node"]),
            "identity": f"{text(root['campaign'])} {launch} {text(root['created_utc'])}",
            "circumstances": circumstances(file), "asked": asked(file, len(file["/ranks/node"])),
            "wall_s": float(number(root.get("wall_s", 0))),
            "calibration": text(environment.get("calibration", "")), "platform": text(environment.get("platform", "")),
            "distance": _distance(file["/ranks/distance"]),
            "timer_overhead_ns": float(number(environment["timer_overhead_ns"])),
            "farthest": farthest_levels(*_distances(file)), "nothing_nearer": nothing_nearer(*_distances(file)),
            "oversubscribed": bool(number(environment["oversubscribed"])),
            "clock_check": text(file["/ranks"].attrs.get("clock_check", "ok")),
            "placement": text(file["/ranks"].attrs["placement"]), "host": text(environment["host"]),
            "cpu": text(environment["cpu"]), "cores": number(environment["cores"]),
            "mpi": f"{text(environment['mpi_library'])} {text(environment['mpi_version'])}"}


def _distance(between: h5py.Dataset) -> str:
    """The closest level of the machine that ranks 0 and 1 share; empty for a world of one rank."""
    return dict(words(between, "flag_values")).get(int(between[0, 1]), "unknown") if len(between) > 1 else ""


def _distances(file: h5py.File) -> tuple[np.ndarray, dict[int, str]]:
    """The matrix [rank, peer], and the meanings of its values."""
    between = file["/ranks/distance"]
    return between[...], dict(words(between, "flag_values"))


def _cases(path: Path, file: h5py.File) -> pd.DataFrame:
    group = file["/cases"]
    cases = pd.DataFrame({name: read(group[name_in(group, name)], kind) for name, kind in schema.CASES.items()})
    for name, kind in schema.LATER.items():
        otherwise = schema.OTHERWISE[name]
        absent = cases[otherwise] if otherwise in cases else otherwise
        cases[name] = read(group[name], kind) if name in group else absent
    cases = with_groups(cases)
    known = words(group["flags"], "flag_masks")
    cases["flags"] = [" ".join(word for mask, word in known if mask & flags) for flags in cases["flags"]]
    cases["oversubscribed"] = np.array(["oversubscribed" in flags.split() for flags in cases["flags"]], dtype=bool)
    told = zip(cases.kernel, cases.parameters, cases.transport, cases.payload_bytes)
    cases["parameters"] = [json.dumps(as_of_today(kernel, json.loads(parameters or "{}"), *how), sort_keys=True)
                           for kernel, parameters, *how in told]
    cases["network"] = [network(*of) for of in zip(cases.loss, cases.duplicate, cases.loss_delay_ns)]
    cases["file"] = str(path)
    _refuse_twins(path, cases[cases.drift_watch == 0])
    cases = cases.assign(**_quantiles(file, cases))
    own = [busiest(file[f"/samples/{case.name}"], case.operations, case.messages_per_operation) for case in cases.itertuples()]
    cases["busiest_messages"], cases["busiest_bytes"] = np.array(own, dtype=float).reshape(-1, 2).T
    return cases


def _quantiles(file: h5py.File, cases: pd.DataFrame) -> dict[str, np.ndarray]:
    """Of the raw samples of each case, which are in memory case by case."""
    found = np.full((len(cases), len(SHARES)), np.nan)
    for row, case in enumerate(cases.itertuples()):
        samples = case_latencies_ns(file[f"/samples/{case.name}"], case.latency_definition)
        found[row] = [statistics.quantile(samples, share) for share in SHARES.values()]
        if text(file.attrs["source"]) == SIMULATED:
            found[row, 0] = np.median(samples) if len(samples) else np.nan
    return dict(zip(SHARES, found.T))


def network(loss: float, duplicate: float, delay_ns: int) -> str:
    """What --loss did to messages on their way, in words; empty for a case without it."""
    parts = [f"{100 * loss:.10g} % lost"] * (loss > 0) + [f"{100 * duplicate:.10g} % duplicated"] * (duplicate > 0)
    return ", ".join(parts + [f"up to {delay_ns / 1000:g} µs late"] * (delay_ns > 0))


def _limits(path: Path, file: h5py.File) -> pd.DataFrame:
    group = file.get("/limits")
    columns = {name: read(group[name], kind) if group else [] for name, kind in schema.LIMITS.items()}
    return pd.DataFrame({"file": str(path), **columns}).astype({"name": str, "time_ns": float, "bytes_per_second": float})


def words(variable: h5py.Dataset, numbers: str) -> list[tuple[int, str]]:
    """The meaning of each of a variable's `numbers`, its flag_masks or flag_values."""
    values = np.asarray(variable.attrs[numbers]).reshape(-1)
    return list(zip((int(value) for value in values), text(variable.attrs["flag_meanings"]).split()))


def _refuse_twins(path: Path, cases: pd.DataFrame) -> None:
    twins = cases["name"][cases.duplicated(IDENTITY, keep=False)]
    if len(twins):
        raise Refusal(f"{path} is damaged at /cases: expected cases that differ, found {twins.iloc[0]} and {twins.iloc[1]} "
                      "with the same parameters; copy the file anew, or remove it and write the launch anew")


def _refuse_mixtures(folder: Path, launches: pd.DataFrame, cases: pd.DataFrame) -> None:
    if launches.source.nunique() > 1:
        raise Refusal(f"{folder} mixes measured with simulated launches, whose nanoseconds are not comparable; "
                      "part them into two folders")
    definitions = cases.groupby(IDENTITY).latency_definition.nunique()
    for identity in definitions[definitions > 1].index:
        raise Refusal(f"{folder} has the case {identity[0]} with {identity[1]} ranks under several latency definitions; "
                      "part its launches into folders of one definition each")
