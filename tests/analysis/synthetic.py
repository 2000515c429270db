"""Campaigns made up in memory, written by the book (results/README.md), with latencies that are known beforehand."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

FLAG_WORDS = "oversubscribed late_starts clock_bound timer_overhead drift steal involuntary_switches few_samples"
DISTANCE_WORDS = "self pu core l2 l3 numa package machine network unknown"
TEXT = h5py.string_dtype("utf-8")
DEFAULTS = {"pace": "timer", "batch": 1}


@dataclass
class Mark:
    """A protocol's mark before the end: `after_ns` after the start at the last rank that reaches it, each rank before it 10 ns
    earlier; or at the proposer alone."""

    name: str
    after_ns: int
    everywhere: bool = False


@dataclass
class Case:
    """One row of /cases and its samples; `latencies_ns` are the operations' latencies under `definition`, exactly.
    `messages_each`, [operation], is what a protocol in rounds counts. Without a `group` in any case the file has no groups,
    and without an `expected_most` none of the columns that came with ranges. `kinds`: of each operation, what was asked for."""

    kernel: str
    latencies_ns: np.ndarray
    ranks: int = 2
    payload_bytes: int = 8
    definition: str = "makespan"
    family: str = "collective"
    sync: str = "round-time"
    parameters: dict = field(default_factory=dict)
    in_flight: int = 1
    messages: float = 1.0
    expected_messages: float = 1.0
    count_rule: str = "exact"
    verdict: str = "ok"
    flags: int = 0
    drift_watch: int = 0
    block: int = 0
    suffix: str = ""
    operations_per_second: float = 1e6
    clients: int = 0
    marks: tuple[Mark, ...] = ()
    messages_each: np.ndarray | None = None
    background_messages: int = 0
    transport: str = "mpi"
    expected_delays: int = -1
    group: str = ""
    baseline_of: str = ""
    survives: str = ""
    blocks: str = ""
    expected_most: float | None = None
    kinds: tuple[str, ...] = ()
    loss: float = 0.0
    authentication: str = "none"
    level: int = 0
    columns: dict[str, float] = field(default_factory=dict)  # further ones of /cases
    behind: np.ndarray | None = None  # [operation, 2]: versions behind, and for how many ns; -1: no read
    measured: tuple[str, str, np.ndarray] | None = None  # name, unit, [operation, rank]
    bytes_each: float = 1e9  # of an operation, on their way: more than any payload
    of_ranks: np.ndarray | None = None  # [3, rank]: messages sent and received and bytes sent in the whole case

    @property
    def members(self) -> int:
        return self.ranks + self.clients

    @property
    def name(self) -> str:
        swept = "".join(f"/{name}={value}" for name, value in self.parameters.items() if DEFAULTS.get(name) != value)
        swept += f"/in_flight={self.in_flight}" if self.in_flight > 1 else ""
        swept += f"/clients={self.clients}" if self.clients and "client" not in self.parameters else ""
        swept += f"/loss={self.loss:g}" if self.loss else ""
        swept += f"/authentication={self.authentication}" if self.authentication != "none" else ""
        return f"{self.kernel}/n{self.ranks}/b{self.payload_bytes}/{self.transport}/{self.sync}{swept}{self.suffix}"

    def stamps(self) -> tuple[np.ndarray, np.ndarray]:
        """start_ns and end_ns, [operation, rank], from which the definition gives `latencies_ns` back and no other does."""
        count = len(self.latencies_ns)
        base = 1_000_000 * (1 + np.arange(count, dtype=np.int64))[:, None] + np.zeros((1, self.members), dtype=np.int64)
        skew = np.arange(self.members, dtype=np.int64)[None, :]
        latency = np.asarray(self.latencies_ns, dtype=np.int64)[:, None]
        if self.definition == "proposer":
            start = np.where(skew == 0, base, -1)
            return start, np.where(skew == 0, base + latency, base + 2 * latency)
        late = self.members - 1 if self.definition == "barrier" else 0
        return base + skew, base + latency + late - skew[:, ::-1] * (latency > self.members)

    def mark_stamps(self) -> np.ndarray:
        """mark_ns, [mark, operation, rank]."""
        first = self.stamps()[0][:, :1]
        early = 10 * np.arange(self.members, dtype=np.int64)[None, ::-1]
        at_rank_0 = early == early.max()
        return np.stack([np.where(at_rank_0 | mark.everywhere, first + mark.after_ns - early * mark.everywhere, -1)
                         for mark in self.marks])


def write_launch(path: Path, cases: list[Case], launch: int = 1, world: int | None = None, oversubscribed: bool = False,
                 complete: int = 1, source: str = "measured", schema_version: str = "1.0", campaign: str = "synthetic",
                 seed: int | None = None, limits: dict[str, tuple[float, float]] | None = None, cores: int = 2,
                 distance: np.ndarray | None = None, calibration: str = "") -> Path:
    """A launch's file; its seed is its number, unless given. `limits`: of each, its time_ns and its bytes_per_second.
    `distance`, [rank, peer]: positions in DISTANCE_WORDS; l3 between any two ranks unless given. `calibration`: of a simulated
    launch, which one it predicts. The world is as large as the largest case unless given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    world = world or max([2, *(case.ranks + case.clients for case in cases)])
    with h5py.File(path, "w") as file:
        file.attrs.update(schema_version=schema_version, coordbench_version="1.0.0", git_commit="0" * 40,
                          command_line="coordbench run", created_utc=f"2024-05-06T07:08:{launch:02d}Z", campaign=campaign,
                          launch=launch, seed=np.uint64(launch if seed is None else seed), source=source, epoch_ns=123,
                          complete=complete, wall_s=1.0, writing_s=0.01)
        _write_environment(file.create_group("environment"), oversubscribed, cores)
        file["environment"].attrs["calibration"] = calibration
        _write_plan(file.create_group("plan"), cases)
        _write_ranks(file.create_group("ranks"), world, oversubscribed, launch, distance)
        _write_cases(file.create_group("cases"), cases, oversubscribed)
        if limits is not None:
            _write_limits(file.create_group("limits"), limits)
        for case in cases:
            _write_samples(file.require_group(f"samples/{case.name}"), case)  # a watch lies within its ping_pong
    return path


def _write_environment(group: h5py.Group, oversubscribed: bool, cores: int) -> None:
    words = "host kernel governor compiler compiler_flags hwloc_version hdf5_version hwloc_xml_0 cgroup_limits clock_source " \
            "scheduler_variables mpi_variables load_before load_after virtualisation"
    group.attrs.update({word: "made up" for word in words.split()})
    group.attrs.update(cpu="Synthetic CPU", cores=cores, mpi_library="Open MPI", mpi_version="4.1.4", timer_overhead_ns=20.0,
                       oversubscribed=int(oversubscribed))


def _write_limits(group: h5py.Group, limits: dict[str, tuple[float, float]]) -> None:
    _text(group, "name", list(limits), "limit")
    _numbers(group, "time_ns", np.array([time for time, _ in limits.values()], dtype=float), "limit", units="ns")
    _numbers(group, "bytes_per_second", np.array([rate for _, rate in limits.values()], dtype=float), "limit")


def _write_plan(group: h5py.Group, cases: list[Case]) -> None:
    _text(group, "name", [case.name for case in cases], "planned")
    _numbers(group, "order", np.arange(len(cases)), "planned")
    _text(group, "reason", [""] * len(cases), "planned")


def _write_ranks(group: h5py.Group, world: int, oversubscribed: bool, launch: int, distance: np.ndarray | None) -> None:
    rank = np.arange(world)
    group.attrs.update(placement="auto", bound_by="launcher", clock_check="ok")
    place = {"node": rank * 0, "package": rank * 0, "numa": rank * 0, "core": rank % 2, "pu": rank % 2}
    for name, values in place.items():
        _numbers(group, name, -1 - values * 0 if oversubscribed and name in ("core", "pu") else values, "rank")
    _text(group, "host", ["box"] * world, "rank")
    _text(group, "cpuset", ["0x3"] * world, "rank")
    for name in ("clock_offset_ns", "clock_error_ns"):
        _numbers(group, name, rank * 0, "rank", units="ns")
    if distance is None:
        distance = np.where(np.equal.outer(rank, rank), 0, 9 if oversubscribed else 4).astype(np.int8)
    matrix = _numbers(group, "distance", distance, "rank", "peer")
    matrix.attrs.update(flag_values=np.arange(10, dtype=np.int8), flag_meanings=DISTANCE_WORDS)
    ping = np.where(np.equal.outer(rank, rank), np.nan, 500.0 + 10 * launch + np.add.outer(rank, rank))
    _numbers(group, "ping_ns", ping, "rank", "peer", units="ns")


def _write_cases(group: h5py.Group, cases: list[Case], oversubscribed: bool) -> None:
    texts = {"name": "name", "kernel": "kernel", "family": "family", "sync": "sync", "transport": "transport",
             "latency_definition": "definition", "count_rule": "count_rule", "verdict": "verdict"}
    for name, field_name in texts.items():
        _text(group, name, [getattr(case, field_name) for case in cases], "case")
    for name, word in (("placement", "auto"), ("stop_reason", "precision"), ("detail", "")):
        _text(group, name, [word] * len(cases), "case")
    for name in ("group", "baseline_of") if any(case.group for case in cases) else ():
        _text(group, name, [getattr(case, name) for case in cases], "case")
    for name in ("survives", "blocks") if any(case.survives for case in cases) else ():
        _text(group, name, [getattr(case, name) for case in cases], "case")
    _text(group, "parameters", [json.dumps(case.parameters) for case in cases], "case")
    own = ("ranks", "clients", "payload_bytes", "in_flight", "drift_watch", "block", "expected_delays", "level")
    integers = {name: [getattr(case, name) for case in cases] for name in own}
    integers |= {"background_messages": [case.background_messages for case in cases], "control_messages": [0] * len(cases)}
    integers |= {"operations": [len(case.latencies_ns) for case in cases]}
    integers |= {"delays": [-1] * len(cases)}
    for name, values in integers.items():
        _numbers(group, name, np.array(values, dtype=np.int64), "case")
    for name, share in (("p50", 0.5), ("p50_low", 0.5), ("p50_high", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)):
        values = [np.quantile(case.latencies_ns, share) if len(case.latencies_ns) else np.nan for case in cases]
        _numbers(group, f"latency_{name}_ns", np.array(values, dtype=float), "case", units="ns", definition="as named")
    _write_rates(group, cases)
    if any(case.expected_most is not None for case in cases):
        _write_ranges(group, cases)
    if any(case.authentication != "none" for case in cases):
        _text(group, "authentication", [case.authentication for case in cases], "case")
    if any(case.loss for case in cases):
        _numbers(group, "loss", np.array([case.loss for case in cases], dtype=float), "case")
    for name in sorted({name for case in cases for name in case.columns}):
        _numbers(group, name, np.array([case.columns.get(name, np.nan) for case in cases]), "case")
    flags = np.array([case.flags | int(oversubscribed) for case in cases], dtype=np.uint32)
    _numbers(group, "flags", flags, "case").attrs.update(flag_masks=np.array([1 << i for i in range(8)], dtype=np.uint32),
                                                         flag_meanings=FLAG_WORDS)


def _write_rates(group: h5py.Group, cases: list[Case]) -> None:
    floats = {"operations_per_second": "operations_per_second", "messages_per_operation": "messages",
              "expected_messages_per_operation": "expected_messages", "bytes_per_operation": "bytes_each",
              "busiest_rank_messages_per_operation": "messages"}
    for name, field_name in floats.items():
        _numbers(group, name, np.array([getattr(case, field_name) for case in cases], dtype=float), "case")
    _numbers(group, "cpu_ns_per_operation", np.zeros(len(cases)), "case", units="ns")


def _write_ranges(group: h5py.Group, cases: list[Case]) -> None:
    most = [case.expected_messages if case.expected_most is None else case.expected_most for case in cases]
    _numbers(group, "expected_messages_most_per_operation", np.array(most, dtype=float), "case")
    _numbers(group, "coverage", np.ones(len(cases)), "case")
    for name, values in (("proposers", 1), ("proposer", 0), ("expected_delays_most", -1)):
        _numbers(group, name, np.full(len(cases), values, dtype=np.int64), "case")


def _write_samples(group: h5py.Group, case: Case) -> None:
    group.attrs.update(definition=case.definition)
    for name, stamps in zip(("start_ns", "end_ns"), case.stamps()):
        _numbers(group, name, stamps, "operation", "rank", units="ns")
    _numbers(group, "start_slack_ns", np.full(len(case.latencies_ns), 100), "operation", units="ns")
    of_ranks = np.zeros((3, case.members)) if case.of_ranks is None else np.asarray(case.of_ranks)
    for name, totals in zip(("messages_sent", "messages_received", "bytes_sent"), of_ranks):
        _numbers(group, name, totals.astype(np.int64), "rank")
    if case.family == "protocol":
        group.attrs.update(marks=" ".join([*(mark.name for mark in case.marks), "ended"]))
    if case.marks:
        _numbers(group, "mark_ns", case.mark_stamps(), "mark", "operation", "rank", units="ns")
    if case.messages_each is not None:
        _numbers(group, "messages", np.asarray(case.messages_each, dtype=np.int64), "operation")
    if case.kinds:
        words = sorted(set(case.kinds))
        kind = _numbers(group, "kind", np.array([words.index(word) for word in case.kinds]), "operation")
        kind.attrs.update(flag_meanings=" ".join(words))
    if case.behind is not None:
        for name, values in zip(("versions_behind", "behind_ns"), np.asarray(case.behind, dtype=np.int64).T):
            _numbers(group, name, values, "operation", units="ns" if name.endswith("_ns") else "1")
    if case.measured is not None:
        name, unit, values = case.measured
        _numbers(group, name, np.asarray(values, dtype=np.int64), "operation", "rank", units=unit)
        group.attrs.update(measured=name)


def _text(group: h5py.Group, name: str, values: list[str], dimension: str) -> None:
    _described(group.create_dataset(name, data=np.array(values, dtype=object), dtype=TEXT), "1", dimension)


def _numbers(group: h5py.Group, name: str, values: np.ndarray, *dimensions: str, units: str = "1",
             **attributes) -> h5py.Dataset:
    variable = _described(group.create_dataset(name, data=values), units, *dimensions)
    variable.attrs.update(attributes)
    return variable


def _described(variable: h5py.Dataset, units: str, *dimensions: str) -> h5py.Dataset:
    variable.attrs.update(units=units, long_name=variable.name.rpartition("/")[2].replace("_", " "))
    for axis, dimension in enumerate(dimensions):
        variable.dims[axis].attach_scale(_scale(variable.parent, dimension, variable.shape[axis]))
    return variable


def _scale(group: h5py.Group, dimension: str, length: int) -> h5py.Dataset:
    if dimension not in group:
        group.create_dataset(dimension, data=np.arange(length)).make_scale(dimension)
    return group[dimension]
